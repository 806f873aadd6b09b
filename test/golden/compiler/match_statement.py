match a:
    case 1 | -2 | 3+4j: x
    case "s" if y: z
    case [b, *c, d]: e
    case [_, *_]: f
    case {"k": v, **rest}: g
    case Point(x=0, y=yy) as p: h
    case None | True: i
    case mod.CONST: j
    case (k | k) if k: l
    case {}: m
    case _: n
def f(x):
    match x:
        case []: return 1
        case y: return y
