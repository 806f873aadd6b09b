import { spawnSync } from 'node:child_process';
import { nativePython } from '../tools/oracle.ts';
import { median } from './alternate.ts';

const program = 'bench/vm.py';

/** Nanoseconds of an operation by its name, as the program prints them. */
type Times = Map<string, number>;

function timesOf(command: string, args: readonly string[]): Times {
  const { status, stdout, stderr } = spawnSync(command, args, { encoding: 'utf8' });
  if (status !== 0) throw new Error(`${command} ${args.join(' ')} failed:\n${stderr}`);
  const lines = stdout.trim().split('\n');
  return new Map(lines.map((line) => line.split(' ')).map(([name, nanoseconds]) => [name, Number(nanoseconds)]));
}

/** Programs that show how long the start takes. */
const starts = ['print("hi")', 'import asyncio'];

/** Milliseconds that a whole process takes for a program on its stdin. */
function startTime(command: string, args: readonly string[], input: string): number {
  const before = performance.now();
  const { status, stderr } = spawnSync(command, args, { input, encoding: 'utf8' });
  if (status !== 0) throw new Error(`${command} ${args.join(' ')} failed:\n${stderr}`);
  return performance.now() - before;
}

function compareStarts(native: string | undefined, rounds: number): void {
  console.log(`\n${'milliseconds in all'.padEnd(26)}${'coroscope'.padStart(12)}${'CPython 3.13'.padStart(14)}`);
  for (const text of starts) {
    const mine: number[] = [];
    const other: number[] = [];
    for (let round = 0; round < rounds; round++) {
      mine.push(startTime(process.execPath, ['dist/cli.js', 'run', '-'], text));
      if (native !== undefined) other.push(startTime(native, ['-'], text));
    }
    const theirs = native === undefined ? '' : median(other).toFixed(0);
    console.log(`${text.padEnd(26)}${median(mine).toFixed(0).padStart(12)}${theirs.padStart(14)}`);
  }
}

/** Runs the same programs in Coroscope and in native CPython 3.13 in turns; prints ns an operation, their ratio, and how long the start takes. */
export async function main(args: readonly string[]): Promise<void> {
  const rounds = Number(args[0] ?? 3);
  const native = nativePython('3.13');
  const ours: Times[] = [];
  const theirs: Times[] = [];
  for (let round = 0; round < rounds; round++) {
    ours.push(timesOf(process.execPath, ['dist/cli.js', 'run', program]));
    if (native !== undefined) theirs.push(timesOf(native, [program]));
  }
  console.log(
    `${'operation'.padEnd(26)}${'coroscope'.padStart(12)}${'CPython 3.13'.padStart(14)}${'ratio'.padStart(8)}`,
  );
  for (const name of ours[0].keys()) {
    const mine = median(ours.map((times) => times.get(name) as number));
    const other = native === undefined ? undefined : median(theirs.map((times) => times.get(name) as number));
    const ratio = other === undefined ? '' : (mine / other).toFixed(1);
    console.log(
      `${name.replaceAll('_', ' ').padEnd(26)}${mine.toFixed(1).padStart(12)}${(other?.toFixed(1) ?? '').padStart(14)}${ratio.padStart(8)}`,
    );
  }
  compareStarts(native, rounds + 2);
}
