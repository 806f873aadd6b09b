a = [x for x in y]
b = {x for x in y if x}
c = {x: y for x, y in z for w in x}
d = [[x for x in row] for row in table]
def f(x):
    g = [lambda: x for x in range(3)]
    h = [y for y in [x]]
    return [x for x in h if (last := x)], last, x
class C:
    n = 3
    r = [i for i in range(n)]
    s = [lambda: i for i in r]
