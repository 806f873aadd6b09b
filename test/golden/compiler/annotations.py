a: int
if x:
    b: str = 1
class C:
    c: int
    def m(self, d: C) -> e: ...
    if y:
        f: g
    class D:
        h: __i
def f():
    j: k = 1
