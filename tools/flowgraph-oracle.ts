import { BytesConstant, type Constant, FloatConstant, TupleConstant } from '../compiler/bytecode/constants.ts';
import type { Op } from '../compiler/bytecode/op.ts';
import { opNames } from '../compiler/bytecode/op.ts';
import { InstructionSequence } from '../compiler/codegen/instruction.ts';
import type { CodeUnit } from '../compiler/codegen/unit.ts';
import { borrowLoads } from '../compiler/flowgraph/borrow-loads.ts';
import { calculateStackDepth } from '../compiler/flowgraph/calculate-stack-depth.ts';
import { flowGraphFrom, toRows } from '../compiler/flowgraph/flow-graph.ts';
import { optimizationPasses } from '../compiler/flowgraph/pipeline.ts';
import { py314 } from '../compiler/targets/py314.ts';
import type { Oracle } from './oracle.ts';

/** An instruction as the oracle gives it: name, oparg, line, end line, column, end column. */
export type Row = [name: string, oparg: number, line: number, endLine: number, column: number, endColumn: number];

export interface Optimization {
  readonly input: readonly Row[];
  readonly locals: number;
  /** How many made-up constants both sides started with. */
  readonly constants: number;
  readonly output: readonly Row[];
  readonly outputConstants: readonly string[];
}

const PROGRAM = `
import ast, _testinternalcapi as t, _opcode_metadata as m
names = {n: k for k, n in m.opmap.items()}
def constant(i):
    return [i % 300, None if i == 1 else f'n{i}', f's{i}', i + 0.3671, b'x' * i, (i, 'x'), i + 0.125, -i][i % 8]
def rows(seq):
    return [(names[op], arg or 0, *loc) for op, arg, *loc in seq.get_instructions()]
def main(source):
    answer = []
    tree = ast.parse(source)
    # compiler_codegen of 3.14.2 damages the interpreter's memory where annotations are deferred.
    if any(isinstance(node, ast.AnnAssign) for node in ast.walk(tree)):
        return answer
    seq, _ = t.compiler_codegen(tree, 'x', 0)
    def visit(seq):
        for nested in seq.get_nested():
            visit(nested)
        given = rows(seq)
        nlocals = 1 + max((a for n, a, *_ in given if 'FAST' in n), default=-1)
        nconsts = 1 + max((a for n, a, *_ in given if n == 'LOAD_CONST'), default=-1)
        consts = [constant(i) for i in range(nconsts)]
        out = t.optimize_cfg(seq, consts, nlocals)
        answer.append(dict(input=given, locals=nlocals, constants=nconsts, output=rows(out),
                           outputConstants=[repr(c) for c in consts]))
    visit(seq)
    return answer
`;

/** Every code block of a file without annotated names, before and after CPython 3.14's optimize_cfg. */
export const optimizedByCPython = (oracle: Oracle, source: string): Optimization[] => oracle.ask(PROGRAM, source);

const madeUpConstant = (i: number): Constant =>
  [
    i % 300,
    i === 1 ? null : `n${i}`,
    `s${i}`,
    new FloatConstant(i + 0.3671),
    new BytesConstant(new Uint8Array(i).fill(120)),
    new TupleConstant([i, 'x']),
    new FloatConstant(i + 0.125),
    -i,
  ][i % 8]!;

const opByName = new Map(opNames.map((name, op) => [name, op as Op]));

/** A sequence from rows whose jumps hold the index of their target. */
export function sequenceFrom(rows: readonly Row[]): InstructionSequence {
  const sequence = new InstructionSequence();
  for (let i = 0; i < rows.length; i++) {
    const label = sequence.newLabel();
    sequence.labels[label] = i;
  }
  for (const [name, oparg, lineno, end_lineno, col_offset, end_col_offset] of rows) {
    sequence.add(opByName.get(name)!, oparg, { lineno, end_lineno, col_offset, end_col_offset });
  }
  return sequence;
}

/** A unit that has nothing but a sequence, constants and a number of locals. */
export function bareUnit(sequence: InstructionSequence, consts: Constant[], locals: number): CodeUnit {
  return {
    target: py314,
    filename: '<test>',
    name: 'f',
    qualname: 'f',
    firstlineno: 1,
    argcount: 0,
    posonlyargcount: 0,
    kwonlyargcount: 0,
    flags: 0,
    sequence,
    consts,
    names: [],
    varnames: Array.from({ length: locals }, (_, i) => `local${i}`),
    cellvars: [],
    freevars: [],
    fasthidden: new Set(),
    nparams: 0,
  };
}

export interface OurOptimization {
  readonly output: readonly Row[];
  readonly outputConstants: readonly string[];
}

/** The same by our passes. */
export function optimizedByUs({ input, locals, constants }: Optimization): OurOptimization {
  const consts = Array.from({ length: constants }, (_, i) => madeUpConstant(i));
  const graph = flowGraphFrom(bareUnit(sequenceFrom(input), consts, locals));
  for (const pass of [...optimizationPasses, calculateStackDepth, borrowLoads]) pass.run(graph);
  const output = toRows(graph).map(({ op, oparg, location }): Row => {
    const { lineno, end_lineno, col_offset, end_col_offset } = location;
    return [opNames[op]!, oparg, lineno, end_lineno, col_offset, end_col_offset];
  });
  return { output, outputConstants: consts.map(repr) };
}

/** Python's repr of the constants that these comparisons meet. */
export function repr(constant: Constant): string {
  if (constant === null) return 'None';
  if (typeof constant === 'boolean') return constant ? 'True' : 'False';
  if (typeof constant === 'string') return `'${constant}'`;
  if (typeof constant !== 'object') return String(constant);
  if (constant.type === 'float') return Number.isInteger(constant.value) ? `${constant.value}.0` : `${constant.value}`;
  if (constant.type === 'bytes') return `b'${'x'.repeat(constant.value.length)}'`;
  if (constant.type === 'tuple')
    return `(${constant.items.map(repr).join(', ')}${constant.items.length === 1 ? ',' : ''})`;
  if (constant.type === 'frozenset') return `frozenset({${constant.items.map(repr).join(', ')}})`;
  return constant.type;
}

/** Where the two results differ first, as text with what stands around; undefined where they don't. */
export function differences(expected: Optimization, actual: OurOptimization): string | undefined {
  const length = Math.max(expected.output.length, actual.output.length);
  for (let i = 0; i < length; i++) {
    if (String(expected.output[i]) === String(actual.output[i])) continue;
    const around = [];
    for (let j = Math.max(0, i - 6); j < Math.min(length, i + 6); j++) {
      const mark = String(expected.output[j]) === String(actual.output[j]) ? ' ' : '!';
      around.push(`${mark} ${j}: ${expected.output[j] ?? '-'}   |   ${actual.output[j] ?? '-'}`);
    }
    return around.join('\n');
  }
  const i = expected.outputConstants.findIndex((text, i) => !isSameRepr(text, actual.outputConstants[i] ?? ''));
  if (i >= 0) return `constant ${i}: ${expected.outputConstants[i]}   |   ${actual.outputConstants[i]}`;
  if (expected.outputConstants.length !== actual.outputConstants.length) return 'more constants than expected';
  return undefined;
}

/** Whether two texts of a constant mean the same: sets in any order, floats with or without an exponent. */
function isSameRepr(a: string, b: string): boolean {
  const items = (text: string) =>
    text
      .split(/[{}, ]+/)
      .sort()
      .join();
  return a === b || Number(a) === Number(b) || (a.startsWith('frozenset') && items(a) === items(b));
}
