import assert from 'node:assert/strict';
import {
  BytesConstant,
  ComplexConstant,
  type Constant,
  Ellipsis,
  FloatConstant,
  SliceConstant,
  SurrogateString,
  TupleConstant,
} from '../../../compiler/bytecode/constants.ts';
import { Op } from '../../../compiler/bytecode/op.ts';
import { binaryOperation, unaryOperation } from '../../../compiler/flowgraph/constant-operations.ts';
import { pyodideOracle } from '../../../tools/oracle.ts';

const float = (value: number) => new FloatConstant(value);
const bytes = (text: string) => new BytesConstant(new TextEncoder().encode(text));

/** Python expressions and the constants they are. */
const operands: readonly (readonly [source: string, constant: Constant])[] = [
  ['None', null],
  ['True', true],
  ['False', false],
  ['...', Ellipsis],
  ['0', 0],
  ['1', 1],
  ['-1', -1],
  ['2', 2],
  ['-3', -3],
  ['7', 7],
  ['64', 64],
  ['129', 129],
  ['257', 257],
  ['5000', 5000],
  ['2**31', 2 ** 31],
  ['-2**53+1', -(2 ** 53) + 1],
  ['2**53', 2n ** 53n],
  ['2**64-1', 2n ** 64n - 1n],
  ['-2**100', -(2n ** 100n)],
  ['10**40', 10n ** 40n],
  ['10**400', 10n ** 400n],
  ['0.0', float(0)],
  ['-0.0', float(-0)],
  ['0.5', float(0.5)],
  ['-0.1', float(-0.1)],
  ['1.0', float(1)],
  ['2.0', float(2)],
  ['3.7', float(3.7)],
  ['-7.25', float(-7.25)],
  ['1e16', float(1e16)],
  ['1.7976931348623157e308', float(1.7976931348623157e308)],
  ['5e-324', float(5e-324)],
  ['2.2250738585072014e-308', float(2.2250738585072014e-308)],
  ['float("inf")', float(Number.POSITIVE_INFINITY)],
  ['-float("inf")', float(Number.NEGATIVE_INFINITY)],
  ['complex(0, 1)', new ComplexConstant(0, 1)],
  ['complex(1.5, -2)', new ComplexConstant(1.5, -2)],
  ['complex(-0.0, 3)', new ComplexConstant(-0, 3)],
  ['complex(0, 0)', new ComplexConstant(0, 0)],
  ['""', ''],
  ['"a"', 'a'],
  ['"hello"', 'hello'],
  ['"é€😀"', 'é€😀'],
  ['"\\ud83d"', '\ud83d'],
  ['"\\ude00x"', '\ude00x'],
  ['b""', bytes('')],
  ['b"bytes"', bytes('bytes')],
  ['()', new TupleConstant([])],
  ['(1, "a")', new TupleConstant([1, 'a'])],
  [
    '((1, 2), (3, (4,)))',
    new TupleConstant([new TupleConstant([1, 2]), new TupleConstant([3, new TupleConstant([4])])]),
  ],
  ['slice(1, 3, None)', new SliceConstant(1, 3, null)],
  ['slice(None, None, -1)', new SliceConstant(null, null, -1)],
  ['slice(-3, 100, 2)', new SliceConstant(-3, 100, 2)],
  ['slice(None, None, 0)', new SliceConstant(null, null, 0)],
];

const PROGRAM = `
import _testinternalcapi as t, _opcode_metadata as m, struct, warnings
warnings.simplefilter('ignore')
op = m.opmap
def tell(x):
    if isinstance(x, float): return 'float ' + ('nan' if x != x else struct.pack('>d', x).hex())
    if isinstance(x, complex): return 'complex %s %s' % (tell(x.real), tell(x.imag))
    if isinstance(x, tuple): return '(%s)' % ', '.join(map(tell, x))
    if isinstance(x, str): return 'str ' + ' '.join('%x' % ord(c) for c in x)
    if isinstance(x, bytes): return 'bytes ' + x.hex()
    return '%s %s' % (type(x).__name__, hex(x) if type(x) is int else x)
def fold(operands, *operation):
    seq = t.new_instruction_sequence()
    for i, _ in enumerate(operands): seq.addop(op['LOAD_CONST'], i, 1, 1, 1, 1)
    seq.addop(*operation, 1, 1, 1, 1)
    seq.addop(op['RETURN_VALUE'], 0, 1, 1, 1, 1)
    consts = list(operands)
    out = t.optimize_cfg(seq, consts, 0).get_instructions()
    if len(out) != 2: return None
    code, arg = out[0][:2]
    return tell(consts[arg] if code == op['LOAD_CONST'] else arg)
def main(sources):
    values = [eval(s) for s in sources]
    unary = [[fold([v], op[o], 0) for o in ('UNARY_NEGATIVE', 'UNARY_INVERT', 'UNARY_NOT')] + [fold([v], op['CALL_INTRINSIC_1'], 5)] for v in values]
    binary = [[fold([a, b], op['BINARY_OP'], o) for o in [*range(13), 26]] for a in values for b in values]
    return dict(unary=unary, binary=binary)
`;

