x = 1
def f():
    global x, y
    y = x
    def h(): return x
    class D:
        global z
        z = 1
        def m(self): return z, __x
    exec("1")
    return h
def g(x, __y):
    return [x for _ in x if __y]
