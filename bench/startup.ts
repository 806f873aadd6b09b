import { spawnSync } from 'node:child_process';
import { nativePython } from '../tools/oracle.ts';
import { median } from './alternate.ts';

/** Programs that show how long the start takes. */
const starts = ['print("hi")', 'import asyncio'];

// Node reads the certificates that this names before it does anything else, which can take as long as all the rest.
const { NODE_EXTRA_CA_CERTS: _certificates, ...environment } = process.env;

/** Milliseconds that a whole process takes for a program on its stdin. */
function startTime(command: string, args: readonly string[], input: string): number {
  const before = performance.now();
  const { status, stderr } = spawnSync(command, args, { input, encoding: 'utf8', env: environment });
  if (status !== 0) throw new Error(`${command} ${args.join(' ')} failed:\n${stderr}`);
  return performance.now() - before;
}

/** Prints how long whole processes take in Coroscope, in an empty Node, and in native CPython 3.13 where there is one, in turns; medians. */
export function compareStarts(rounds: number): void {
  const native = nativePython('3.13');
  const runners: [title: string, command: string, args: readonly string[]][] = [
    ['coroscope', process.execPath, ['dist/cli.js', 'run', '-']],
    ['empty Node', process.execPath, ['-e', '0']],
  ];
  if (native !== undefined) runners.push(['CPython 3.13', native, ['-']]);
  console.log(`${'milliseconds in all'.padEnd(24)}${runners.map(([title]) => title.padStart(14)).join('')}`);
  for (const text of starts) {
    const times: number[][] = runners.map(() => []);
    for (let round = 0; round < rounds; round++) {
      for (const [i, [, command, args]] of runners.entries()) times[i].push(startTime(command, args, text));
    }
    console.log(`${text.padEnd(24)}${times.map((each) => median(each).toFixed(0).padStart(14)).join('')}`);
  }
}

/** The argument says how many turns each gets. */
export async function main(args: readonly string[]): Promise<void> {
  compareStarts(Number(args[0] ?? 21));
}
