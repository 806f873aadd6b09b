import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Browser, chromium, type Locator, type Page } from 'playwright-core';

/** A real VS Code in a browser, and what the tests do in it. Line numbers count from 1. */
export class Workbench {
  readonly #browser: Browser;
  readonly page: Page;

  private constructor(browser: Browser, page: Page) {
    this.#browser = browser;
    this.page = page;
  }

  /** Opens the workbench that run.mjs has started. */
  static async open(): Promise<Workbench> {
    const browser = await chromium.launch({
      executablePath: setting('COROSCOPE_CHROMIUM'),
      args: [
        '--headless=new',
        '--no-sandbox',
        '--disable-gpu',
        '--disable-quic',
        '--no-first-run',
        '--disable-background-networking',
        '--disable-component-update',
        '--disable-sync',
      ],
    });
    const page = await browser.newPage({ viewport: { width: 1400, height: 920 } });
    const address = new URL(setting('COROSCOPE_WORKBENCH_URL'));
    address.searchParams.set('folder', setting('COROSCOPE_WORKBENCH_FOLDER'));
    await page.goto(address.href);
    await page.locator('.explorer-folders-view .monaco-list-row').first().waitFor({ timeout: 60_000 });
    return new Workbench(browser, page);
  }

  async close(): Promise<void> {
    await this.#browser.close();
  }

  async screenshot(name: string): Promise<void> {
    // Hovers and lists fade in.
    await this.page.waitForTimeout(400);
    await this.page.screenshot({ path: `out/screenshots/${name}.png` });
  }

  /** A smaller screenshot, for the README. */
  async picture(name: string): Promise<void> {
    await this.page.setViewportSize({ width: 1280, height: 760 });
    await this.page.mouse.move(1000, 640);
    // The note about the setting leaves the status bar after three seconds, tooltips before.
    await this.page.waitForTimeout(3500);
    await this.screenshot(name);
  }

  async openFile(name: string): Promise<void> {
    await this.command('View: Show Explorer');
    await this.page.locator(`.explorer-folders-view .monaco-list-row[aria-label^="${name}"]`).dblclick();
    await this.page.locator(`.tab.active[data-resource-name="${name}"]`).waitFor();
    await this.line(1).waitFor();
  }

  /** Writes a file into the folder that is open, and waits until the explorer shows it. */
  async newFile(name: string, text: string): Promise<void> {
    writeFileSync(join(setting('COROSCOPE_WORKBENCH_FOLDER'), name), text);
    await this.command('View: Show Explorer');
    await this.page.locator(`.explorer-folders-view .monaco-list-row[aria-label^="${name}"]`).waitFor();
  }

  /** Runs a command of the palette by its title. */
  async command(title: string): Promise<void> {
    await this.page.keyboard.press('F1');
    const input = this.page.locator('.quick-input-widget:visible .quick-input-box input');
    await input.fill(`>${title}`);
    const row = this.page.locator('.quick-input-list .monaco-list-row').filter({ hasText: title }).first();
    await row.waitFor();
    await row.click();
    await input.waitFor({ state: 'hidden' });
  }

  async goToLine(line: number): Promise<void> {
    await this.page.keyboard.press('Control+g');
    const input = this.page.locator('.quick-input-widget:visible .quick-input-box input');
    await input.fill(`:${line}`);
    await this.page.keyboard.press('Enter');
    await input.waitFor({ state: 'hidden' });
    await this.#lineNumber(line).waitFor();
  }

  /** The drawn line with this number, of the first editor; inlay hints are part of its text. */
  line(number: number): Locator {
    return this.page
      .locator('.editor-instance')
      .first()
      .locator('.view-line')
      .nth(number - 1);
  }

  /** Text of a line as it is drawn beside its number, with its inlay hints. */
  async lineText(number: number): Promise<string> {
    const top = await this.#lineNumber(number).evaluate((element) => element.parentElement?.style.top);
    const line = this.page
      .locator(`.editor-instance .view-line[style*="top:${top};"], .editor-instance .view-line[style*="top: ${top};"]`)
      .first();
    return plain((await line.textContent()) ?? '');
  }

