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
      await workbench.selectThread(new RegExp(`generator co_process · suspended at line ${suspendedAt} \\(yield\\)`));
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
      await workbench.selectThread(/generator running_total · suspended/);
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
});
