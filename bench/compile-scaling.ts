import { compile } from '../compiler/compile.ts';
import { targetNamed } from '../compiler/targets/registry.ts';
import type { Target } from '../compiler/targets/target.ts';
import { libraryFiles } from '../tools/library-zip.ts';
import { median, threadSeconds } from './alternate.ts';

// npm run bench -- compile-scaling [--target X.Y] [PART OF A SHAPE'S NAME]
// How the time of compile() grows when a program gets ten times as long: the factor for programs of several shapes. A
// factor of 10 is linear; above 12 something is quadratic. Both sides compile as many lines in a measurement, the short
// program ten times over, so that both pay for the garbage that they make. Time is what the main thread ran.

interface Shape {
  readonly name: string;
  /** A program of about so many lines, or so many elements where a line holds many. */
  make(size: number): string;
  /** The larger of the two sizes; the other is a tenth. */
  readonly size: number;
}

const repeat = (text: (i: number) => string) => (size: number) => {
  const lines: string[] = [];
  for (let i = 0; i < size; i++) lines.push(text(i));
  return `${lines.join('\n')}\n`;
};

/** Library files one after the other, up to so many lines. */
function libraryText(size: number): string {
  const decoder = new TextDecoder();
  const files = libraryFiles().map(({ bytes }) => decoder.decode(bytes));
  const usable = files.filter((text) => !/^from __future__|coding[:=]/m.test(text) && text.endsWith('\n'));
  const result: string[] = [];
  while (result.length < size) {
    for (const text of usable) {
      result.push(...text.split('\n').slice(0, -1));
      if (result.length >= size) break;
    }
  }
  return `${result.join('\n')}\n`;
}

const shapes: readonly Shape[] = [
  { name: 'library files joined', size: 200_000, make: libraryText },
  { name: 'assignments to new names', size: 200_000, make: repeat((i) => `name_${i} = other_${i}.attribute + ${i}`) },
  { name: 'functions', size: 200_000, make: (n) => repeat((i) => `def f${i}(a):\n    x = a + 1\n    return x\n`)(n / 4) },
  { name: 'one function', size: 200_000, make: (n) => `def f():\n${repeat((i) => `    x = g(${i % 9}, x)`)(n)}` },
  {
    name: 'one function of branches',
    size: 200_000,
    make: (n) => `def f(a):\n${repeat((i) => `    if a > ${i % 9}:\n        a = g(a)`)(n / 2)}`,
  },
  { name: 'a loop with suspensions', size: 200_000, make: (n) => `def f():\n  while 1:\n${repeat(() => '    x = yield x')(n)}` },
  { name: 'try statements', size: 40_000, make: (n) => repeat(() => 'try:\n  f()\nexcept A as e:\n  g(e)')(n / 4) },
  { name: 'a class of methods', size: 200_000, make: (n) => `class C:\n${repeat((i) => `    def m${i}(self):\n        return self.a`)(n / 2)}` },
  { name: 'a list over lines', size: 200_000, make: (n) => `x = [\n${repeat((i) => `    ${i},`)(n)}]\n` },
  { name: 'a dict over lines', size: 200_000, make: (n) => `x = {\n${repeat((i) => `    'k${i}': ${i},`)(n)}}\n` },
  { name: 'a string over lines', size: 200_000, make: (n) => `x = '''\n${repeat((i) => `line ${i}`)(n)}'''\n` },
  { name: 'fields of an f-string', size: 20_000, make: (n) => `x = f"${'{a} '.repeat(n)}"\n` },
  { name: 'an error at the end', size: 200_000, make: (n) => `${repeat((i) => `x${i} = f(${i})`)(n)}x = = 1\n` },
  { name: 'an error in a list', size: 20_000, make: (n) => `x = [${'f(1), '.repeat(n)} 1 2]\n` },
  { name: 'comments and blank lines', size: 200_000, make: (n) => repeat((i) => (i % 2 ? '' : '# nothing'))(n) },
]; // biome-ignore format: a table

/** Measurements of each, in turns. */
const ROUNDS = 5;
/** Seconds that a measurement takes at least, about. */
const SHORTEST = 0.2;

export async function main(args: readonly string[]): Promise<void> {
  const at = args.indexOf('--target');
  const version = at < 0 ? '3.14' : args[at + 1];
  const only = args.find((arg, i) => !arg.startsWith('-') && (at < 0 || i !== at + 1));
  const target = targetNamed(version);
  if (target === undefined) throw new Error(`no target ${version}`);
  console.log(`target ${version}: milliseconds for n/10 and n, and the factor`);
  let worst = 0;
  for (const { name, make, size } of shapes) {
    if (only !== undefined && !name.includes(only)) continue;
    const small = make(size / 10);
    const large = make(size);
    seconds(small, target, 2);
    const times = Math.ceil(SHORTEST / Math.max(seconds(large, target, 1), 0.001));
    const fewRounds: number[] = [];
    const manyRounds: number[] = [];
    for (let round = 0; round < ROUNDS; round++) {
      fewRounds.push(seconds(small, target, 10 * times) / (10 * times));
      manyRounds.push(seconds(large, target, times) / times);
    }
    const few = median(fewRounds);
    const many = median(manyRounds);
    const factor = many / few;
    worst = Math.max(worst, factor);
    console.log(
      `${name.padEnd(28)} n ${String(size).padStart(6)}  ${(few * 1000).toFixed(1).padStart(8)}  ${(many * 1000).toFixed(1).padStart(8)}  ×${factor.toFixed(1)}`,
    );
  }
  console.log(`largest factor: ${worst.toFixed(1)}`);
}

function seconds(text: string, target: Target, times: number): number {
  const start = threadSeconds();
  for (let i = 0; i < times; i++) compile(text, { filename: 'bench.py', target });
  return threadSeconds() - start;
}
