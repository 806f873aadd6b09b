import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { writePyc } from '../compiler/bytecode/pyc.ts';
import type { Target } from '../compiler/targets/target.ts';
import { parse, targetOption } from './arguments.ts';
import type { Command } from './command.ts';
import { compiled } from './compiled.ts';
import { Exit, missing, UsageError, unwritable } from './errors.ts';
import { explainedRead, reasonOf } from './source.ts';
import { write } from './terminal.ts';

/** A file to compile, and where its .pyc goes below the output folder. */
interface Job {
  readonly path: string;
  readonly output: string;
}

export const compileCommand: Command = {
  summary: 'write .pyc files that CPython imports and runs',
  help: `usage: coroscope compile [--target X.Y] [-O | -OO] --out DIR PATH…

Compiles Python files to .pyc files. A file x.py goes to DIR/x.pyc; the files of a folder go to
DIR/<path below that folder>.pyc. A file that does not compile is reported on stderr as CPython
reports it, and the rest goes on; the exit code is then 1.

  --out DIR      where to write; made if it is missing
  -O, -OO        optimise as CPython's -O (no assert) and -OO (no docstrings either)
  --target X.Y   the CPython version to compile for (default 3.14)
`,
  async run(args) {
    const { values, positionals } = parse('compile', args, {
      out: { type: 'string' },
      optimize: { type: 'boolean', short: 'O', multiple: true },
      target: { type: 'string' },
    });
    const target = targetOption(values.target);
    const level = values.optimize?.length ?? 0;
    if (level > 2) throw new UsageError('-O can be given once or twice');
    if (values.out === undefined) throw missing('--out DIR', 'compile');
    if (positionals.length === 0) throw missing('PATH', 'compile');
    const jobs = positionals.flatMap(jobsOf);
    let failed = 0;
    const progress = new Progress(jobs.length);
    for (const [index, job] of jobs.entries()) {
      progress.show(index, job.path);
      const report = compileFile(job, values.out, target, level as 0 | 1 | 2);
      if (report === undefined) continue;
      progress.clear();
      if (report.failed) failed++;
      await write(process.stderr, report.text);
    }
    progress.clear();
    await write(process.stdout, `${jobs.length - failed} compiled, ${failed} failed\n`);
    return failed === 0 ? Exit.OK : Exit.CONTENT;
  },
};

/** Compiles one file; gives what CPython would print about it, or undefined when that is nothing. */
function compileFile(
  job: Job,
  out: string,
  target: Target,
  optimize: 0 | 1 | 2,
): { text: string; failed: boolean } | undefined {
  const { bytes, mtime } = readFile(job.path);
  const { code, report } = compiled({ bytes, filename: job.path }, target, optimize);
  if (code === undefined) return { text: report, failed: true };
  const check = { kind: 'timestamp', mtime: Math.floor(mtime / 1000), size: bytes.length } as const;
  writeOutput(join(out, job.output), writePyc({ target, check, code }));
  return report === '' ? undefined : { text: report, failed: false };
}

function readFile(path: string): { bytes: Uint8Array; mtime: number } {
  try {
    return { bytes: readFileSync(path), mtime: statSync(path).mtimeMs };
  } catch (error) {
    throw explainedRead(path, error);
  }
}

function writeOutput(path: string, bytes: Uint8Array): void {
  try {
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, bytes);
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    throw code === undefined ? error : unwritable(path, reasonOf(code));
  }
}

/** The files that a path stands for: itself, or every .py file below it in order of their names. */
function jobsOf(path: string): Job[] {
  try {
    if (!statSync(path).isDirectory()) return [{ path, output: toPyc(basename(path)) }];
    return filesBelow(path, '').map((below) => ({ path: join(path, below), output: toPyc(below) }));
  } catch (error) {
    throw explainedRead(path, error);
  }
}

function filesBelow(root: string, folder: string): string[] {
  const entries = readdirSync(join(root, folder), { withFileTypes: true });
  entries.sort((a, b) => (a.name < b.name ? -1 : 1));
  return entries.flatMap((entry) => {
    const below = join(folder, entry.name);
    if (entry.isDirectory()) return entry.name === '__pycache__' ? [] : filesBelow(root, below);
    return entry.name.endsWith('.py') ? [below] : [];
  });
}

const toPyc = (path: string): string => (path.endsWith('.py') ? `${path}c` : `${path}.pyc`);

/** One line on a terminal that says how far it is; nothing elsewhere. */
class Progress {
  private readonly total: number;
  private readonly enabled: boolean;
  private lastShown = 0;

  constructor(total: number) {
    this.total = total;
    this.enabled = process.stderr.isTTY === true && total > 1;
  }

  show(index: number, path: string): void {
    const now = Date.now();
    if (!this.enabled || now - this.lastShown < 50) return;
    this.lastShown = now;
    const text = `${index + 1}/${this.total}  ${path}`;
    process.stderr.write(`\r\x1b[K${text.slice(0, Math.max(20, (process.stderr.columns || 80) - 1))}`);
  }

  clear(): void {
    if (this.enabled && this.lastShown > 0) process.stderr.write('\r\x1b[K');
  }
}
