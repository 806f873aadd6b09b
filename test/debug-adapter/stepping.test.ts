import { session } from './session.ts';

describe('stepping', function () {
  this.timeout(30_000);

  it('over, in and out of calls', () =>
    session(`
      def inner(x):
          y = x + 1      # INNER
          return y       # RETURN

      def outer():
          a = inner(1)   # CALL
          b = inner(a)   # AGAIN
          return b       # END

      outer()
      print('done')      # DONE
    `)
      .runsTo('CALL')
      .stepsInTo('INNER')
      .expectStack('inner', 'outer', '<module>')
      .stepsOverTo('RETURN')
      .stepsOverTo('CALL')
      .expectLocals({ '(return) inner': '2' })
      .stepsOverTo('AGAIN')
      .stepsInTo('INNER')
      .stepsOutTo('AGAIN')
      .stepsOverTo('END')
      .expectLocals({ a: '2', b: '3' })
      .ends()
      .passes());

  it('over a yield stays in the generator', () =>
    session(`
      def g():
          x = 1          # START
          yield x        # YIELD
          x = 2          # AFTER
          yield x

      def consume():
          it = g()
          next(it)
          print('between')
          next(it)

      consume()
    `)
      .runsTo('START')
      .stepsOverTo('YIELD')
      .stepsOverTo('AFTER')
      .expectStack('g', 'consume', '<module>')
      .expectLocals({ x: '1' })
      .expectOutput('between\n')
      .ends()
      .passes());

  it('over a yield stays in this generator, not in another of the same function', () =>
    session(`
      def g(name):
          yield 1        # YIELD
          print(name)    # AFTER
          yield 2

      a = g('a')
      b = g('b')
      next(a)
      next(b)
      next(b)
      next(a)
    `)
      .runsTo('YIELD')
      .check(async (debuggee) => void (await debuggee.setBreakpoints([])))
      .stepsOverTo('AFTER')
      .expectLocals({ name: "'a'" })
      .expectOutput('b\n')
      .ends()
      .passes());

  it('over the end of a generator goes on in who resumed it last', () =>
    session(`
      def g():
          yield 1        # YIELD

      def first(it):
          next(it)

      def second(it):
          for _ in it:   # LOOP
              pass
          return 5       # AFTER

      it = g()
      first(it)
      second(it)
    `)
      .runsTo('YIELD')
      .stepsOverTo('LOOP')
      .expectStack('second', '<module>')
      .stepsOverTo('AFTER')
      .ends()
      .passes());

  it('in follows control out of a yield, and back in', () =>
    session(`
      def g():
          x = yield 1    # YIELD
          yield x        # SECOND

      it = g()
      one = next(it)     # FIRST
      two = it.send(5)   # SEND
    `)
      .runsTo('YIELD')
      .stepsInTo('FIRST')
      .stepsOverTo('SEND')
      .stepsInTo('YIELD')
      .stepsOverTo('SECOND')
      .expectLocals({ x: '5' })
      .ends()
      .passes());

  it('out of a generator goes to who asked for a value', () =>
    session(`
      def g():
          a = 1          # START
          yield a
          yield 2

      for value in g():  # LOOP
          print(value)   # BODY
    `)
      .runsTo('START')
      .stepsOutTo('LOOP')
      .stepsOverTo('BODY')
      .expectOutput('')
      .ends()
      .passes());

  it('over an await stays in the coroutine', () =>
    session(`
      class Pause:
          def __await__(self):
              yield 'pause'

      async def work(name):
          await Pause()          # AWAIT
          print(name, 'goes on') # AFTER
          return name

      async def other():
          await Pause()
          print('other')

      a, b = work('a'), other()
      a.send(None)
      b.send(None)
      for unit in (b, a):
          try:
              unit.send(None)
          except StopIteration as stop:
              print('stopped', stop.value)  # STOPPED
    `)
      .runsTo('AWAIT')
      .stepsOverTo('AFTER')
      .expectOutput('other\nstopped None\n')
      .ends()
      .passes());

  it('out of an async function goes to who awaits it, past its suspensions', () =>
    session(`
      class Pause:
          def __await__(self):
              yield

      async def inner():
          x = 1            # INNER
          await Pause()
          return x

      async def outer():
          y = await inner()  # AWAIT
          return y           # AFTER

      unit = outer()
      unit.send(None)
      try:
          unit.send(None)
      except StopIteration as stop:
          print(stop.value)
    `)
      .runsTo('INNER')
      .stepsOutTo('AWAIT')
      .stepsOverTo('AFTER')
      .expectLocals({ y: '1' })
      .ends()
      .passes());

  it('over a line whose call raises goes to the handler', () =>
    session(`
      def bad():
          raise ValueError('x')

      def middle():
          bad()            # CALL
          print('never')

      try:
          middle()
      except ValueError:   # HANDLER
          print('caught')  # CAUGHT
    `)
      .runsTo('CALL')
      .stepsOverTo('HANDLER')
      .stepsOverTo('CAUGHT')
      .ends()
      .passes());

  it('over a recursive call stays in its frame', () =>
    session(`
      def fact(n):
          if n == 0:            # TEST
              return 1
          rest = fact(n - 1)    # REST
          return n * rest       # RETURN

      print(fact(3))            # PRINT
    `)
      .runsTo('PRINT')
      .stepsInTo('TEST')
      .stepsOverTo('REST')
      .stepsOverTo('RETURN')
      .expectLocals({ n: '3', rest: '2' })
      .ends()
      .passes());

  it('by instructions', () =>
    session(`
      def f(a, b):
          return a + b     # HERE
      f(1, 2)
    `)
      .runsTo('HERE')
      .check(async (debuggee) => {
        const offsets: (string | undefined)[] = [];
        for (let round = 0; round < 3; round++) {
          offsets.push((await debuggee.scope('Frame')).find(({ name }) => name === 'instruction')?.value.split(' ')[0]);
          await debuggee.resume('next', { granularity: 'instruction' });
          await debuggee.waitForStop();
        }
        if (offsets.join() !== 'LOAD_FAST_BORROW_LOAD_FAST_BORROW,BINARY_OP,RETURN_VALUE')
          throw new Error(offsets.join());
      })
      .ends()
      .passes());

  it('into a function that a built-in calls', () =>
    session(`
      def key(x):
          return -x        # KEY

      print(sorted([1, 2], key=key))   # SORT
    `)
      .runsTo('SORT')
      .stepsInTo('KEY')
      .expectStack('key', '<module>')
      .ends()
      .passes());
});
