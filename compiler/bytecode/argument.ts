import type { Target } from '../targets/target.ts';
import type { CodeObject } from './code-object.ts';
import { type CodeRepr, constantRepr } from './constant-repr.ts';
import type { Constant } from './constants.ts';
import { type Op, opNames } from './op.ts';
import { meaningOf, type Operand } from './opcode-docs.ts';

/** How one target's instructions are read: by our own opcode number. */
export interface OperandTable {
  /** 1 where the opcode has an argument. */
  readonly hasArgument: Uint8Array;
  readonly operand: readonly Operand[];
}

const tables = new WeakMap<Target, OperandTable>();

/** The operand table of a target, made once. */
export function operandTable(target: Target): OperandTable {
  let table = tables.get(target);
  if (table === undefined) {
    const withArgument = new Set(target.opcodes.table.hasArgument);
    const own = target.meanings();
    table = {
      hasArgument: Uint8Array.from(opNames, (name) => Number(withArgument.has(name))),
      operand: opNames.map((name) => meaningOf(name, own)?.arg ?? 'number'),
    };
    tables.set(target, table);
  }
  return table;
}

/** What an argument stands for: a constant, a name, two names, or the offset that a jump goes to; else undefined. */
export type ArgumentValue = Constant | readonly [string, string] | undefined;

export interface Argument {
  readonly value: ArgumentValue;
  /** As `dis` shows it in parentheses; empty where it shows nothing. */
  readonly repr: string;
}

/** What the resolver needs besides the number. */
export interface ArgumentContext {
  readonly code: CodeObject;
  readonly target: Target;
  readonly codeRepr: CodeRepr;
  /** The number of the label at an offset: 1 for L1. */
  labelAt(offset: number): number | undefined;
}

const CONVERSIONS = ['', 'str', 'repr', 'ascii'];
const FUNCTION_ATTRIBUTES = ['defaults', 'kwdefaults', 'annotations', 'closure', 'annotate'];
const FUNCTION_PARTS = FUNCTION_ATTRIBUTES.slice(0, 4);
const HAS_SPEC = 4;

/** Where an instruction jumps to, in bytes, or undefined for one that doesn't (Lib/dis.py, _get_jump_target). */
export function jumpTarget(target: Target, operand: Operand, op: Op, arg: number, offset: number): number | undefined {
  const unit = target.features.has('jumpsInCodeUnits') ? 2 : 1;
  const next = offset + 2 + 2 * target.opcodes.caches[op];
  switch (operand) {
    case 'jumpForward':
      return next + arg * unit;
    case 'jumpBackward':
    case 'backwardLink':
      return next - arg * unit;
    case 'jumpAbsolute':
      return arg * unit;
    default:
      return undefined;
  }
}

/** What an argument means (Lib/dis.py, ArgResolver.get_argval_argrepr of 3.14, _get_instructions_bytes of 3.8). */
export function resolveArgument(
  context: ArgumentContext,
  operand: Operand,
  arg: number,
  jump: number | undefined,
): Argument {
  const { code, target } = context;
  const { table } = target.opcodes;
  const plain = (name: string): Argument => ({ value: name, repr: name });
  const shown = (repr: string): Argument => ({ value: arg, repr });
  switch (operand) {
    case 'none':
    case 'number':
      return { value: arg, repr: '' };
    case 'const': {
      const value = code.co_consts[arg];
      return { value, repr: constantRepr(value, target.isPrintable, context.codeRepr) };
    }
    case 'name':
      return plain(code.co_names[arg]);
    case 'nameAndNull': {
      const name = code.co_names[arg >> 1];
      return { value: name, repr: (arg & 1) !== 0 ? `${name} + NULL` : name };
    }
    case 'nameAndSelf': {
      const name = code.co_names[arg >> 1];
      return { value: name, repr: (arg & 1) !== 0 ? `${name} + NULL|self` : name };
    }
    case 'superName': {
      const name = code.co_names[arg >> 2];
      return { value: name, repr: (arg & 1) !== 0 ? `${name} + NULL|self` : name };
    }
    case 'local':
      return plain(code.co_localsplusnames[arg]);
    case 'cell':
      return plain(code.co_localsplusnames[code.co_nlocals + arg]);
    case 'twoLocals': {
      const first = code.co_localsplusnames[arg >> 4];
      const second = code.co_localsplusnames[arg & 15];
      return { value: [first, second], repr: `${first}, ${second}` };
    }
    case 'jumpForward':
    case 'jumpBackward':
    case 'backwardLink': {
      if (!target.features.has('disLabels')) return { value: jump, repr: `to ${jump}` };
      const preposition = operand === 'backwardLink' ? 'from' : 'to';
      return { value: jump, repr: `${preposition} L${context.labelAt(jump as number)}` };
    }
    case 'jumpAbsolute':
      return { value: jump, repr: '' };
    case 'comparison':
      return plain(table.cmpOp[arg]);
    case 'comparisonAndBool': {
      const operator = table.cmpOp[arg >> 5];
      return { value: operator, repr: (arg & 16) !== 0 ? `bool(${operator})` : operator };
    }
    case 'binaryOperator':
      return shown(table.nbOps[arg][1]);
    case 'intrinsic1':
      return shown(table.intrinsic1[arg]);
    case 'intrinsic2':
      return shown(table.intrinsic2[arg]);
    case 'commonConstant':
      return shown(commonConstantRepr(table.commonConstants[arg]));
    case 'specialMethod':
      return shown(table.specialMethods[arg]);
    case 'isNot':
      return shown(arg !== 0 ? 'is not' : 'is');
    case 'notIn':
      return shown(arg !== 0 ? 'not in' : 'in');
    case 'conversion':
      return shown(CONVERSIONS[arg]);
    case 'conversionAndSpec': {
      const parts = [CONVERSIONS[arg & 3], (arg & HAS_SPEC) !== 0 ? 'with format' : ''];
      return shown(parts.filter((part) => part !== '').join(', '));
    }
    case 'functionAttribute':
      return shown(FUNCTION_ATTRIBUTES.filter((_, bit) => (arg & (1 << bit)) !== 0).join(', '));
    case 'functionParts':
      return shown(FUNCTION_PARTS.filter((_, bit) => (arg & (1 << bit)) !== 0).join(', '));
  }
}

/** Types show their name, `all` and `any` as the functions they are. */
function commonConstantRepr(name: string): string {
  return name === 'all' || name === 'any' ? `<built-in function ${name}>` : name;
}
