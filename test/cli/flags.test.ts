import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import type { FlagsEntry } from '../../cli/flags.ts';
import { nativeOracle, type Oracle, pyodideOracle } from '../../tools/oracle.ts';
import { coroscope } from './command.ts';

/** qualname, first line, flags, stack size, and offset and span of every instruction that suspends. */
type Facts = [string, number, number, number, (number | null)[][]];

/** The facts of every code object, as the interpreter itself has them. */
const factsProgram = `
import dis, types
def walk(code):
    yield code
    for item in code.co_consts:
        if isinstance(item, types.CodeType): yield from walk(item)
def points(code):
    spans = list(code.co_positions()) if hasattr(code, 'co_positions') else None
    line = None
    for i in dis.get_instructions(code):
        if not spans and i.starts_line: line = i.starts_line
        if i.opname in ('YIELD_VALUE', 'YIELD_FROM'):
            start, end, column, end_column = spans[i.offset // 2] if spans else (line, None, None, None)
            yield [i.offset, start, column, end, end_column]
def main(source):
    return [(getattr(c, 'co_qualname', c.co_name), c.co_firstlineno, c.co_flags, c.co_stacksize, list(points(c)))
            for c in walk(compile(source, 'example.py', 'exec'))]
`;

const factsOf = (entries: FlagsEntry[], name: (entry: FlagsEntry) => string): Facts[] =>
  entries.map((entry) => [
    name(entry),
    entry.firstlineno,
    entry.flags,
    entry.stacksize,
    entry.suspensionPoints.map((point) => [point.offset, point.line, point.column, point.endLine, point.endColumn]),
  ]);

const examples = readdirSync('examples').filter((name) => name.endsWith('.py'));

describe('coroscope flags', () => {
  let cpython: Oracle;
  before(async function () {
    this.timeout(60_000);
    cpython = await pyodideOracle();
  });

  const entries = (...args: string[]): FlagsEntry[] => {
    const { stdout, stderr, status } = coroscope(['flags', '--json', ...args]);
    assert.equal(stderr, '');
    assert.equal(status, 0);
    return JSON.parse(stdout);
  };

  it('3.14: gives flags and suspension points of every example as CPython has them', () => {
    assert.ok(examples.length >= 7);
    for (const example of examples) {
      const expected: Facts[] = cpython.ask<Facts[]>(factsProgram, readFileSync(`examples/${example}`, 'utf8'));
      assert.deepEqual(
        factsOf(entries(`examples/${example}`), (entry) => entry.qualname),
        expected,
        example,
      );
    }
  });

  it('3.8: gives flags and suspension points of every example as CPython has them', function () {
    this.timeout(60_000);
    const native = nativeOracle('3.8');
    if (native === undefined) return this.skip();
    for (const example of examples) {
      const expected: Facts[] = native.ask<Facts[]>(factsProgram, readFileSync(`examples/${example}`, 'utf8'));
      const found = entries(`examples/${example}`, '--target', '3.8');
      assert.deepEqual(
        factsOf(found, (entry) => entry.qualname.split('.').at(-1) as string),
        expected,
        example,
      );
    }
  });

  const coProcess = (...args: string[]): FlagsEntry => {
    const found = entries('examples/co_process.py', ...args).find((entry) => entry.qualname === 'co_process');
    assert.ok(found);
    return found;
  };

  it('3.14: says 35 of co_process, and lists its three yields', () => {
    const { flags, flagNames, kind, suspensionPoints } = coProcess();
    assert.equal(flags, 35);
    assert.deepEqual(flagNames, ['CO_OPTIMIZED', 'CO_NEWLOCALS', 'CO_GENERATOR']);
    assert.equal(kind, 'generator');
    assert.deepEqual(
      suspensionPoints.map((point) => point.kind),
      ['yield', 'yield', 'yield'],
    );
  });

  it('3.8: says 99 of co_process', () => {
    const { flags, flagNames } = coProcess('--target', '3.8');
    assert.equal(flags, 99);
    assert.deepEqual(flagNames, ['CO_OPTIMIZED', 'CO_NEWLOCALS', 'CO_GENERATOR', 'CO_NOFREE']);
  });

  it('names every field that a tool may look for', () => {
    assert.deepEqual(Object.keys(coProcess()), [
      'qualname',
      'kind',
      'firstlineno',
      'flags',
      'flagNames',
      'stacksize',
      'suspensionPoints',
    ]);
    assert.deepEqual(Object.keys(coProcess().suspensionPoints[0]), [
      'kind',
      'line',
      'column',
      'endLine',
      'endColumn',
      'offset',
    ]);
  });

  it('orders code objects as the source does, also where the bytecode does not', () => {
    const source =
      'def f(a=lambda: 0): pass\nclass B:\n    x: int\n    def g(self): return [(i for i in j) for j in self]\n';
    const { stdout } = coroscope(['flags', '--json', '-'], { input: source });
    const found: FlagsEntry[] = JSON.parse(stdout);
    assert.deepEqual(
      found.map((entry) => entry.qualname),
      ['<module>', 'f', '<lambda>', 'B', 'B.__annotate__', 'B.g', 'B.g.<locals>.<genexpr>'],
    );
  });

  it('prints a table for people, in plain text when it goes to a file', () => {
    const { stdout, status } = coroscope(['flags', 'examples/co_process.py']);
    assert.equal(status, 0);
    assert.match(stdout, /^line {2}name +kind +stack {2}flags\n/);
    assert.match(stdout, /co_process {2}generator +\d+ {5}35 {2}0x23 {2}OPTIMIZED NEWLOCALS GENERATOR\n/);
    assert.match(stdout, /\n {8}yield at \d+:11–18, offset \d+\n/);
    assert.ok(!stdout.includes('\x1b'));
  });
});