  /** Waits until a line, with its hints, is drawn like that. */
  async lineShows(number: number, pattern: RegExp): Promise<void> {
    let text = '';
    for (let attempt = 0; attempt < 50; attempt++) {
      text = await this.lineText(number);
      if (pattern.test(text)) return;
      await this.page.waitForTimeout(200);
    }
    throw new Error(`line ${number} shows ${JSON.stringify(text)}, not ${pattern}`);
  }

  #lineNumber(number: number): Locator {
    return this.page
      .locator('.editor-instance .margin-view-overlays .line-numbers')
      .filter({ hasText: new RegExp(`^${number}$`) })
      .first();
  }

  /** What a hover over a word of a line shows. */
  async hover(word: string): Promise<string> {
    const span = this.page.locator('.editor-instance .view-line span').getByText(word, { exact: true }).first();
    const shown = this.page.locator('.monaco-hover:visible .monaco-hover-content');
    // A pointer that merely lands on a word often shows nothing: it must come from elsewhere and move on it.
    for (let attempt = 0; attempt < 8; attempt++) {
      // Lenses that arrive late push lines down.
      const box = await span.boundingBox();
      if (box === null) throw new Error(`${word} is not on screen`);
      const [x, y] = [box.x + box.width / 2, box.y + box.height / 2];
      await this.page.mouse.move(x + 150, y + 40);
      await this.page.waitForTimeout(60);
      await this.page.mouse.move(x, y);
      await this.page.waitForTimeout(60);
      await this.page.mouse.move(x + 1, y);
      if (await appears(shown.first(), 1500)) return plain((await shown.allTextContents()).join('\n'));
    }
    throw new Error(`no hover over ${word}`);
  }

  async hideHover(): Promise<void> {
    await this.page.mouse.move(700, 840);
    await this.page.keyboard.press('Escape');
    await this.page.locator('.monaco-hover:visible').first().waitFor({ state: 'hidden' });
  }

  async setBreakpoint(line: number): Promise<void> {
    await this.goToLine(line);
    await this.page.keyboard.press('F9');
    await this.page.locator('.editor-instance .codicon-debug-breakpoint').first().waitFor();
  }

  async removeBreakpoint(line: number): Promise<void> {
    await this.goToLine(line);
    await this.page.keyboard.press('F9');
    await this.page.locator('.editor-instance .codicon-debug-breakpoint').first().waitFor({ state: 'hidden' });
  }

  /** Waits until the program stands still, with the place marked in the editor. */
  async stopped(): Promise<void> {
    await this.page
      .locator('.debug-viewlet, .sidebar')
      .getByText(/^Paused( |$)/)
      .first()
      .waitFor();
    await this.page.locator('.debug-call-stack .stack-frame').first().waitFor();
  }

  /** Waits until the program stands still in a line of a function. */
  async stoppedAt(functionName: string, line: number): Promise<void> {
    const frame = this.page.locator('.debug-call-stack .stack-frame').first();
    const text = new RegExp(`^${functionName}.*\\D${line}:\\d+$`);
    await frame.filter({ hasText: text }).waitFor();
    await this.stopped();
  }

  /** Ticks a filter of the Breakpoints view, or takes the tick away. */
  async exceptionFilter(label: string, on: boolean): Promise<void> {
    await this.command('View: Show Run and Debug');
    await this.expandView('Breakpoints');
    const row = this.page.locator('.debug-breakpoints .monaco-list-row').filter({ hasText: label });
    await row.waitFor();
    const box = row.locator('input[type=checkbox], .monaco-checkbox').first();
    if ((await box.isChecked()) !== on) await box.click();
    await this.collapseView('Breakpoints');
  }

  /** Gives the side bar room for long names. */
  async widenSideBar(width: number): Promise<void> {
    const box = await this.page.locator('.part.sidebar').boundingBox();
    if (box === null) throw new Error('there is no side bar');
    const [x, y] = [box.x + box.width, box.y + 700];
    await this.page.mouse.move(x, y);
    await this.page.mouse.down();
    await this.page.mouse.move(box.x + width, y, { steps: 5 });
    await this.page.mouse.up();
  }

  /** Closes a view of the side bar, so that the others have its room. */
  async collapseView(name: string): Promise<void> {
    const header = this.page.locator(`.sidebar .pane-header[aria-label^="${name}"]`);
    if ((await header.getAttribute('aria-expanded')) === 'true') await header.click();
  }

  async expandView(name: string): Promise<void> {
    const header = this.page.locator(`.sidebar .pane-header[aria-label^="${name}"]`);
    if ((await header.getAttribute('aria-expanded')) !== 'true') await header.click();
  }

  /** Text of the rows of the Call Stack view. */
  async callStack(): Promise<string[]> {
    return (await this.page.locator('.debug-call-stack .monaco-list-row').allTextContents()).map(plain);
  }

  /** Looks into the thread whose name matches: opens it and selects its innermost frame. */
  async selectThread(name: RegExp): Promise<void> {
    const row = this.page.locator('.debug-call-stack .monaco-list-row').filter({ hasText: name }).first();
    await row.waitFor();
    if ((await row.getAttribute('aria-expanded')) !== 'true') await row.locator('.monaco-tl-twistie').click();
    const index = Number(await row.getAttribute('data-index'));
    const frame = this.page.locator(`.debug-call-stack .monaco-list-row[data-index="${index + 1}"]:has(.stack-frame)`);
    await frame.click();
  }

  /** Opens a scope of the Variables view, if it is closed. */
  async openScope(name: string): Promise<void> {
    const row = this.page.locator(`.debug-variables .monaco-list-row[aria-label^="Scope ${name}"]`);
    await row.waitFor();
    if ((await row.getAttribute('aria-expanded')) !== 'true') await row.locator('.monaco-tl-twistie').click();
    await this.page.waitForTimeout(300);
  }

  async closeScope(name: string): Promise<void> {
    const row = this.page.locator(`.debug-variables .monaco-list-row[aria-label^="Scope ${name}"]`);
    if ((await row.getAttribute('aria-expanded')) === 'true') await row.locator('.monaco-tl-twistie').click();
  }

  /** Waits for a row of the Variables view that reads like that, such as `data = 'hello'`. */
  async variable(pattern: RegExp): Promise<void> {
    const rows = this.page.locator('.debug-variables .monaco-list-row');
    let shown: string[] = [];
    for (let attempt = 0; attempt < 50; attempt++) {
      // Between name and value the view draws a space or none.
      shown = (await rows.allTextContents()).map((text) =>
        plain(text)
          .trim()
          .replace(/\s*=\s*/, ' = '),
      );
      if (shown.some((text) => pattern.test(text))) return;
      await this.page.waitForTimeout(200);
    }
    throw new Error(`no variable ${pattern} among\n${shown.join('\n')}`);
  }

  async stopDebugging(): Promise<void> {
    await this.page.keyboard.press('Shift+F5');
    await this.page.locator('.sidebar .codicon-debug-stop').first().waitFor({ state: 'hidden' });
  }
}

function setting(name: string): string {
  const value = process.env[name];
  if (value === undefined) throw new Error(`${name} is not set: run these tests by npm run test:workbench`);
  return value;
}

/** Editors draw spaces as U+00A0, and some invisible marks. */
const plain = (text: string): string => text.replace(/\u00a0/g, ' ').replace(/[\u200b-\u200f\u2060]/g, '');

const appears = (locator: Locator, timeout: number): Promise<boolean> =>
  locator.waitFor({ timeout }).then(
    () => true,
    () => false,
  );
