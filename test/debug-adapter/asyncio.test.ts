import assert from 'node:assert/strict';
import type { Debuggee } from './session.ts';
import { session } from './session.ts';

const program = `
  import asyncio

  async def pause(delay):
      await asyncio.sleep(delay)      # SLEEP

  async def work(name, delay):
      await pause(delay)              # WORK
      print(name, 'is done')          # DONE
      return name

  async def main():
      tasks = [asyncio.create_task(work(name, 0.01), name=name) for name in ('a', 'b')]
      return await asyncio.gather(*tasks)   # GATHER

  print(asyncio.run(main()))          # RUN
`;

const stackOf = async (debuggee: Debuggee, thread: RegExp): Promise<(string | number)[][]> => {
  const found = (await debuggee.threads()).find(({ name }) => thread.test(name));
  assert.ok(found !== undefined, `no thread is named ${thread}`);
  return (await debuggee.stack(found.id)).map(({ name, line }) => [name, line]);
};

describe('debugging asyncio', function () {
  this.timeout(60_000);

  it('steps over an await stay in the task', () =>
    session(program)
      .runsTo('WORK')
      .check(async (debuggee) => void (await debuggee.setBreakpoints([])))
      .expectLocals({ name: "'a'", delay: '0.01' })
      .stepsOverTo('DONE')
      .expectLocals({ name: "'a'", delay: '0.01' })
      .ends()
      .check(async ({ client }) => assert.equal(client.output['stdout'], "a is done\nb is done\n['a', 'b']\n"))
      .passes());

  it('suspensions are those of the user’s own code; tasks that wait are threads under their names', () =>
    session(program, { filters: ['suspend'] })
      .stopsFor('suspend', 'GATHER')
      .stopsFor('suspend', 'SLEEP')
      .stopsFor('suspend', 'SLEEP')
      .check(async (debuggee) => {
        assert.equal(debuggee.stopped?.text, 'pause suspends in await');
        assert.deepEqual(
          (await debuggee.threads()).map(({ name }) => name),
          [
            'MainThread',
            `task Task-1: main · at await, line ${debuggee.line('GATHER')}`,
            `task a: work · at await, line ${debuggee.line('WORK')}`,
            `coroutine pause · at await, line ${debuggee.line('SLEEP')}`,
          ],
        );
      })
      .ends()
      .passes());

  it('a task’s stack goes on with the task that waits for it, also by way of gather()', () =>
    session(program)
      .runsTo('DONE')
      .check(async (debuggee) => {
        const work = ['work', debuggee.line('WORK')];
        const main = ['main', debuggee.line('GATHER')];
        assert.deepEqual(await stackOf(debuggee, /^coroutine pause/), [['pause', debuggee.line('SLEEP')], work, main]);
        assert.deepEqual(await stackOf(debuggee, /^task b: work/), [work, main]);
        await debuggee.setBreakpoints([]);
      })
      .ends()
      .passes());

  it('the inventory tells what a task waits for and who waits for it', () =>
    session(`
      import asyncio

      async def work():
          await asyncio.Event().wait()

      async def main():
          waiting = asyncio.create_task(work(), name='waiting')
          asking = asyncio.create_task(ask(waiting), name='asking')
          await asyncio.sleep(0)
          await asyncio.sleep(0)
          waiting.cancel()        # STOP

      async def ask(task):
          await task

      asyncio.run(main())
    `)
      .runsTo('STOP')
      .check(async (debuggee) => {
        const { units } = await debuggee.client.request<{ units: Record<string, unknown>[] }>('coroscope/inventory');
        const unit = (name: string): Record<string, unknown> => units.find((each) => each['task'] === name) ?? {};
        assert.equal(unit('waiting')['qualname'], 'work');
        assert.deepEqual(unit('waiting')['awaitedBy'], ['asking']);
        assert.match(String(unit('asking')['waitsFor']), /^<Task pending name='waiting' coro=<work\(\) running at /);
        assert.equal(unit('asking')['waitsForId'], unit('waiting')['id']);
        const future = units.find(({ qualname }) => qualname === 'Event.wait');
        assert.match(String(future?.['waitsFor']), /^<Future pending cb=\[Task\.task_wakeup\(\)\]>$/);
      })
      .ends()
      .passes());
});
