import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { nativePython } from './oracle.ts';

// Runs CPython's own tests in the VM, a module a process: npm run conformance [-- [--record] [--details] [--cli FILE] [--limit SECONDS]
// MODULE…].
// The tests are those of the newest native CPython of this machine; the library is the packed one. Exits 1 when a module
// passes fewer tests than test/conformance/record.json says; --record writes the figures there.

interface Figures {
  readonly tests: number;
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
}

interface Outcome extends Figures {
  /** Why the module did not run to its end. */
  readonly broken: string | undefined;
  readonly failures: readonly { test: string; detail: string }[];
  readonly skips: ReadonlyMap<string, number>;
  readonly seconds: number;
}

interface ResultLine {
  readonly count?: number;
  readonly done?: boolean;
  readonly test?: string;
  readonly outcome?: 'started' | 'passed' | 'failed' | 'skipped';
  readonly detail?: string;
}

const ROOM = resolve('test/conformance');
const RECORD = join(ROOM, 'record.json');
const PROCESSES = 2;

const args = process.argv.slice(2);
const flag = (name: string): boolean => args.includes(name);
const option = (name: string, fallback: string): string => {
  const at = args.indexOf(name);
  return at < 0 ? fallback : args.splice(at, 2)[1];
};
const cli = resolve(option('--cli', 'dist/cli.js'));
/** Seconds that a module may take. */
const limit = Number(option('--limit', '600'));
const wanted = args.filter((arg) => !arg.startsWith('--'));

const modules: Record<string, readonly string[]> = JSON.parse(readFileSync(join(ROOM, 'modules.json'), 'utf8'));
const excluded: Record<string, string> = JSON.parse(readFileSync(join(ROOM, 'excluded.json'), 'utf8'));
const record: { tests?: string; modules: Record<string, Figures> } = existsSync(RECORD)
  ? JSON.parse(readFileSync(RECORD, 'utf8'))
  : { modules: {} };

const found = newestTests();
if (found === undefined) {
  console.log('conformance: this machine has no native CPython with its tests (Lib/test); nothing was run.');
  process.exit(0);
}
const { version, folder } = found;
process.exitCode = (await main()) ? 0 : 1;

async function main(): Promise<boolean> {
  const names = wanted.length > 0 ? wanted : Object.values(modules).flat();
  console.log(`CPython ${version}'s own tests, with the library of 3.14\n`);
  console.log(row('module', 'tests', 'passed', 'failed', 'skipped', 'seconds'));
  const outcomes = new Map<string, Outcome>();
  const queue = [...names];
  const work = async (): Promise<void> => {
    for (let name = queue.shift(); name !== undefined; name = queue.shift()) {
      const outcome = await runModule(name);
      outcomes.set(name, outcome);
      if (flag('--record')) writeRecord(outcomes);
      console.log(
        row(name, outcome.tests, outcome.passed, outcome.failed, outcome.skipped, outcome.seconds.toFixed(1)) +
          (outcome.broken === undefined ? '' : `   ${outcome.broken}`),
      );
      if (flag('--details')) {
        for (const { test, detail } of outcome.failures) console.log(`  ${test}\n${detail.replace(/^/gm, '    ')}`);
      }
    }
  };
  await Promise.all(Array.from({ length: PROCESSES }, work));

  for (const [group, members] of Object.entries(modules)) {
    const run = members.flatMap((name) => outcomes.get(name) ?? []);
    if (run.length === 0) continue;
    const sum = (pick: (outcome: Outcome) => number): number =>
      run.reduce((total, outcome) => total + pick(outcome), 0);
    console.log(
      row(
        `= ${group}`,
        sum((o) => o.tests),
        sum((o) => o.passed),
        sum((o) => o.failed),
        sum((o) => o.skipped),
        '',
      ),
    );
  }
  printSkips(outcomes);

  let good = true;
  for (const [name, outcome] of outcomes) {
    const before = record.tests === version ? record.modules[name] : undefined;
    if (before === undefined || outcome.passed >= before.passed) continue;
    good = false;
    console.log(`${name}: ${outcome.passed} tests pass, ${before.passed} did.`);
    for (const { test } of outcome.failures) console.log(`  ${test}`);
  }
  return good || flag('--record');
}

function printSkips(outcomes: ReadonlyMap<string, Outcome>): void {
  const total = new Map<string, number>();
  for (const { skips } of outcomes.values()) {
    for (const [reason, count] of skips) total.set(reason, (total.get(reason) ?? 0) + count);
  }
  if (total.size === 0) return;
  console.log('\nskipped because:');
  for (const [reason, count] of [...total].sort((a, b) => b[1] - a[1]))
    console.log(`${String(count).padStart(6)}  ${reason}`);
}

