import assert from 'node:assert/strict';
import { exceptionEntries, lineStarts, positions } from '../../../compiler/bytecode/positions.ts';
import { py38 } from '../../../compiler/targets/py38.ts';
import { py314 } from '../../../compiler/targets/py314.ts';
import { nativeOracle, type Oracle, pyodideOracle } from '../../../tools/oracle.ts';
import { batches, codeObjects, libraryFiles, librarySource, loadCode } from './compiled-by-cpython.ts';

describe('tables of a code object', () => {
  let cpython: Oracle;
  before(async function () {
    this.timeout(60_000);
    cpython = await pyodideOracle();
  });

  it('3.14: positions, line starts and exception entries are those that CPython and its dis give', function () {
    this.timeout(60_000);
    interface Tables {
      positions: (number | null)[];
      starts: (number | null)[][];
      exceptions: [number, number, number, number, boolean][];
    }
    const answers = cpython.ask<[string, Tables[]][]>(
      `${librarySource}
import base64, dis, marshal, types
def walk(code):
    yield code
    for item in code.co_consts:
        if isinstance(item, types.CodeType): yield from walk(item)
def flat(code):
    for line, end, column, end_column in code.co_positions(): yield from (line, end, column, end_column)
def main(names):
    compiled = [compile(library(name), name, 'exec', dont_inherit=True) for name in names]
    return [[base64.b64encode(marshal.dumps(code)).decode(),
             [{'positions': list(flat(c)), 'starts': list(dis.findlinestarts(c)),
               'exceptions': [tuple(e) for e in dis._parse_exception_table(c)]} for c in walk(code)]] for code in compiled]
`,
      ['asyncio/tasks.py', 'argparse.py', 'dataclasses.py', 'typing.py', 'contextlib.py'],
    );
    const orNone = (value: number) => (value === -1 ? null : value);
    for (const [data, expected] of answers) {
      const found = codeObjects(loadCode(data, py314)).map((code) => ({
        positions: [...positions(code)].map(orNone),
        starts: lineStarts(code).map(({ offset, line }) => [offset, orNone(line)]),
        exceptions: exceptionEntries(code).map(({ start, end, target, depth, lasti }) => [
          start,
          end,
          target,
          depth,
          lasti,
        ]),
      }));
      assert.deepEqual(found, expected);
    }
  });

  it('3.8: co_lnotab of every library file gives the lines of findlinestarts()', function () {
    this.timeout(120_000);
    const native = nativeOracle('3.8');
    if (native === undefined) return this.skip();
    const names = libraryFiles(native);
    for (const batch of batches(names, 100)) {
      const answers: [string, [number, number][][]][] = native.ask(
        `${librarySource}
import base64, dis, marshal, types, warnings
warnings.simplefilter('ignore')
def walk(code):
    yield code
    for item in code.co_consts:
        if isinstance(item, types.CodeType): yield from walk(item)
def main(names):
    compiled = [compile(library(name), name, 'exec', dont_inherit=True) for name in names]
    return [[base64.b64encode(marshal.dumps(code)).decode(), [list(dis.findlinestarts(c)) for c in walk(code)]]
            for code in compiled]
`,
        batch,
      );
      for (const [data, expected] of answers) {
        const found = codeObjects(loadCode(data, py38)).map((code) =>
          lineStarts(code).map(({ offset, line }) => [offset, line]),
        );
        assert.deepEqual(found, expected);
      }
    }
  });
});
