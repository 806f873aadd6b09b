import assert from 'node:assert/strict';
import type { CodeObject } from '../../../compiler/bytecode/code-object.ts';
import { encodeExceptionTable } from '../../../compiler/bytecode/exception-table.ts';
import { LnotabWriter } from '../../../compiler/bytecode/lnotab.ts';
import { LocationTableWriter } from '../../../compiler/bytecode/location-table.ts';
import { exceptionEntries, lineStarts, positions } from '../../../compiler/bytecode/positions.ts';
import { py38 } from '../../../compiler/targets/py38.ts';
import { py314 } from '../../../compiler/targets/py314.ts';
import { nativeOracle, type Oracle, pyodideOracle } from '../../../tools/oracle.ts';
import { codeObjects, compiledLibrary, loadCode } from './compiled-by-cpython.ts';

describe('tables of a code object', () => {
  let cpython: Oracle;
  before(async function () {
    this.timeout(60_000);
    cpython = await pyodideOracle();
  });

  it('3.14: the location table of every library file decodes and encodes again to the same bytes', function () {
    this.timeout(120_000);
    for (const { name, code } of compiledLibrary(cpython, py314)) {
      for (const each of codeObjects(code)) {
        const found = positions(each);
        const writer = new LocationTableWriter(each.co_firstlineno);
        for (let at = 0; at < found.length; at += 4) {
          const [lineno, end_lineno, col_offset, end_col_offset] = found.subarray(at, at + 4);
          writer.add({ lineno, end_lineno, col_offset, end_col_offset }, 1);
        }
        assert.deepEqual(writer.finish(), each.co_linetable, `${name}: ${each.co_qualname}`);
        assert.deepEqual(
          encodeExceptionTable(exceptionEntries(each)),
          each.co_exceptiontable,
          `${name}: ${each.co_qualname}`,
        );
      }
    }
  });

  it('3.14: positions and line starts are those of co_positions() and findlinestarts()', () => {
    const [data, expected] = cpython.ask<[string, { positions: (number | null)[][]; starts: (number | null)[][] }[]]>(`
import base64, dis, marshal, types, inspect, asyncio.tasks
def walk(code):
    yield code
    for item in code.co_consts:
        if isinstance(item, types.CodeType): yield from walk(item)
def main(_):
    code = compile(inspect.getsource(asyncio.tasks), 'tasks.py', 'exec')
    return [base64.b64encode(marshal.dumps(code)).decode(),
            [{'positions': list(c.co_positions()), 'starts': list(dis.findlinestarts(c))} for c in walk(code)]]
`);
    const found = codeObjects(loadCode(data, py314));
    const orNone = (value: number) => (value === -1 ? null : value);
    assert.deepEqual(
      found.map((code) => {
        const flat = [...positions(code)].map(orNone);
        return {
          positions: Array.from({ length: flat.length / 4 }, (_, unit) => flat.slice(unit * 4, unit * 4 + 4)),
          starts: lineStarts(code).map(({ offset, line }) => [offset, orNone(line)]),
        };
      }),
      expected,
    );
  });

  it('3.8: co_lnotab of every library file gives the lines of findlinestarts(), and they encode again', function () {
    this.timeout(120_000);
    const native = nativeOracle('3.8');
    if (native === undefined) return this.skip();
    const programs = compiledLibrary(native, py38);
    assert.ok(programs.length > 500);
    for (const { name, code } of programs) {
      for (const each of codeObjects(code)) {
        const starts = lineStarts(each);
        const writer = new LnotabWriter(each.co_firstlineno);
        for (const { offset, line } of starts) writer.add(offset, line);
        const again: CodeObject = { ...each, co_linetable: writer.finish() };
        assert.deepEqual(lineStarts(again), starts, `${name}: ${each.co_qualname}`);
      }
    }
  });
});
