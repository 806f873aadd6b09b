a = 1 + 2 * 3
b = "a" + "b" * 3
c = -1, +1, ~1, not 1, -0.0, 1e400
d = 2 ** 100, 2 ** 1000, 1 << 70, 10 ** 20 // 3
e = (1, 2, 3)[1], "abc"[0], b"abc"[1]
f = 1 / 0, 1 % 0
g = 0xFFFFFFFFFFFFFFFFFFFF, 255, 256, -5, 1_000
h = 1 if True else 2
"statement"
1
