a = b = c = 1
a, b = b, a
a, b, c = c, b, a
(x, *y), z = v
[p, q] = r
o.a = s[1] = s[1:2] = s[a:b] = s[a:b:c] = s[1, 2] = 0
a += 1; o.a -= 2; s[i] *= 3; s[i:j] @= 4
del a, o.a, s[i], s[i:j], (b, [c])
n: int = 1
m: str
o.a: int = 2
s[i]: int
(k): int = 3
def f():
    n: int = 1
    m: str
    (w := n) + w