/** The same description of a constant as the program's \`tell\`. */
function tell(constant: Constant | undefined): string | null {
  if (constant === undefined) return null;
  if (constant === null) return 'NoneType None';
  if (typeof constant === 'boolean') return `bool ${constant ? 'True' : 'False'}`;
  if (typeof constant === 'number' || typeof constant === 'bigint') {
    const sign = constant < 0 ? '-' : '';
    return `int ${sign}0x${constant.toString(16).replace('-', '')}`;
  }
  if (typeof constant === 'string')
    return `str ${Array.from(constant, (c) => c.codePointAt(0)!.toString(16)).join(' ')}`;
  if (constant instanceof FloatConstant) return tellFloat(constant.value);
  if (constant instanceof ComplexConstant) return `complex ${tellFloat(constant.real)} ${tellFloat(constant.imag)}`;
  if (constant instanceof TupleConstant) return `(${constant.items.map(tell).join(', ')})`;
  if (constant instanceof BytesConstant) return `bytes ${Buffer.from(constant.value).toString('hex')}`;
  if (constant instanceof SurrogateString) return `str ${constant.codePoints.map((c) => c.toString(16)).join(' ')}`;
  return constant === Ellipsis ? 'ellipsis Ellipsis' : constant.type;
}

function tellFloat(value: number): string {
  if (Number.isNaN(value)) return 'float nan';
  const view = new DataView(new ArrayBuffer(8));
  view.setFloat64(0, value);
  return `float ${view.getBigUint64(0).toString(16).padStart(16, '0')}`;
}

/** Powers that need more than 53 bits to tell two neighbours apart: the oracle's libm takes the wrong one, glibc's ours. */
const closestTies = [
  '-2**53+1 ** -1',
  '-2**53+1 ** -3',
  '1.7976931348623157e308 ** 0.5',
  '2**64-1 ** complex(1.5, -2)',
  '3.7 ** complex(-0.0, 3)',
  '1e16 ** complex(-0.0, 3)',
];

/** Where the oracle, which is 32 bits wide and has a libm of its own, is not what we mirror. */
function isPlatformDependent(left: string, operation: number, right: string): boolean {
  const isLong = (source: string) => ['2**31', '-2**53+1', '2**53'].includes(source);
  return (
    (operation === 5 && (isLong(left) || isLong(right))) ||
    (operation === 8 && closestTies.includes(`${left} ** ${right}`))
  );
}

describe('constant folding', () => {
  let expected: { unary: (string | null)[][]; binary: (string | null)[][] };

  before(async function () {
    this.timeout(60_000);
    const oracle = await pyodideOracle();
    expected = oracle.ask(
      PROGRAM,
      operands.map(([source]) => source),
    );
  });

  it('computes what CPython 3.14 computes with one operand', () => {
    for (const [i, [source, constant]] of operands.entries()) {
      const results = [Op.UNARY_NEGATIVE, Op.UNARY_INVERT, Op.UNARY_NOT, Op.CALL_INTRINSIC_1].map((op) =>
        tell(unaryOperation(op, constant)),
      );
      assert.deepEqual(results, expected.unary[i], source);
    }
  });

  it('computes what CPython 3.14 computes with two operands, and declines what it declines', () => {
    const operations = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 26];
    const wrong: string[] = [];
    for (const [i, [left, a]] of operands.entries()) {
      for (const [j, [right, b]] of operands.entries()) {
        for (const [k, operation] of operations.entries()) {
          const ours = tell(binaryOperation(operation, a, b));
          const theirs = expected.binary[i * operands.length + j]![k];
          if (ours === theirs || isPlatformDependent(left, operation, right)) continue;
          wrong.push(`${left} [${operation}] ${right}: ${theirs}, not ${ours}`);
        }
      }
    }
    assert.deepEqual(wrong, []);
  });
});