function writeRecord(outcomes: ReadonlyMap<string, Outcome>): void {
  const all: Record<string, Figures> = { ...(record.tests === version ? record.modules : {}) };
  for (const [name, { tests, passed, failed, skipped }] of outcomes) all[name] = { tests, passed, failed, skipped };
  const sorted = Object.fromEntries(Object.entries(all).sort(([a], [b]) => (a < b ? -1 : 1)));
  const lines = Object.entries(sorted).map(([name, figures]) => {
    const { tests, passed, failed, skipped } = figures;
    return `    "${name}": { "tests": ${tests}, "passed": ${passed}, "failed": ${failed}, "skipped": ${skipped} }`;
  });
  writeFileSync(RECORD, `{\n  "tests": "${version}",\n  "modules": {\n${lines.join(',\n')}\n  }\n}\n`);
}

/** Runs one module in its own process and folder, and reads what the driver wrote even when the process was killed. */
function runModule(name: string): Promise<Outcome> {
  const folderOfRun = mkdtempSync(join(tmpdir(), 'conformance-'));
  const results = join(folderOfRun, 'results.jsonl');
  const work = join(folderOfRun, 'work');
  mkdirSync(work);
  const begun = Date.now();
  return new Promise((finish) => {
    const driver = join(ROOM, 'driver.py');
    const child = spawn(
      process.execPath,
      ['--max-old-space-size=3000', cli, 'run', driver, folder, name, results, JSON.stringify(excluded)],
      { cwd: work, stdio: ['ignore', 'pipe', 'pipe'] },
    );
    let output = '';
    const keep = (chunk: Buffer): void => {
      output = (output + chunk.toString()).slice(-4000);
    };
    child.stdout.on('data', keep);
    child.stderr.on('data', keep);
    let late = false;
    const timer = setTimeout(() => {
      late = true;
      child.kill('SIGKILL');
    }, limit * 1000);
    child.on('close', (exitCode) => {
      clearTimeout(timer);
      const text = existsSync(results) ? readFileSync(results, 'utf8') : '';
      const ending = late ? `stopped after ${limit} s` : `ended with exit code ${exitCode}: ${lastLine(output)}`;
      if (flag('--details') && !text.includes('"done"')) console.log(output);
      finish(readResults(text, ending, (Date.now() - begun) / 1000));
      rmSync(folderOfRun, { recursive: true, force: true });
    });
  });
}

/** A module that did not run to its end counts every test not reached as failed. */
function readResults(text: string, ending: string, seconds: number): Outcome {
  let tests = 0;
  let passed = 0;
  let skipped = 0;
  let done = false;
  let open: string | undefined;
  const failures: { test: string; detail: string }[] = [];
  const skips = new Map<string, number>();
  for (const line of text.split('\n')) {
    if (!line.endsWith('}')) continue;
    const entry: ResultLine = JSON.parse(line);
    if (entry.count !== undefined) tests = entry.count;
    if (entry.done) done = true;
    if (entry.test === undefined) continue;
    open = entry.outcome === 'started' ? entry.test : undefined;
    if (entry.outcome === 'passed') passed++;
    else if (entry.outcome === 'failed') failures.push({ test: entry.test, detail: entry.detail ?? '' });
    else if (entry.outcome === 'skipped') {
      skipped++;
      skips.set(entry.detail ?? '', (skips.get(entry.detail ?? '') ?? 0) + 1);
    }
  }
  const broken = done ? undefined : `${open ?? 'loading'} ${ending}`;
  if (broken !== undefined && open !== undefined) failures.push({ test: open, detail: broken });
  return { tests, passed, failed: Math.max(0, tests - passed - skipped), skipped, broken, failures, skips, seconds };
}

function lastLine(text: string): string {
  return text.trimEnd().split('\n').pop() ?? '';
}

/** Lib/test of the newest native CPython that has it. */
function newestTests(): { version: string; folder: string } | undefined {
  for (const version of ['3.14', '3.13', '3.12']) {
    const executable = nativePython(version);
    if (executable === undefined) continue;
    const folder = resolve(executable, '../../lib', `python${version}`, 'test');
    if (existsSync(join(folder, 'support'))) return { version, folder };
  }
  return undefined;
}

function row(name: string, ...figures: readonly (number | string)[]): string {
  return name.padEnd(34) + figures.map((figure) => String(figure).padStart(9)).join('');
}
