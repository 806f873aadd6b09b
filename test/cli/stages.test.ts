import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { type Oracle, pyodideOracle } from '../../tools/oracle.ts';
import { coroscope } from './command.ts';

/** Every code block as code generation gives it: opcode, argument (or the index that a jump goes to), span. */
const codegenProgram = `
import ast, _testinternalcapi as internals, _opcode_metadata as metadata, dis
names = {number: name for name, number in metadata.opmap.items()}
jumps = set(dis.hasjump) | set(dis.hasexc)
# Sequences are kept: CPython 3.14.2 damages its memory where one is freed.
kept = internals.__dict__.setdefault('kept', [])
def rows(sequence):
    return [[names[op], arg, *span] for op, arg, *span in sequence.get_instructions()]
def main(source):
    sequence, _ = internals.compiler_codegen(ast.parse(source), 'example.py', 0)
    kept.append(sequence)
    found = []
    def visit(each):
        found.append(rows(each))
        for nested in each.get_nested(): visit(nested)
    visit(sequence)
    return found
`;

interface Row {
  opname: string;
  arg: number | null;
  jumpTarget: number | null;
  position: { line: number; endLine: number; column: number; endColumn: number } | null;
}

describe('coroscope dis --stage', () => {
  let cpython: Oracle;
  before(async function () {
    this.timeout(60_000);
    cpython = await pyodideOracle();
  });

  const stage = (name: string, file: string): Row[][] => {
    const { stdout, stderr, status } = coroscope(['dis', '--json', '--stage', name, file]);
    assert.equal(stderr, '');
    assert.equal(status, 0);
    return JSON.parse(stdout).map((entry: { instructions: Row[] }) => entry.instructions);
  };

  it("codegen gives the instructions of CPython's code generation, span for span", function () {
    this.timeout(60_000);
    for (const name of readdirSync('examples').filter((each) => each.endsWith('.py'))) {
      const file = `examples/${name}`;
      const expected: (string | number)[][][] = cpython.ask(codegenProgram, readFileSync(file, 'utf8'));
      const ours = stage('codegen', file).map((rows) =>
        rows.map(({ opname, arg, jumpTarget, position }) => [
          opname,
          jumpTarget ?? arg,
          ...(position === null ? [] : [position.line, position.endLine, position.column, position.endColumn]),
        ]),
      );
      const theirs = expected.map((rows) => rows.map((row) => (Number(row[2]) < 0 ? row.slice(0, 2) : row)));
      assert.deepEqual(ours, theirs, name);
    }
  });

  it('flowgraph shows the optimised code before it is lowered', () => {
    const [, generator] = stage('flowgraph', 'examples/first_generator.py');
    const names = generator.map((row) => row.opname);
    assert.ok(names.includes('SETUP_CLEANUP'));
    assert.ok(names.includes('LOAD_SMALL_INT'));
  });

  it('prints the stages in the columns of dis', () => {
    const { stdout } = coroscope(['dis', '--stage', 'codegen', 'examples/first_generator.py']);
    assert.match(stdout, /^ +0 {11}RESUME {19}0\n/);
    assert.match(stdout, /\nDisassembly of <code object counter at 0x7f0000001000, file /);
  });
});
