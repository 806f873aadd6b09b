const nested = (open: string, close: string, count: number, inner = 'x'): string =>
  `${open.repeat(count)}${inner}${close.repeat(count)}`;

const blocks = (count: number, header: (i: number) => string): string => {
  let text = '';
  for (let i = 0; i < count; i++) text += `${' '.repeat(i)}${header(i)}\n`;
  return `${text}${' '.repeat(count)}pass\n`;
};

const fString = (count: number): string => {
  let text = 'x';
  for (let i = 0; i < count; i++) text = `f'{${text}}'`;
  return text;
};

const shapes: Record<string, [(count: number) => string, ...number[]]> = {
  'parentheses': [(n) => nested('(', ')', n), 150, 199, 200, 201, 1000, 5000],
  'lists': [(n) => nested('[', ']', n), 150, 199, 200, 201, 1000, 5000],
  'braces': [(n) => nested('{', '}', n), 150, 199, 200, 201, 1000, 5000],
  'dicts': [(n) => nested('{1:', '}', n), 150, 199, 200, 201],
  'calls within calls': [(n) => nested('f(', ')', n), 150, 199, 200, 201, 1000],
  'subscripts within subscripts': [(n) => nested('a[', ']', n), 150, 199, 200, 201],
  'not': [(n) => `${'not '.repeat(n)}x`, 100, 1000, 2000, 3000, 20_000],
  'minus': [(n) => `${'-'.repeat(n)}x`, 100, 1000, 2000, 3000, 20_000],
  'await': [(n) => `async def f():\n  ${'(await '.repeat(n)}x${')'.repeat(n)}`, 100, 199],
  'powers': [(n) => `x${'**x'.repeat(n)}`, 100, 1000, 3000, 20_000],
  'conditions': [(n) => `${'a if b else '.repeat(n)}c`, 100, 1000, 3000, 20_000],
  'lambdas': [(n) => `${'lambda: '.repeat(n)}x`, 20, 50, 100, 1000],
  'attributes': [(n) => `x${'.a'.repeat(n)}`, 1000, 5000, 50_000],
  'calls of calls': [(n) => `x${'()'.repeat(n)}`, 1000, 5000, 50_000],
  'methods of methods': [(n) => `x${'.a(1)'.repeat(n)}`, 1000, 5000, 50_000],
  'subscripts of subscripts': [(n) => `x${'[0]'.repeat(n)}`, 1000, 5000, 50_000],
  'attributes assigned': [(n) => `x${'.a'.repeat(n)} = 1`, 1000, 5000, 50_000],
  'additions': [(n) => `x${'+x'.repeat(n)}`, 1000, 5000, 50_000],
  'mixed operators': [(n) => `x${'+x*x'.repeat(n)}`, 1000, 5000],
  'ands': [(n) => `x${' and x'.repeat(n)}`, 1000, 50_000],
  'comparisons': [(n) => `x${' < x'.repeat(n)}`, 1000, 50_000],
  'strings': [(n) => `x = (${"'a' ".repeat(n)})`, 1000, 50_000],
  'elifs': [(n) => `if a: b\n${'elif a: b\n'.repeat(n)}`, 100, 1000, 2000, 5000, 20_000],
  'ifs': [(n) => blocks(n, () => 'if x:'), 20, 21, 50, 98, 99, 100, 101],
  'whiles': [(n) => blocks(n, () => 'while x:'), 19, 20, 21, 50, 100],
  'fors': [(n) => blocks(n, () => 'for x in y:'), 19, 20, 21, 50, 100],
  'withs': [(n) => blocks(n, () => 'with x:'), 19, 20, 21, 50, 100],
  'functions': [(n) => blocks(n, (i) => `def f${i}():`), 20, 50, 98, 99, 100],
  'classes': [(n) => blocks(n, (i) => `class C${i}:`), 20, 50, 98, 99, 100],
  'f-strings': [fString, 2, 20, 50, 100, 149, 150, 151],
  'list comprehensions': [(n) => nested('[', ' for x in y]', n), 10, 19, 20, 21, 50, 100, 199],
  'generator expressions': [(n) => nested('(', ' for x in y)', n), 10, 20, 50, 100, 199],
  'comprehension clauses': [(n) => `[x${' for x in y'.repeat(n)}]`, 10, 19, 20, 21, 50, 100, 1000],
  'patterns': [(n) => `match x:\n  case ${nested('[', ']', n)}: pass`, 50, 100, 199, 200],
  'tuple targets': [(n) => `${nested('(', ',)', n)} = y`, 50, 199, 200],
  'targets': [(n) => `${'x = '.repeat(n)}y`, 1000, 50_000],
  'decorators': [(n) => `${'@d\n'.repeat(n)}def f(): pass`, 1000, 20_000],
}; // biome-ignore format: a table

/** Programs that nest or repeat one construct, by what they are. */
export const nestingPrograms: ReadonlyMap<string, string> = new Map(
  Object.entries(shapes).flatMap(([name, [make, ...counts]]) =>
    counts.map((count): [string, string] => [`${count.toLocaleString('en')} ${name}`, `${make(count)}\n`]),
  ),
);
