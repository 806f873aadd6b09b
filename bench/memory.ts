import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';

/** Programs that wait with what they have made until their stdin ends. */
const programs: readonly [title: string, source: string][] = [
  ['nothing', ''],
  [
    '100,000 suspended generators',
    `
def numbers(first):
    yield first
    yield first + 1

made = [numbers(i) for i in range(100_000)]
for generator in made:
    next(generator)
`,
  ],
];

/** Megabytes that a whole process holds in memory once its program has done its work. */
async function residentSize(source: string): Promise<number> {
  const program = `${source}\nimport sys\nprint('ready', flush=True)\nsys.stdin.read()\n`;
  const child = spawn(process.execPath, ['dist/cli.js', 'run', '-c', program], { stdio: ['pipe', 'pipe', 'inherit'] });
  await once(child.stdout, 'data');
  const kilobytes = Number(execFileSync('ps', ['-o', 'rss=', '-p', String(child.pid)], { encoding: 'utf8' }));
  child.stdin.end();
  await once(child, 'exit');
  return kilobytes / 1024;
}

/** Prints how much memory Coroscope takes for programs. */
export async function main(): Promise<void> {
  for (const [title, source] of programs) {
    console.log(`${title.padEnd(32)}${(await residentSize(source)).toFixed(0).padStart(6)} MB`);
  }
}
