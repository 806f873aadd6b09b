import assert from 'node:assert/strict';
import { type Debuggee, session } from './session.ts';

const program = `
  import threading

  gate = threading.Lock()

  def work(name):
      greeting = f'hello from {name}'
      with gate:                          # GATE
          print(greeting)                 # INSIDE
      return greeting

  gate.acquire()
  workers = [threading.Thread(target=work, args=[name], name=name) for name in ('ada', 'bob')]
  for worker in workers:
      worker.start()
  gate.release()                          # RELEASE
  for worker in workers:
      worker.join()                       # JOIN
  print('done')
`;

const names = async (debuggee: Debuggee): Promise<string[]> => (await debuggee.threads()).map(({ name }) => name);

describe('debugging threads', function () {
  this.timeout(60_000);

  it('shows each thread, what it waits for, and its own stack', () =>
    session(program)
      .runsTo('RELEASE')
      .check(async (debuggee) => {
        assert.deepEqual(await names(debuggee), [
          'MainThread',
          'ada · waits in lock.__enter__()',
          'bob · waits in lock.__enter__()',
        ]);
        const [, ada] = await debuggee.threads();
        const stack = await debuggee.stack(ada.id);
        assert.equal(stack[0].name, 'work');
        assert.equal(stack[0].line, debuggee.line('GATE'));
        const locals = await debuggee.scope('Locals', ada.id);
        assert.equal(locals.find(({ name }) => name === 'greeting')?.value, "'hello from ada'");
        assert.equal((await debuggee.evaluate('greeting.upper()', 'watch', ada.id)).result, "'HELLO FROM ADA'");
      })
      .ends()
      .passes());

  it('stops in the thread that comes to a breakpoint, and steps there', () =>
    session(program)
      .runsTo('INSIDE')
      .check(async (debuggee) => {
        assert.notEqual(debuggee.threadId, 1);
        const stopped = (await debuggee.threads()).find(({ id }) => id === debuggee.threadId);
        assert.equal(stopped?.name, 'ada');
        assert.equal((await debuggee.stack(1)).at(-1)?.line, debuggee.line('JOIN'));
        await debuggee.setBreakpoints([]);
      })
      .expectLocals({ name: "'ada'", greeting: "'hello from ada'" })
      .stepsOverTo('GATE')
      .ends()
      .check(async ({ client }) => assert.equal(client.output['stdout'], 'hello from ada\nhello from bob\ndone\n'))
      .passes());
});
