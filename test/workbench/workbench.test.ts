import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { Workbench } from './workbench.ts';

/** Number of the line that holds a text, the nth time. */
function lineOf(file: string, text: string): number {
  const index = readFileSync(`examples/${file}`, 'utf8')
    .split('\n')
    .findIndex((line) => line.includes(text));
  assert.notEqual(index, -1);
  return index + 1;
}

describe('Coroscope in VS Code', () => {
  let workbench: Workbench;

  before(async () => {
    workbench = await Workbench.open();
  });

  after(async () => {
    await workbench?.close();
  });

  afterEach(async function () {
    if (this.currentTest?.state === 'failed') {
      await workbench.screenshot(`failed ${this.currentTest.title}`.replace(/[^\w]+/g, '-'));
      // The next test begins without this one's session.
      await workbench.page.keyboard.press('Shift+F5');
    }
  });

  describe('co_process.py', () => {
    it('shows CO_GENERATOR in the hover of the function', async () => {
      await workbench.openFile('co_process.py');
      const hover = await workbench.hover('co_process');
      await workbench.screenshot('hover');
      assert.match(hover, /generator co_process/);
      assert.match(hover, /CO_GENERATOR 0x20/);
      assert.match(hover, /suspends at 3 points/);
      await workbench.hideHover();
    });

    it('shows a lens above it', async () => {
      const lens = workbench.page.locator('.codelens-decoration a', { hasText: 'generator · 3 suspension points' });
      await lens.waitFor();
    });

    it('shows YIELD_VALUE beside the lines that yield, once inline bytecode is on', async () => {
      await workbench.command('Coroscope: Inline Bytecode');
      for (const text of ['yield 1', 'yield 2', 'yield 3']) {
        await workbench.lineShows(lineOf('co_process.py', text), new RegExp(`${text}.*YIELD_VALUE`));
      }
      assert.doesNotMatch(await workbench.lineText(lineOf('co_process.py', 'step one')), /YIELD_VALUE/);
      await workbench.screenshot('inline-summary');
      await workbench.command('Coroscope: Inline Bytecode');
      const full = /yield 2\s*LOAD_SMALL_INT 2\s+YIELD_VALUE 0\s+RESUME 5\s+STORE_FAST data$/;
      await workbench.lineShows(lineOf('co_process.py', 'yield 2'), full);
      await workbench.screenshot('inline-full');
    });

    it('lists the bytecode of the file beside it', async () => {
      await workbench.goToLine(lineOf('co_process.py', 'yield 2'));
      await workbench.command('Coroscope: Show Bytecode');
      await workbench.page.locator('.tab', { hasText: 'co_process.py.bytecode' }).first().waitFor();
      await workbench.page.locator('.editor-instance .view-line', { hasText: 'RETURN_GENERATOR' }).first().waitFor();
      await workbench.screenshot('bytecode-document');
      await workbench.command('View: Close Editors in Other Groups');
    });

    it('stops at the second yield by F5, and shows the data and f_lasti of the generator', async () => {
      await workbench.openFile('co_process.py');
      const line = lineOf('co_process.py', 'yield 2');
      await workbench.setBreakpoint(line);
      await workbench.page.keyboard.press('F5');
      await workbench.stopped();
      await workbench.widenSideBar(400);
      for (const view of ['Watch', 'Loaded Scripts', 'Breakpoints']) await workbench.collapseView(view);
      assert.ok((await workbench.callStack()).some((row) => row.includes('co_process') && row.includes(String(line))));
      await workbench.openScope('Locals');
      await workbench.variable(/^data = 'hello'$/);
      await workbench.closeScope('Locals');
      await workbench.openScope('Frame');
      await workbench.variable(/^f_lasti = \d+$/);
      await workbench.screenshot('stopped-at-second-yield');
      await workbench.stopDebugging();
      await workbench.removeBreakpoint(line);
    });

    it('shows the suspended generator as a thread of its own', async () => {
      const line = lineOf('co_process.py', "send('world')");
      await workbench.setBreakpoint(line);
      await workbench.page.keyboard.press('F5');
      await workbench.stopped();
      const suspendedAt = lineOf('co_process.py', 'yield 2');
      await workbench.selectThread(new RegExp(`generator co_process · at yield, line ${suspendedAt}`));
      await workbench.openScope('Locals');
      await workbench.variable(/^data = 'hello'$/);
      await workbench.openScope('Frame');
      await workbench.variable(/^f_lasti = \d+$/);
      await workbench.variable(/^state = suspended \(yield\)$/);
      await workbench.screenshot('suspended-generator');
      await workbench.stopDebugging();
      await workbench.removeBreakpoint(line);
    });
  });

  describe('running_total.py', () => {
    it('shows the operands that wait on the value stack of the suspended generator', async () => {
      await workbench.openFile('running_total.py');
      const line = lineOf('running_total.py', "'suspended at line'");
      await workbench.setBreakpoint(line);
      await workbench.page.keyboard.press('F5');
      await workbench.stopped();
      await workbench.selectThread(/generator running_total · at yield/);
      await workbench.closeScope('Frame');
      await workbench.openScope('Locals');
      await workbench.openScope('Value stack');
      await workbench.variable(/BINARY_OP.* = 170$/);
      await workbench.variable(/BINARY_OP.* = 2$/);
      await workbench.screenshot('value-stack');
      await workbench.closeScope('Locals');
      await workbench.openScope('Frame');
      // From every instruction to none, and on to the summary.
      await workbench.command('Coroscope: Inline Bytecode');
      await workbench.lineShows(lineOf('running_total.py', 'yield total'), /yield total\)$/);
      await workbench.command('Coroscope: Inline Bytecode');
      await workbench.lineShows(lineOf('running_total.py', 'yield total'), /YIELD_VALUE$/);
      await workbench.variable(/^f_lasti = \d+$/);
      await workbench.picture('suspended-generator-picture');
      await workbench.stopDebugging();
      await workbench.removeBreakpoint(line);
    });
  });

  describe('coroutine_by_hand.py', () => {
    it('shows the chain of those that wait for each other as one stack', async () => {
      await workbench.openFile('coroutine_by_hand.py');
      const line = lineOf('coroutine_by_hand.py', "print('asked for'");
      await workbench.setBreakpoint(line);
      await workbench.page.keyboard.press('F5');
      await workbench.stopped();
      await workbench.selectThread(/generator Request.__await__ · at yield/);
      await workbench.screenshot('chain-of-awaits');
      const rows = await workbench.callStack();
      const top = rows.findIndex((row) => row.startsWith('Request.__await__coroutine_by_hand.py'));
      assert.deepEqual(
        rows.slice(top, top + 3).map((row) => row.replace(/coroutine_by_hand\.py.*/, '')),
        ['Request.__await__', 'fetch', 'main'],
      );
      await workbench.stopDebugging();
      await workbench.removeBreakpoint(line);
    });
  });

  describe('async_tasks.py', () => {
    it('stops at each await that suspends, and shows the tasks that wait as threads', async () => {
      await workbench.openFile('async_tasks.py');
      const sleep = lineOf('async_tasks.py', 'await asyncio.sleep');
      await workbench.exceptionFilter('Suspensions', true);
      await workbench.page.keyboard.press('F5');
      await workbench.stoppedAt('main', lineOf('async_tasks.py', 'await asyncio.gather'));
      await workbench.page.keyboard.press('F5');
      await workbench.stoppedAt('cook', sleep);
      await workbench.page.keyboard.press('F5');
      await workbench.stoppedAt('cook', sleep);
      await workbench.selectThread(/task Task-1: main · at await/);
      await workbench.openScope('Locals');
      await workbench.variable(/^orders = \[\('tea', 1\)/);
      await workbench.screenshot('tasks');
      await workbench.stopDebugging();
      await workbench.exceptionFilter('Suspensions', false);
    });
  });

  describe('a file of one’s own', () => {
    it('is underlined where CPython reports an error, with its words', async () => {
      await workbench.newFile('broken.py', "def g():\n    x = [(yield n) for n in 'abc']\n    return x\n");
      await workbench.openFile('broken.py');
      await workbench.page.locator('.editor-instance .squiggly-error').first().waitFor();
      await workbench.command('View: Focus Problems');
      await workbench.page
        .locator('.markers-panel .monaco-list-row', { hasText: "'yield' inside list comprehension" })
        .waitFor();
      await workbench.screenshot('problems');
      await workbench.command('View: Hide Panel');
    });

    it('can be paused in an endless loop, looked at and ended', async () => {
      await workbench.newFile('endless.py', 'turns = 0\nwhile True:\n    turns += 1\n');
      await workbench.openFile('endless.py');
      await workbench.page.keyboard.press('F5');
      await workbench.command('View: Show Run and Debug');
      await workbench.page.locator('.sidebar').getByText('Running', { exact: true }).first().waitFor();
      await workbench.page.locator('.sidebar .codicon-debug-pause').first().click();
      await workbench.stopped();
      await workbench.openScope('Locals');
      await workbench.variable(/^turns = \d+$/);
      await workbench.screenshot('paused');
      await workbench.stopDebugging();
    });
  });
});
