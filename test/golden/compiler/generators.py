def first():
    yield
    x = yield 1
    return x
def delegating():
    y = yield from first()
    return (yield y)
def running(total=0):
    while True:
        total += yield total
g = (x * y for x in a if x for y in b)
def try_yield():
    try: yield 1
    finally: yield 2
