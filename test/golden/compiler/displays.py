a = [1, 2, 3]
b = (1, 2, 3)
c = {1, 2, 3}
d = {"a": 1, "b": 2}
e = [*a, 1, *b]
f = (*a,)
g = {*a, 1}
h = {**d, "c": 3, **e}
i = {}
j = ()
k = [x, y]
l = {x: 1, y: 2}
m = 1 in [1, 2], 2 in {1, 2}
n = (1, (2.0, 3j), "x", b"y", None, True, ...)
for o in [1, 2]: pass
for p in {1, 2}: pass
