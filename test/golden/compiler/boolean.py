x = a and b or c
y = not a
z = a < b <= c != d
w = a is None and b is not None or c in d and e not in f
if not (a and (b or not c)): x
def f(a, b):
    return a and b or not a
