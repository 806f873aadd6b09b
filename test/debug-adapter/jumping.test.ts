import assert from 'node:assert/strict';
import type { DebugProtocol } from '@vscode/debugprotocol';
import { type Debuggee, type Scenario, session } from './session.ts';

type Targets = DebugProtocol.GotoTargetsResponse['body']['targets'];

async function targets(debuggee: Debuggee, line: number): Promise<Targets> {
  const source = { path: debuggee.path };
  return (await debuggee.client.request<{ targets: Targets }>('gotoTargets', { source, line })).targets;
}

/** What «Jump to Cursor» does with the cursor on the marked line. */
function jumps(scenario: Scenario, marker: string): Scenario {
  return scenario.check(async (debuggee) => {
    const [target, ...others] = await targets(debuggee, debuggee.line(marker));
    assert.deepEqual(others, []);
    await debuggee.client.request('goto', { threadId: debuggee.threadId, targetId: target.id });
    assert.equal((await debuggee.waitForStop()).reason, 'goto');
    assert.equal((await debuggee.stack())[0].line, target.line);
  });
}

function refuses(scenario: Scenario, marker: string, why: string): Scenario {
  return scenario.check(async (debuggee) => {
    await assert.rejects(targets(debuggee, debuggee.line(marker)), { message: why });
  });
}

const loops = `
  def inner():
      return 'inner'     # INNER

  def work():
      out = []
      out.append(1)      # FIRST
      for item in 'ab':
          out.append(item)   # BODY

      out.append(2)      # AFTER
      try:               # TRY
          out.append(inner())    # CALL
      except ValueError:
          out.append(3)  # HANDLER
      print(out)         # PRINT

  work()                 # OUTER
`;

describe('jumping to a line', function () {
  this.timeout(30_000);

  it('skips what lies between, or does it again', async () => {
    const scenario = session(loops).runsTo('FIRST');
    jumps(scenario, 'AFTER').stepsOverTo('TRY').expectLocals({ out: '[2]', item: 'None' });
    await jumps(scenario, 'FIRST').ends().expectOutput("[2, 1, 'a', 'b', 2, 'inner']\n").passes();
  });

  it('leaves a loop, and takes its iterator from the value stack', async () => {
    const scenario = session(loops).runsTo('BODY');
    scenario.check(async (debuggee) => assert.equal((await debuggee.scope('Value stack')).length, 1));
    jumps(scenario, 'PRINT').check(async (debuggee) => assert.deepEqual(await debuggee.scope('Value stack'), []));
    await scenario.ends().expectOutput('[1]\n').passes();
  });

  it('takes a line without code for the next one', () =>
    session(loops)
      .runsTo('PRINT')
      .check(async (debuggee) => {
        const [{ line }] = await targets(debuggee, debuggee.line('AFTER') - 1);
        assert.equal(line, debuggee.line('AFTER'));
      })
      .passes());

  it("says CPython's reason where there is no way", async () => {
    const scenario = session(loops).runsTo('FIRST');
    refuses(scenario, 'BODY', "can't jump into the body of a for loop");
    refuses(scenario, 'HANDLER', "can't jump into an 'except' block as there's no exception");
    refuses(scenario, 'INNER', 'line 2 comes before the current code block');
    refuses(scenario, 'OUTER', 'line 17 comes after the current code block');
    await scenario.passes();
  });

  it('stays within the innermost function', async () => {
    const scenario = session(`
      def outer():
          def nested():
              return 1   # NESTED
          nested()       # HERE

      outer()
    `).runsTo('HERE');
    refuses(scenario, 'NESTED', "Line 3 isn't part of outer, where the program stands: it can jump only within that.");
    await scenario.passes();
  });

  it('is refused in a thread that has not stopped', () =>
    session(`
      def g():
          yield 1
          yield 2

      it = g()
      next(it)
      print('here')      # HERE
    `)
      .runsTo('HERE')
      .check(async (debuggee) => {
        const [{ id: targetId }] = await targets(debuggee, debuggee.line('HERE'));
        const other = (await debuggee.threads()).find(({ name }) => name.startsWith('generator')) as { id: number };
        await assert.rejects(
          debuggee.client.request('goto', { threadId: other.id, targetId }),
          /^Error: Only the thread/,
        );
      })
      .passes());

  it('is refused at an exception, and at a suspension', async () => {
    const source = `
      def g():
          yield 1        # YIELD

      print(list(g()))   # HERE
      1 / 0              # RAISE
    `;
    const raising = session(source, { filters: ['raised', 'suspend'] }).stopsFor('suspend', 'YIELD');
    refuses(raising, 'YIELD', "can only jump from a 'line' trace event");
    raising.stopsFor('exception', 'RAISE');
    refuses(raising, 'HERE', "can only jump from a 'line' trace event");
    await raising.passes();
  });

  it('goes from where a pause found a loop', () =>
    session(`
      def spin():
          import sys
          n = 0
          print('spinning', flush=True)
          while True:
              n += 1     # LOOP
          print('out')   # OUT

      def quit():
          print('quit')

      spin()
      quit()
    `)
      .check(async (debuggee) => {
        await debuggee.launch([], {});
        while (!debuggee.client.output['stdout'].includes('spinning')) await debuggee.client.event('output');
        await debuggee.client.request('pause', { threadId: 1 });
        await debuggee.waitForStop();
        await assert.rejects(targets(debuggee, debuggee.line('OUT')));
        const [{ id }] = await targets(debuggee, debuggee.line('LOOP') - 2);
        await debuggee.client.request('goto', { threadId: debuggee.threadId, targetId: id });
        await debuggee.waitForStop();
        await debuggee.resume('next');
        await debuggee.waitForStop();
        assert.equal((await debuggee.stack())[0].line, debuggee.line('LOOP') - 1);
        assert.equal(debuggee.client.output['stdout'], 'spinning\nspinning\n');
      })
      .passes());

  it("follows 3.8's rules in code for 3.8", async () => {
    const scenario = session(loops, { launch: { target: '3.8' } }).runsTo('FIRST');
    refuses(scenario, 'BODY', "can't jump into the middle of a block");
    refuses(scenario, 'HANDLER', "can't jump into an 'except' block");
    await jumps(scenario, 'PRINT').ends().expectOutput('[]\n').passes();
  });
});
