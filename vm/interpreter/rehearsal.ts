import { unpackCode } from '../importing/packed-code.ts';
import { InternalError } from '../internal-error.ts';
import { copyContext } from '../modules/contextvars.ts';
import { PyDict } from '../objects/dict.ts';
import { runCode } from './call.ts';
import { vm } from './state.ts';

// V8 optimises the run loop for what it has seen it do, and falls back to its interpreter at whatever comes new: many times
// over, as it is one function for all instructions. So a program that goes on for long is interrupted once, before the loop is
// optimised, for one that does a little of everything.

/** Packed by the build (tools/pack-texts.ts). */
export const rehearsal = `
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
    noted: int = 1

    def __init__(self, x):
        super().__init__(x)
        self.a = x

    def method(self, z=1):
        return super().method(z)


class Callable:
    def __call__(self, x=1):
        return x

    def __contains__(self, item):
        return item == 1

    def __len__(self):
        return 2

    def __iter__(self):
        return self

    def __next__(self):
        raise StopIteration

    def __getattr__(self, name):
        if name == "unknown":
            raise AttributeError(name)
        return name

    def __ge__(self, other):
        return 1


class Awaitable:
    def __await__(self):
        yield 1
        return 2


class Manager:
    async def __aenter__(self):
        return self

    async def __aexit__(self, *exception):
        return True


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


async def numbers(n):
    for i in range(n):
        yield i
        await Awaitable()


async def use():
    async for _ in numbers(2):
        pass
    async with Manager():
        raise ValueError("a")
    return [number async for number in numbers(2)]


def throw(generator, exception):
    try:
        next(generator)
        generator.throw(exception)
    except ValueError:
        pass
    except StopIteration:
        pass


def catches(n):
    try:
        yield from count(n)
    except ValueError:
        yield 1


def loops(iterable):
    for _ in iterable:
        pass


def loops_range(iterable):
    for _ in iterable:
        pass


def loops_generator(iterable):
    for _ in iterable:
        pass


def loops_dict(iterable):
    for _ in iterable:
        pass


def calls(callable, *args):
    callable(*args)
    if not args:
        callable()


def calls_function(callable):
    callable(1)


def calls_builtin(callable):
    callable(1)


def calls_class(callable):
    callable(1)


def calls_bound(callable):
    callable(1)


def reads_slot(owner):
    return owner.a


def reads_property(owner):
    return owner.double


def reads_module(owner):
    return owner.len if owner is module else owner.x


def unpacks(pair):
    a, b = pair
    return a, b


def reads(owner):
    return owner.x


def reads_method(owner):
    return owner.method(1)


def cells(n):
    if n:
        shared = n
    else:
        del shared
    def inner():
        return shared
    try:
        return inner()
    finally:
        del shared


def groups():
    try:
        raise ExceptionGroup("g", [ValueError("a"), KeyError("b")])
    except* ValueError:
        pass
    except* KeyError:
        pass


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
    exhaust(use())
    for generator in (catches(3), outer(3), count(3)):
        throw(generator, ValueError("a"))
    for iterable in ([1], (1,), {1: 2}, {1}, "a", range(2), count(2), Callable(), zip(items, items), enumerate(items), map(str, items), reversed(items), names.items(), names.values(), iter(items), range(0, 4, 2)):
        loops(iterable)
    call = Callable()
    for callable, args in ((count, (1,)), (len, (items,)), (p.method, (1,)), (call, ()), (call, (1,)), (Base, (1,)), (str, (1,)), (items.append, (1,)), (Slotted, (1,)), (int, ()), (list, ())):
        calls(callable, *args)
    for loop, iterables in ((loops_range, (range(2), [1], range(1))), (loops_generator, (count(2), [1], count(1))), (loops_dict, (names, [1], names))):
        for iterable in iterables:
            loop(iterable)
    for caller, callables in ((calls_function, (fibonacci, str, Base, p.method, call)), (calls_builtin, (str, fibonacci, abs)), (calls_class, (Base, fibonacci, int)), (calls_bound, (p.method, items.append, fibonacci, call))):
        for callable in callables:
            caller(callable); caller(callable)
    for reader, owners in ((reads_slot, (Slotted(1), call)), (reads_property, (p, Slotted(1), call)), (reads_module, (module, p))):
        for owner in owners:
            reader(owner); reader(owner)
    try:
        context.run(fail_from, ValueError("a"))
    except ValueError:
        pass
    next(count(1), None); next(iter(()), None)
    call(); call(x=2); call.method; getattr(call, "unknown", None); 1 in call; 2 not in call; len(call); bool(call)
    for pair in ((1, 2), [1, 2], "ab", {1: 2, 3: 4}, range(2)):
        unpacks(pair)
    for owner in (p, Slotted(1), call, Base(2, 3), Base(x=2, y=3)):
        reads(owner)
    for owner in (p, Slotted(1), Base(2, 3)):
        reads_method(owner)
    cells(1)
    groups()
    one, two = 1, 2
    items[one:two]; items[one:two:one]; items[one:two] = [1]; two - one; one - two
    a = one is two; a = one is not two; a = one in items; a = one not in items; a = not items; a = not one; a = not one < two; a = not p == q; a = one == two
    a = p == q; a = p != q; a = one < f; a = call >= one; a = +one; a = one and two; a = one or two; a = one if one is not None else two
    a = {*items, 1}; a = [*pairs, *items]; a = (lambda: one)(); a = {**names, "k": 1}
    if call >= one: pass
    if p == q: pass
    while one is None: pass
    p.method(z=1); p.make(x=1); bound(z=1); defaults(*(1,), **{"b": 2}); p.method(*(1,)); bound(*(1,)); Base(*(1,), **{"y": 2})
    class Local(Base):
        inner = counter
        def method(self, z):
            return super().method(z)
    Local(1).method(1)
    match names:
        case {2: found, **others}:
            pass
    match p:
        case Base(x=1, y=_):
            pass
    try:
        raise ValueError("a") from KeyError("b")
    except ValueError as error:
        try:
            raise
        except ValueError:
            pass
    try:
        sorted([2, 1], key=lambda item: item.missing)
    except AttributeError:
        pass
    t"{one}"
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
  const packed = vm.host.libraryText('exec', rehearsal);
  if (packed === undefined) throw new InternalError('the packed library has no rehearsal: run «npm run build»');
  const globals = new PyDict();
  globals.setString('__name__', '__rehearsal__');
  globals.setString('module', vm.builtinsModule);
  globals.setString('context', copyContext());
  running = true;
  try {
    refuelRehearsal();
    vm.lastReferences.ignoring(() => runCode(unpackCode(packed), globals, globals));
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
