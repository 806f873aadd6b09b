import { InternalError } from '../internal-error.ts';
import { copyContext } from '../modules/contextvars.ts';
import { codeValue } from '../objects/constant.ts';
import { PyDict } from '../objects/dict.ts';
import { runCode } from './call.ts';
import { vm } from './state.ts';

// V8 optimises the run loop for what it has seen it do, and falls back to its interpreter at whatever comes new: many times
// over, as it is one function for all instructions. So a program that goes on for long is interrupted once, before the loop is
// optimised, for one that does a little of everything.

const program = `
class Base:
    def __init__(self, x, y=0):
        self.x = x
        self.y = y

    def method(self, z):
        self.y = self.y + z
        return self.y

    @property
    def double(self):
        return self.x * 2

    @classmethod
    def make(cls, x):
        return cls(x)

    def __eq__(self, other):
        return self.x == other.x

    def __lt__(self, other):
        return self.x < other.x

    def __add__(self, other):
        return Base(self.x + other.x)

    def __getitem__(self, index):
        return index

    def __enter__(self):
        return self

    def __exit__(self, *exception):
        return True

    def __bool__(self):
        return True


class Slotted(Base):
    __slots__ = ("a",)
    shared = 1

    def __init__(self, x):
        super().__init__(x)
        self.a = x

    def method(self, z=1):
        return super().method(z)


class Awaitable:
    def __await__(self):
        yield 1
        return 2


def count(n):
    i = 0
    while i < n:
        got = yield i
        if got is not None:
            i = got
        i += 1
    return i


def delegate(n):
    return (yield from count(n))


def outer(n):
    result = yield from delegate(n)
    yield result
    yield from [n]


async def wait():
    return await Awaitable()


async def wait_more():
    await wait()
    return await Awaitable()


def defaults(a, b=2, *rest, c=3, **more):
    return a + b + c


def fibonacci(n):
    return n if n < 2 else fibonacci(n - 1) + fibonacci(n - 2)


def closure(n):
    total = 0

    def add(k):
        nonlocal total
        total += k
        return total

    for k in range(n):
        add(k)
    return lambda k=1: total + k


def fail(kind):
    try:
        raise kind
    except ValueError as error:
        return error
    except (KeyError, IndexError):
        return None
    finally:
        kind = None


def fail_from(kind):
    raise kind from None


def failing(kind):
    yield 1
    raise kind("a")


def exhaust(coroutine):
    try:
        while True:
            coroutine.send(None)
    except StopIteration as stop:
        return stop.value


def everything():
    global counter
    counter = module.len if module.len else 0
    for _ in count(2):
        pass
    for _ in outer(2):
        pass
    g = count(4)
    next(g)
    g.send(None)
    g.send(2)
    next(g, None)
    next(g, None)
    next(iter([1]))
    list(count(2))
    exhaust(wait_more())
    items = [1, 2.5, "a"]
    pairs = [(1, 2), (3, 4)]
    names = {"a": 1, 2: "b", (1, 2): None}
    for a, b in pairs:
        a, b = b, a
    for a in (1, 2):
        items.append(a)
    for key in names:
        names[key]
    for key, value in names.items():
        names[key] = value
    for letter in "ab":
        letter += letter
    for index in range(2):
        items[index] = items[index]
        items[index] += 1
        items[-1]
        pairs[0][index]
        "ab"[index]
        del names["a"], names[2]
        names["a"] = names[2] = index
    items[1:2] = items[:1]
    insert = items.insert; insert(0, 1); insert(0, 2); items.remove(1); items.remove(2)
    i, f, s, big = 3, 0.5, "x", 1 << 70
    i += 1; i -= 1; i *= 2; i //= 2; i = i % 5 | 1 & 3 ^ 2; i = i << 1 >> 1; i = -i; i = ~i
    f += 0.5; f -= 0.25; f *= 2.0; f /= 2.0; f = f ** 2.0; f = -f + i; f = f * i - i / 2
    s += "y"; s = s + "z" * 2; s = s % () if not s else s
    big += 1; big = big * big - big; i = 9007199254740991 + i; i = i + 1; i = i - 1; i = 9007199254740990; i = i + 1; i = i - 1; i = 4294967296; i += 1; i -= 1; f = f + 1; i = 4503599627370496 * 4
    a = i < 3; a = f < 0.5; a = s < "b"; a = s == "b"; a = i == f; a = big > 2; a = s != None; a = items == pairs
    if i > 4294967296 or f < 0.25 or big < 3 or f > 0.5 or s < 'a' or i != 5 or i >= 7 or i == 2 or i <= 1:
        pass
    if i < 2 or f >= 1.0 or s == "q" or items or not names or s is None or s in names or 1 not in items:
        a = None
    if a is not None and a:
        a = 0
    p = Base(1)
    for q in (p, Slotted(2), Base(3, 4), Base(x=1, y=2), Base.make(5)):
        q.x; q.y; q.double; q.method(1); q.x = 2; q == p; q < p; q + p; q[0]; q.x += 1
        q.z = 1
        del q.z
        bound = q.method
        bound(2)
        if q:
            pass
    q = Slotted(1)
    q.a; q.shared; q.a = 2; Slotted.shared
    defaults(1); defaults(1, 2); defaults(1, 2, 3, c=4, d=5); defaults(*[1, 2], **{"c": 1}); Base(*[1])
    fibonacci(4)
    closure(2)()
    str(i); len(s); isinstance(p, Base); abs(f); min(1, 2); sorted(pairs, key=lambda pair: pair[0], reverse=True); int("1")
    "".join([str(k) for k in range(2)]); s.split(); f"{i} {s!r} {f:.2f}"; {k: 1 for k in items}; {k for k in "ab"}; sum(k for k in range(2))
    [*items, 1]; {**names}; (*pairs,); [first, *rest] = items
    [k for row in pairs for k in row if k > 1]
    fail(ValueError); fail(KeyError("a")); fail(IndexError())
    for kind in (ValueError, KeyError):
        try:
            fail_from(kind("a"))
        except ValueError:
            pass
        except Exception:
            pass
        try:
            for _ in failing(kind):
                pass
        except (ValueError, KeyError):
            pass
    context.run(defaults, 1); context.run(count, 1)
    with p as entered:
        {}["missing"]
    with p:
        pass
    while True:
        i = 0
        break
    match items:
        case [1, *_]:
            pass
        case {"a": 1} | Base(x=1):
            pass
        case _:
            pass
    assert items
    return i


for _ in range(4):
    everything()
`;

