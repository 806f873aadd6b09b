import assert from 'node:assert/strict';
import { once } from 'node:events';
import type { DebugProtocol } from '@vscode/debugprotocol';
import { pyodideOracle } from '../../tools/oracle.ts';
import { dedent, session } from './session.ts';

const coProcess = `
  def co_process(arg):
      print(f'task with argument {arg} started')
      data = yield 1
      print(f'step one finished, got {data} from caller')
      data = yield 2     # SECOND
      print(f'step two finished, got {data} from caller')
      data = yield 3
      print(f'step three finished, got {data} from caller')

  genco = co_process('foo')
  next(genco)
  genco.send('bar')
  print('suspended')     # SUSPENDED
`;

/** What CPython 3.14 says of the generator: f_lasti before the line of the second yield, and suspended at it. */
async function lastiOfPython(): Promise<{ before: number; suspended: number }> {
  const oracle = await pyodideOracle();
  return oracle.ask(
    `
import sys, io, contextlib
def main(source):
    line = next(i for i, text in enumerate(source.split('\\n'), 1) if 'SECOND' in text)
    found = {}
    def trace(frame, event, arg):
        if event == 'line' and frame.f_lineno == line and frame.f_code.co_name == 'co_process':
            found['before'] = frame.f_lasti
        return trace
    namespace = {}
    code = compile(source, 'program.py', 'exec')
    with contextlib.redirect_stdout(io.StringIO()):
        sys.settrace(trace)
        try:
            exec(code, namespace)
        finally:
            sys.settrace(None)
    found['suspended'] = namespace['genco'].gi_frame.f_lasti
    return found
`,
    dedent(coProcess),
  );
}

const values = (variables: readonly DebugProtocol.Variable[]): Record<string, string> =>
  Object.fromEntries(variables.map(({ name, value }) => [name, value]));

