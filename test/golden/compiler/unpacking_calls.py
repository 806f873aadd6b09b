f(*a, *b)
f(*a, b, c=1)
f(x=1, **{"y": 2})
class C(*a, k=1, **b): pass
print(*[1], *(2,))
