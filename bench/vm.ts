import { spawnSync } from 'node:child_process';
import { nativePython } from '../tools/oracle.ts';
import { median } from './alternate.ts';
import { compareStarts } from './startup.ts';

const folder = 'bench/programs';
const program = `${folder}/operations.py`;

/** An interpreter that can run the programs. */
interface Runner {
  readonly title: string;
  readonly command: string;
  readonly args: readonly string[];
}

/** Nanoseconds of an operation by its name, as the program prints them. */
type Times = Map<string, number>;

function timesOf({ command, args }: Runner): Times {
  const { status, stdout, stderr } = spawnSync(command, args, { encoding: 'utf8' });
  if (status !== 0) throw new Error(`${command} ${args.join(' ')} failed:\n${stderr}`);
  const lines = stdout.trim().split('\n');
  return new Map(lines.map((line) => line.split(' ')).map(([name, nanoseconds]) => [name, Number(nanoseconds)]));
}

/** One line a program: each runner's nanoseconds, and ours divided by theirs. */
function table(runners: readonly Runner[], times: readonly (readonly Times[])[]): string {
  const heads = runners.map(({ title }, i) => title.padStart(14) + (i > 0 ? 'ratio'.padStart(7) : ''));
  const lines = [`${'nanoseconds'.padEnd(24)}${heads.join('')}`];
  for (const name of times[0][0].keys()) {
    const medians = times.map((rounds) => median(rounds.map((round) => round.get(name) as number)));
    const cells = medians.map((time, i) => {
      const digits = time < 1000 ? 1 : 0;
      return time.toFixed(digits).padStart(14) + (i > 0 ? (medians[0] / time).toFixed(1).padStart(7) : '');
    });
    lines.push(`${name.replaceAll('_', ' ').padEnd(24)}${cells.join('')}`);
  }
  return lines.join('\n');
}

/**
 * Runs the same programs in Coroscope, in native CPython 3.13 where the machine has it, and in pyodide's CPython 3.14, in turns; prints
 * the medians, the ratios, and how long the start takes. The argument says how many turns each gets.
 */
export async function main(args: readonly string[]): Promise<void> {
  const rounds = Number(args[0] ?? 3);
  const native = nativePython('3.13');
  const runners: Runner[] = [{ title: 'coroscope', command: process.execPath, args: ['dist/cli.js', 'run', program] }];
  if (native !== undefined) runners.push({ title: 'CPython 3.13', command: native, args: ['-B', program] });
  runners.push({
    title: 'pyodide 3.14',
    command: process.execPath,
    args: ['tools/run.mjs', 'bench/run-in-pyodide.ts', folder, 'operations'],
  });
  const times: Times[][] = runners.map(() => []);
  for (let round = 0; round < rounds; round++) {
    for (const [i, runner] of runners.entries()) times[i].push(timesOf(runner));
  }
  console.log(table(runners, times));
  console.log();
  compareStarts(rounds + 2);
}