/** Runs it, unless the recursion of what has been interrupted leaves no room. */
export function rehearse(): void {
  if (vm.depth + ROOM > vm.recursionLimit) return;
  const { fuel, stopValue } = vm;
  const { code } = vm.host.compile(program, {
    filename: '<rehearsal>',
    mode: 'exec',
    flags: 0,
    optimize: 0,
    target: '3.14',
  });
  if (code === undefined) throw new InternalError('the rehearsal has a syntax error');
  const globals = new PyDict();
  globals.setString('__name__', '__rehearsal__');
  globals.setString('module', vm.builtinsModule);
  globals.setString('context', copyContext());
  running = true;
  try {
    refuelRehearsal();
    vm.lastReferences.ignoring(() => runCode(codeValue(code), globals, globals));
  } finally {
    running = false;
    vm.fuel = fuel;
    vm.fuelLeft = 0;
    vm.stopValue = stopValue;
  }
}

let running = false;

/** Whether fuel is the rehearsal's: nothing of the program's may run when it is out, such as a signal's handler. */
export function isRehearsing(): boolean {
  return running;
}

/** Gives so little that it runs out wherever it can. */
export function refuelRehearsal(): void {
  vm.fuel = 1;
  vm.fuelLeft = 0;
}

const ROOM = 100;
