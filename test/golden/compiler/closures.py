def outer(a):
    b = 1
    def inner():
        nonlocal b
        global g
        g = b = a
        def deeper(): return a, b, g
        return deeper
    del a
    return inner, lambda: b
class C:
    x = 1
    def method(self):
        return __class__, x
    y = [x for _ in range(3)]
    z = lambda self: super().method()
