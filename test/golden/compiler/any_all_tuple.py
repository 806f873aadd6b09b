any(x for x in y)
all(x > 1 for x in y if x)
tuple(x for x in y)
def f(): return any(f(x) for x in y)