describe('debugging', function () {
  this.timeout(30_000);

  it('stops at the second yield with data and f_lasti as CPython has them', async () => {
    const expected = await lastiOfPython();
    await session(coProcess)
      .breaksAt('SUSPENDED')
      .runsTo('SECOND')
      .expectLocals({ arg: "'foo'", data: "'bar'" })
      .check(async (debuggee) => {
        const frame = values(await debuggee.scope('Frame'));
        assert.equal(frame['f_lasti'], `${expected.before}`);
        assert.equal(frame['co_flags'], 'CO_OPTIMIZED | CO_NEWLOCALS | CO_GENERATOR (0x23)');
      })
      .runsTo('SUSPENDED')
      .check(async (debuggee) => {
        const threads = await debuggee.threads();
        assert.deepEqual(
          threads.map(({ name }) => name),
          ['MainThread', `generator co_process · at yield, line ${debuggee.line('SECOND')}`],
        );
        const [, { id }] = threads;
        assert.equal((await debuggee.stack(id))[0].line, debuggee.line('SECOND'));
        assert.deepEqual(values(await debuggee.scope('Locals', id)), { arg: "'foo'", data: "'bar'" });
        const frame = values(await debuggee.scope('Frame', id));
        assert.equal(frame['f_lasti'], `${expected.suspended}`);
        assert.equal(frame['state'], 'suspended (yield)');
        assert.equal(frame['f_back'], 'None');
      })
      .ends()
      .passes();
  });

  it('shows the operands that wait on the value stack of a suspended generator', () =>
    session(`
      def running_total(start, weight):
          total = start
          while True:
              total = total + weight * (yield total)

      totals = running_total(100, 2)
      next(totals)
      totals.send(5)
      print('suspended')    # HERE
    `)
      .runsTo('HERE')
      .check(async (debuggee) => {
        const [, { id }] = await debuggee.threads();
        assert.deepEqual(values(await debuggee.scope('Value stack', id)), {
          '0 → BINARY_OP (+)': '110',
          '1 → BINARY_OP (*)': '2',
        });
      })
      .ends()
      .passes());

  it('changes an operand on the value stack', () =>
    session(`
      def add():
          print(10 + (yield))

      it = add()
      next(it)
      try:
          it.send(1)        # HERE
      except StopIteration:
          pass
    `)
      .runsTo('HERE')
      .check(async (debuggee) => {
        const [, { id }] = await debuggee.threads();
        const [frame] = await debuggee.stack(id);
        const { scopes } = await debuggee.client.request<DebugProtocol.ScopesResponse['body']>('scopes', {
          frameId: frame.id,
        });
        const { variablesReference } = scopes.find(({ name }) => name === 'Value stack')!;
        const stack = await debuggee.variables(variablesReference);
        const operand = stack.find(({ value }) => value === '10')!;
        await debuggee.client.request('setVariable', { variablesReference, name: operand.name, value: '20 * 2' });
      })
      .ends()
      .check(async ({ client }) => assert.equal(client.output['stdout'], '41\n'))
      .passes());

  it('stops wherever the user’s own code suspends', () =>
    session(
      `
      def inner():
          yield 1           # ONE
          yield 2           # TWO

      def outer():
          yield from inner()

      def unused():
          return [x for x in (1, 2)]

      print(list(outer()), unused())
    `,
      { filters: ['suspend'] },
    )
      .stopsFor('suspend', 'ONE')
      .expectStack('inner', 'outer', '<module>')
      .check(async ({ stopped }) => {
        assert.equal(stopped?.description, 'Paused at yield');
        assert.equal(stopped?.text, 'inner yields 1');
      })
      .stopsFor('suspend', 'TWO')
      .ends()
      .passes());

  it('lists generators, coroutines and async generators with their states', () =>
    session(`
      class Pause:
          def __await__(self):
              yield

      async def leaf():
          await Pause()          # LEAF

      async def root():
          await leaf()           # ROOT

      async def numbers():
          yield 1

      def plain():
          yield

      task = root()
      task.send(None)
      created = plain()
      stream = numbers()
      def running():
          print('in')            # HERE
          yield
      it = running()
      next(it)
      task.close()
      stream = created = None
    `)
      .runsTo('HERE')
      .check(async (debuggee) => {
        const { units } = await debuggee.client.request<{ units: Record<string, unknown>[] }>('coroscope/inventory');
        assert.deepEqual(
          units.map(({ kind, qualname, state, suspendedAt }) =>
            [kind, qualname, state, suspendedAt].filter(Boolean).join(' '),
          ),
          [
            'coroutine root suspended await',
            'coroutine leaf suspended await',
            'generator Pause.__await__ suspended yield',
            'generator plain created',
            'async generator numbers created',
            'generator running running',
          ],
        );
        assert.equal(units[0]['waitsForId'], units[1]['id']);
        const thread = (await debuggee.threads()).find(({ name }) => name.includes('leaf'))!;
        assert.equal(thread.name, `coroutine leaf · at await, line ${debuggee.line('LEAF')}`);
        assert.deepEqual(
          (await debuggee.stack(thread.id)).map(({ name, line }) => [name, line]),
          [
            ['leaf', debuggee.line('LEAF')],
            ['root', debuggee.line('ROOT')],
          ],
        );
      })
      .ends()
      .passes());

  it('pauses, continues and terminates `while True: pass`, each within a second', () =>
    session('while True: pass\n')
      .check(async (debuggee) => {
        await debuggee.launch([], {});
        for (let round = 0; round < 3; round++) {
          const began = performance.now();
          await debuggee.client.request('pause', { threadId: 1 });
          assert.equal((await debuggee.waitForStop()).reason, 'pause');
          assert.equal((await debuggee.stack())[0].line, 1);
          assert.ok(performance.now() - began < 1000);
          await debuggee.resume('continue');
        }
        const began = performance.now();
        await debuggee.client.request('terminate');
        await debuggee.client.event('terminated');
        assert.ok(performance.now() - began < 1000);
      })
      .passes());

  it('pauses a program that is about to begin', () =>
    session('while True: pass\n')
      .check(async ({ client, path, directory }) => {
        await client.initialize();
        const launched = client.request('launch', { program: path, cwd: directory });
        await client.event('initialized');
        await client.request('pause', { threadId: 1 });
        await client.request('configurationDone');
        await launched;
        assert.equal((await client.event<{ reason: string }>('stopped')).reason, 'pause');
        await client.request('terminate');
        await client.event('terminated');
      })
      .passes());

  it('pauses a program that sleeps, and one that waits for input', () =>
    session(`
      import time
      time.sleep(1)           # SLEEP
      name = input('name? ')  # INPUT
      print('hello', name)
    `)
      .check(async (debuggee) => {
        await debuggee.launch([], {});
        await debuggee.client.request('pause', { threadId: 1 });
        await debuggee.waitForStop();
        await debuggee.resume('continue');
        while (!debuggee.client.output['console'].includes('waits for input')) await debuggee.client.event('output');
        await debuggee.client.request('pause', { threadId: 1 });
        await debuggee.waitForStop();
        assert.equal((await debuggee.stack())[0].line, debuggee.line('INPUT'));
        await debuggee.resume('continue');
        await debuggee.client.request('evaluate', { expression: 'world', context: 'repl' });
        await debuggee.client.event('exited');
        assert.equal(debuggee.client.output['stdout'], 'name? hello world\n');
      })
      .passes());

  it('stops on entry', () =>
    session(
      `
      # a comment
      x = 1     # FIRST
    `,
      { launch: { stopOnEntry: true } },
    )
      .stopsFor('entry', 'FIRST')
      .ends()
      .passes());

  it('breaks under a condition, at a hit count, and logs', () =>
    session(`
      for i in range(6):
          a = i * 2       # CONDITION
          b = i           # HITS
          c = a + b       # LOG
    `)
      .breaksAt('CONDITION', { condition: 'i == 3' })
      .breaksAt('HITS', { hitCondition: '% 5' })
      .breaksAt('LOG', { logMessage: '{i} gives {a + b:>4}' })
      .stopsFor('breakpoint', 'CONDITION')
      .check(async (debuggee) => assert.equal((await debuggee.evaluate('i')).result, '3'))
      .stopsFor('breakpoint', 'HITS')
      .check(async (debuggee) => assert.equal((await debuggee.evaluate('i')).result, '4'))
      .ends()
      .check(async ({ client }) => {
        assert.equal(
          client.output['console'],
          [0, 1, 2, 3, 4, 5].map((i) => `${i} gives ${`${i * 3}`.padStart(4)}\n`).join(''),
        );
      })
      .passes());

  it('moves breakpoints to the next line with code, and finds nested functions', () =>
    session(`
      x = 1

      # a comment          # COMMENT
      def f():
          '''Text.'''

          def g():
              return 1     # NESTED
          return g()
      f()
    `)
      .check(async (debuggee) => {
        const at = (marker: string) => ({ line: debuggee.line(marker) });
        const answer = await debuggee.launch([at('COMMENT'), at('NESTED'), { line: 100 }], {});
        assert.deepEqual(
          answer.map(({ verified, line }) => [verified, line]),
          [
            [true, debuggee.line('COMMENT') + 1],
            [true, debuggee.line('NESTED')],
            [false, 100],
          ],
        );
        await debuggee.waitForStop();
        assert.equal((await debuggee.stack())[0].line, debuggee.line('COMMENT') + 1);
        await debuggee.resume('continue');
        await debuggee.waitForStop();
        assert.deepEqual(debuggee.stopped?.hitBreakpointIds, [answer[1].id]);
      })
      .ends()
      .passes());

  it('takes a def line for the definition, and a loop on one line for each round', () =>
    session(`
      def f(a):                   # DEF
          def g(): return a
          return g
      for i in range(3): f(i)()   # LOOP
      items = [
          i * i for i in range(3)
      ]
      print(items)                # END
    `)
      .breaksAt('LOOP')
      .runsTo('DEF')
      .runsTo('LOOP')
      .runsTo('LOOP')
      .runsTo('LOOP')
      .check(async (debuggee) => assert.equal((await debuggee.evaluate('i')).result, '1'))
      .runsTo('LOOP')
      .check(async (debuggee) => void (await debuggee.setBreakpoints([])))
      .check(async (debuggee) => {
        for (let steps = 0; (await debuggee.stack())[0].line !== debuggee.line('END'); steps++) {
          assert.ok(steps < 4, `line ${(await debuggee.stack())[0].line}, ${(await debuggee.evaluate('i')).result}`);
          await debuggee.resume('next');
          await debuggee.waitForStop();
        }
      })
      .ends()
      .passes());

  it('evaluates expressions, statements and closures in a frame', () =>
    session(`
      top = 10
      def f(a):
          b = [a, 2]
          return b          # HERE
      f(1)
    `)
      .runsTo('HERE')
      .check(async (debuggee) => {
        assert.equal((await debuggee.evaluate('a + top')).result, '11');
        assert.equal((await debuggee.evaluate('[x + a for x in b]')).result, '[2, 3]');
        assert.equal((await debuggee.evaluate('sum(x * a for x in b)')).result, '3');
        assert.equal((await debuggee.evaluate('(lambda: a + top)()')).result, '11');
        assert.equal((await debuggee.evaluate('a = 5; new = 7', 'repl')).result, '');
        assert.equal((await debuggee.evaluate('a + new')).result, '12');
        assert.equal((await debuggee.evaluate('print("hi")', 'repl')).result, '');
        assert.equal((await debuggee.evaluate('b', 'hover')).type, 'list');
        await assert.rejects(debuggee.evaluate('nowhere'), /^Error: NameError: name 'nowhere' is not defined$/);
        await assert.rejects(debuggee.evaluate('1 +'), /SyntaxError: invalid syntax/);
        assert.equal(debuggee.client.output['stdout'], 'hi\n');
      })
      .ends()
      .passes());

  it('gives up a hover that takes too long, and a pause interrupts the console', () =>
    session(`
      def forever():
          while True: pass
      x = 1                # HERE
    `)
      .runsTo('HERE')
      .check(async (debuggee) => {
        await assert.rejects(debuggee.evaluate('forever()', 'hover'), /took longer than 3 s/);
        const answer = debuggee.evaluate('forever()', 'repl');
        const rejected = assert.rejects(answer, /KeyboardInterrupt/);
        await new Promise((resolve) => setTimeout(resolve, 200));
        await debuggee.client.request('pause', { threadId: 1 });
        await rejected;
      })
      .ends()
      .passes());

  it('unfolds values and sets variables', () =>
    session(`
      class Point:
          def __init__(self, x, y):
              self.x, self.y = x, y
          @property
          def sum(self):
              return self.x + self.y

      def f():
          items = [1, [2, 3]]
          table = {'a': 1, 2: 'b'}
          point = Point(3, 4)
          many = list(range(1000))
          print(items, table, point.x)   # HERE
          print(items, table, point.x)

      f()
    `)
      .runsTo('HERE')
      .check(async (debuggee) => {
        const locals = await debuggee.scope('Locals');
        const named = (name: string) => locals.find((variable) => variable.name === name)!;
        assert.deepEqual(values(await debuggee.variables(named('items').variablesReference)), { 0: '1', 1: '[2, 3]' });
        assert.deepEqual(values(await debuggee.variables(named('table').variablesReference)), { "'a'": '1', 2: "'b'" });
        const point = await debuggee.variables(named('point').variablesReference);
        assert.deepEqual([point[0].name, point[0].value, point[0].evaluateName], ['x', '3', 'point.x']);
        const property = point.find(({ name }) => name === 'sum')!;
        assert.equal(property.presentationHint?.lazy, true);
        assert.equal((await debuggee.variables(property.variablesReference))[0].value, '7');
        assert.equal(named('many').indexedVariables, 1000);
        const page = await debuggee.variables(named('many').variablesReference, {
          filter: 'indexed',
          start: 200,
          count: 2,
        });
        assert.deepEqual(values(page), { 200: '200', 201: '201' });
        const set = (parent: DebugProtocol.Variable, name: string, value: string) =>
          debuggee.client.request('setVariable', { variablesReference: parent.variablesReference, name, value });
        await set(named('items'), '0', "'changed'");
        await set(named('table'), "'a'", '[]');
        await set(named('point'), 'x', 'len(items)');
        await assert.rejects(set(named('items'), '7', '1'), /There is no variable '7' here/);
      })
      .ends()
      .check(async ({ client }) => {
        const line = "['changed', [2, 3]] {'a': [], 2: 'b'} 2\n";
        assert.equal(client.output['stdout'], line + line);
      })
      .passes());

  it('keeps the reference of what is unfolded from stop to stop', () =>
    session(`
      def f():
          items = [1]
          x = 1         # ONE
          y = 2         # TWO
      f()
    `)
      .runsTo('ONE')
      .check(async (debuggee) => {
        const [before] = await debuggee.scope('Locals');
        await debuggee.resume('next');
        await debuggee.waitForStop();
        const [after] = await debuggee.scope('Locals');
        assert.equal(after.variablesReference, before.variablesReference);
      })
      .ends()
      .passes());

  it('stops at raised exceptions, but not where one ends an iteration', () =>
    session(
      `
      def g():
          yield 1
      for _ in g(): pass
      it = iter([])
      try:
          next(it)
      except StopIteration:
          pass
      try:
          raise ValueError('wrong')     # RAISE
      except ValueError:
          pass
    `,
      { filters: ['raised'] },
    )
      .stopsFor('exception', 'RAISE')
      .check(async ({ client, stopped }) => {
        assert.equal(stopped?.text, 'ValueError: wrong');
        const info = await client.request<DebugProtocol.ExceptionInfoResponse['body']>('exceptionInfo', {
          threadId: 1,
        });
        assert.deepEqual([info.exceptionId, info.description, info.breakMode], ['ValueError', 'wrong', 'always']);
      })
      .ends()
      .passes());

  it('stops at an uncaught exception with the frames it went through', () =>
    session(
      `
      def inner(x):
          return 1 / x     # HERE
      def outer():
          inner(0)
      outer()
    `,
      { filters: ['uncaught'] },
    )
      .stopsFor('exception', 'HERE')
      .expectStack('inner', 'outer', '<module>')
      .expectLocals({ x: '0' })
      .check(async (debuggee) => {
        assert.equal((await debuggee.evaluate('x + 1')).result, '1');
        const info = await debuggee.client.request<DebugProtocol.ExceptionInfoResponse['body']>('exceptionInfo', {
          threadId: 1,
        });
        assert.equal(info.breakMode, 'unhandled');
        assert.match(
          info.details!.stackTrace!,
          /^Traceback \(most recent call last\):\n[\s\S]*ZeroDivisionError: division by zero\n?$/,
        );
      })
      .ends(1)
      .check(async ({ client }) => assert.match(client.output['stderr'], /ZeroDivisionError: division by zero\n$/))
      .passes());

  it('disassembles by the listing, and stops at an instruction', () =>
    session(`
      def f(a):
          return a + 1     # HERE
      f(1)
      f(2)
    `)
      .runsTo('HERE')
      .check(async (debuggee) => {
        const [frame] = await debuggee.stack();
        const { instructions } = await debuggee.client.request<DebugProtocol.DisassembleResponse['body'] & object>(
          'disassemble',
          {
            memoryReference: frame.instructionPointerReference,
            instructionOffset: -2,
            instructionCount: 6,
          },
        );
        assert.deepEqual(
          instructions.map(({ instruction, presentationHint }) =>
            presentationHint === 'invalid' ? '-' : instruction.split(' ')[0],
          ),
          ['-', 'RESUME', 'LOAD_FAST_BORROW', 'LOAD_SMALL_INT', 'BINARY_OP', 'RETURN_VALUE'],
        );
        assert.equal(instructions[2].address, frame.instructionPointerReference);
        const { breakpoints } = await debuggee.client.request<DebugProtocol.SetBreakpointsResponse['body']>(
          'setInstructionBreakpoints',
          {
            breakpoints: [{ instructionReference: instructions[4].address }],
          },
        );
        assert.equal(breakpoints[0].verified, true);
        await debuggee.setBreakpoints([]);
      })
      .stopsFor('instruction breakpoint', 'HERE')
      .check(async (debuggee) => {
        assert.equal(values(await debuggee.scope('Frame'))['instruction'], 'BINARY_OP 0 (+)');
        assert.deepEqual(Object.values(values(await debuggee.scope('Value stack'))), ['1', '1']);
      })
      .stopsFor('instruction breakpoint', 'HERE')
      .ends()
      .passes());

  it('completes names and attributes in the console', () =>
    session(`
      class C:
          def method(self): pass
      def f(argument):
          return argument  # HERE
      value = C()
      value.attribute = 1
      f(value)
    `)
      .runsTo('HERE')
      .check(async (debuggee) => {
        const [frame] = await debuggee.stack();
        const labels = async (text: string) => {
          const args = { text, column: text.length + 1, frameId: frame.id };
          const { targets } = await debuggee.client.request<DebugProtocol.CompletionsResponse['body']>(
            'completions',
            args,
          );
          return targets.map(({ label }) => label);
        };
        assert.deepEqual(await labels('argu'), ['argument']);
        assert.deepEqual(await labels('print(argument.'), ['attribute', 'method']);
        assert.ok((await labels('va')).includes('value'));
        assert.ok((await labels('pri')).includes('print'));
      })
      .ends()
      .passes());

  it('tells a syntax error as CPython prints it, and refuses the launch', async () => {
    const oracle = await pyodideOracle();
    await session('x = 1\ndef f(:\n    pass\n')
      .check(async (debuggee) => {
        await debuggee.client.initialize();
        const launch = debuggee.client.request('launch', { program: debuggee.path });
        await assert.rejects(launch, /^Error: SyntaxError: invalid syntax/);
        const printed = oracle.ask<string>(
          `
import traceback
def main(given):
    source, path = given
    try:
        compile(source, path, 'exec')
    except SyntaxError as error:
        return ''.join(traceback.format_exception_only(error))
`,
          [debuggee.source, debuggee.path],
        );
        assert.equal(debuggee.client.output['stderr'], printed);
      })
      .passes();
  });

  it('gives the exit code and the output in order', () =>
    session(`
      import sys
      print('out')
      print('err', file=sys.stderr)
      print('out again')
      sys.exit(7)
    `)
      .ends(7)
      .check(async ({ client }) => assert.deepEqual(client.transcript, ['out\n', 'err\n', 'out again\n']))
      .passes());

  it('gives a thousand stack traces in no time', () =>
    session(`
      def f(n):
          if n: return f(n - 1)
          return 0         # HERE
      f(20)
    `)
      .runsTo('HERE')
      .check(async (debuggee) => {
        const began = performance.now();
        for (let round = 0; round < 1000; round++) await debuggee.stack();
        assert.ok(performance.now() - began < 3000, `${performance.now() - began} ms`);
      })
      .ends()
      .passes());

  it('restarts', () =>
    session(`
      print('run')
      x = 1     # HERE
    `)
      .runsTo('HERE')
      .check(async (debuggee) => {
        await debuggee.client.request('restart');
        await debuggee.waitForStop();
        assert.equal((await debuggee.stack())[0].line, debuggee.line('HERE'));
        assert.equal(debuggee.client.output['stdout'], 'run\nrun\n');
      })
      .ends()
      .passes());

  it('runs in a terminal, where it prints and reads', () =>
    session(`
      name = input('name? ')
      print('hello', name)
    `)
      .check(async (debuggee) => {
        const { client } = debuggee;
        await debuggee.launch([], { launch: { console: 'integratedTerminal' } });
        while (!client.terminal.output.includes('name? ')) await new Promise((resolve) => setTimeout(resolve, 10));
        const child = client.terminal.process!;
        const closed = once(child, 'exit');
        child.stdin.write('world\n');
        assert.deepEqual(await client.event('exited'), { exitCode: 0 });
        await closed;
        assert.equal(client.terminal.output, 'name? hello world\n');
        assert.equal(client.output['stdout'], '');
      })
      .passes());
});
