"""Programs of `npm run bench -- vm`: prints each one's name and the nanoseconds of one operation, the median of several rounds after warm-up."""
import asyncio
import json
import time

from deltablue import deltablue
from richards import richards

# Seconds that each program runs before all are measured, so that a compiler that works beside them is done, and again before it is.
WARM_UP = 0.4
AGAIN = 0.1
ROUNDS = 7


def warm_up(run, count, seconds):
    end = time.perf_counter() + seconds
    while time.perf_counter() < end:
        run(count)


def measure(name, run, count):
    warm_up(run, count, AGAIN)
    times = []
    for _ in range(ROUNDS):
        start = time.perf_counter()
        run(count)
        times.append(time.perf_counter() - start)
    print(name, sorted(times)[ROUNDS // 2] / count * 1e9)


def numbers(n):
    i = 0
    while i < n:
        yield i
        i += 1


def generator_loop(n):
    for _ in numbers(n):
        pass


def generator_next(n):
    g = numbers(n + 1)
    for _ in range(n):
        next(g)


def third(n):
    yield from numbers(n)


def second(n):
    yield from third(n)


def first(n):
    yield from second(n)


def yield_from_three_deep(n):
    for _ in first(n):
        pass


class Awaitable:
    def __await__(self):
        yield 1
        return 2


async def awaiting(n):
    for _ in range(n):
        await Awaitable()


def await_awaitable(n):
    coroutine = awaiting(n)
    try:
        while True:
            coroutine.send(None)
    except StopIteration:
        pass


def fibonacci(n):
    return n if n < 2 else fibonacci(n - 1) + fibonacci(n - 2)


def fib(n):
    # fibonacci(20) makes 21,891 calls.
    for _ in range(n // 21891):
        fibonacci(20)


class Point:
    def __init__(self, x):
        self.x = x
        self.y = 0

    def move(self, dx):
        self.y = self.y + dx


def attributes(n):
    p = Point(3)
    total = 0
    for i in range(n):
        total += p.x
        p.y = i


def methods(n):
    p = Point(3)
    for _ in range(n):
        p.move(1)


def instances(n):
    for i in range(n):
        Point(i)


def dict_of_ints(n):
    d = {}
    for i in range(n):
        d[i] = i
    for i in range(n):
        d[i]


def dict_of_names(n):
    d = {"a": 1, "b": 2, "c": 3}
    for _ in range(n):
        d["a"] = d["b"] + d["c"]


def lists(n):
    items = []
    for i in range(n):
        items.append(i)
    for i in range(n):
        items[i]


def strings(n):
    s = ""
    for _ in range(n):
        s += "x"
    "".join([str(i) for i in range(n)])


def exceptions(n):
    for _ in range(n):
        try:
            raise ValueError
        except ValueError:
            pass


def while_loop(n):
    i = 0
    while i < n:
        i += 1


def nbody(n):
    bodies = [[0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 39.5], [4.8, -1.2, -0.1, 0.6, 2.8, -0.02, 0.04], [8.3, 4.1, -0.4, -1.0, 1.8, 0.008, 0.01]]
    pairs = [(a, b) for i, a in enumerate(bodies) for b in bodies[i + 1 :]]
    for _ in range(n):
        for a, b in pairs:
            dx = a[0] - b[0]
            dy = a[1] - b[1]
            dz = a[2] - b[2]
            magnitude = 0.01 * ((dx * dx + dy * dy + dz * dz) ** -1.5)
            ma = a[6] * magnitude
            mb = b[6] * magnitude
            a[3] -= dx * mb
            a[4] -= dy * mb
            a[5] -= dz * mb
            b[3] += dx * ma
            b[4] += dy * ma
            b[5] += dz * ma
        for body in bodies:
            body[0] += 0.01 * body[3]
            body[1] += 0.01 * body[4]
            body[2] += 0.01 * body[5]


async def sleeping(n):
    for _ in range(n):
        await asyncio.sleep(0)


def sleep_zero(n):
    asyncio.run(sleeping(n))


document = {"name": "x" * 20, "values": list(range(50)), "nested": [{"a": 1.5, "b": None, "c": True}] * 10}


def json_round_trip(n):
    for _ in range(n):
        json.loads(json.dumps(document))


programs = [
    ("while loop", while_loop, 400_000),
    ("generator loop", generator_loop, 200_000),
    ("generator next", generator_next, 200_000),
    ("yield from, three deep", yield_from_three_deep, 200_000),
    ("await", await_awaitable, 100_000),
    ("asyncio.sleep(0)", sleep_zero, 10_000),
    ("fib call", fib, 5 * 21891),
    ("attribute", attributes, 200_000),
    ("method call", methods, 200_000),
    ("instance", instances, 200_000),
    ("dict of ints", dict_of_ints, 50_000),
    ("dict of names", dict_of_names, 200_000),
    ("list", lists, 200_000),
    ("string", strings, 50_000),
    ("exception", exceptions, 50_000),
    ("nbody step", nbody, 5_000),
    ("richards", richards, 2),
    ("deltablue", deltablue, 8),
    ("json round trip", json_round_trip, 1_000),
]

for _, run, count in programs:
    warm_up(run, count, WARM_UP)
for name, run, count in programs:
    measure(name.replace(" ", "_"), run, count)
