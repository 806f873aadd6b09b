import { CompareOperator, Operator } from '../syntax/ast.ts';
import type { OpcodeTable } from '../targets/target.ts';

/** RESUME's argument: where the frame resumes. */
export const enum Resume {
  AT_FUNC_START,
  AFTER_YIELD,
  AFTER_YIELD_FROM,
  AFTER_AWAIT,
}

/** What SET_FUNCTION_ATTRIBUTE sets, and MAKE_FUNCTION's flags before it existed. */
export const enum MakeFunction {
  DEFAULTS = 0x01,
  KWDEFAULTS = 0x02,
  ANNOTATIONS = 0x04,
  CLOSURE = 0x08,
  ANNOTATE = 0x10,
}

/** More values than this on the stack at once make the compiler build collections piece by piece. */
export const STACK_USE_GUIDELINE = 30;

/** The COMPARISON_ bits in the low part of COMPARE_OP's argument, by rich comparison: < <= == != > >=. */
const compareMasks = [2, 2 | 8, 8, 1 | 2 | 4, 4, 4 | 8];

const nbNames: Readonly<Record<Operator, string>> = {
  [Operator.Add]: 'ADD',
  [Operator.Sub]: 'SUBTRACT',
  [Operator.Mult]: 'MULTIPLY',
  [Operator.MatMult]: 'MATRIX_MULTIPLY',
  [Operator.Div]: 'TRUE_DIVIDE',
  [Operator.Mod]: 'REMAINDER',
  [Operator.Pow]: 'POWER',
  [Operator.LShift]: 'LSHIFT',
  [Operator.RShift]: 'RSHIFT',
  [Operator.BitOr]: 'OR',
  [Operator.BitXor]: 'XOR',
  [Operator.BitAnd]: 'AND',
  [Operator.FloorDiv]: 'FLOOR_DIVIDE',
};

/** Instruction arguments that a target's table numbers, looked up by name once. */
export interface Numbers {
  /** BINARY_OP's argument by Operator, and of the augmented form. */
  readonly binary: readonly number[];
  readonly inplace: readonly number[];
  readonly subscr: number;
  /** COMPARE_OP's argument by CompareOperator, up to GtE. */
  readonly compare: readonly number[];
  readonly PRINT: number;
  readonly IMPORT_STAR: number;
  readonly STOPITERATION_ERROR: number;
  readonly ASYNC_GEN_WRAP: number;
  readonly UNARY_POSITIVE: number;
  readonly LIST_TO_TUPLE: number;
  readonly TYPEVAR: number;
  readonly PARAMSPEC: number;
  readonly TYPEVARTUPLE: number;
  readonly SUBSCRIPT_GENERIC: number;
  readonly TYPEALIAS: number;
  readonly PREP_RERAISE_STAR: number;
  readonly TYPEVAR_WITH_BOUND: number;
  readonly TYPEVAR_WITH_CONSTRAINTS: number;
  readonly SET_FUNCTION_TYPE_PARAMS: number;
  readonly SET_TYPEPARAM_DEFAULT: number;
  readonly enter: number;
  readonly exit: number;
  readonly aenter: number;
  readonly aexit: number;
  readonly AssertionError: number;
  readonly NotImplementedError: number;
  readonly tuple: number;
  readonly all: number;
  readonly any: number;
}

const known = new WeakMap<OpcodeTable, Numbers>();

export function numbersOf(table: OpcodeTable): Numbers {
  let numbers = known.get(table);
  if (numbers === undefined) {
    numbers = readNumbers(table);
    known.set(table, numbers);
  }
  return numbers;
}

function readNumbers(table: OpcodeTable): Numbers {
  const nb = (name: string) => table.nbOps.findIndex(([known]) => known === `NB_${name}`);
  const intrinsic1 = (name: string) => table.intrinsic1.indexOf(`INTRINSIC_${name}`);
  const intrinsic2 = (name: string) => table.intrinsic2.indexOf(`INTRINSIC_${name}`);
  const operators = Array.from({ length: Operator.FloorDiv + 1 }, (_, operator) => operator as Operator);
  const comparison = (symbol: string) => {
    const index = table.cmpOp.indexOf(symbol);
    return (index << 5) | compareMasks[index]!;
  };
  const compare: number[] = [];
  compare[CompareOperator.Eq] = comparison('==');
  compare[CompareOperator.NotEq] = comparison('!=');
  compare[CompareOperator.Lt] = comparison('<');
  compare[CompareOperator.LtE] = comparison('<=');
  compare[CompareOperator.Gt] = comparison('>');
  compare[CompareOperator.GtE] = comparison('>=');
  return {
    binary: operators.map((operator) => nb(nbNames[operator])),
    inplace: operators.map((operator) => nb(`INPLACE_${nbNames[operator]}`)),
    subscr: nb('SUBSCR'),
    compare,
    PRINT: intrinsic1('PRINT'),
    IMPORT_STAR: intrinsic1('IMPORT_STAR'),
    STOPITERATION_ERROR: intrinsic1('STOPITERATION_ERROR'),
    ASYNC_GEN_WRAP: intrinsic1('ASYNC_GEN_WRAP'),
    UNARY_POSITIVE: intrinsic1('UNARY_POSITIVE'),
    LIST_TO_TUPLE: intrinsic1('LIST_TO_TUPLE'),
    TYPEVAR: intrinsic1('TYPEVAR'),
    PARAMSPEC: intrinsic1('PARAMSPEC'),
    TYPEVARTUPLE: intrinsic1('TYPEVARTUPLE'),
    SUBSCRIPT_GENERIC: intrinsic1('SUBSCRIPT_GENERIC'),
    TYPEALIAS: intrinsic1('TYPEALIAS'),
    PREP_RERAISE_STAR: intrinsic2('PREP_RERAISE_STAR'),
    TYPEVAR_WITH_BOUND: intrinsic2('TYPEVAR_WITH_BOUND'),
    TYPEVAR_WITH_CONSTRAINTS: intrinsic2('TYPEVAR_WITH_CONSTRAINTS'),
    SET_FUNCTION_TYPE_PARAMS: intrinsic2('SET_FUNCTION_TYPE_PARAMS'),
    SET_TYPEPARAM_DEFAULT: intrinsic2('SET_TYPEPARAM_DEFAULT'),
    enter: table.specialMethods.indexOf('__enter__'),
    exit: table.specialMethods.indexOf('__exit__'),
    aenter: table.specialMethods.indexOf('__aenter__'),
    aexit: table.specialMethods.indexOf('__aexit__'),
    AssertionError: table.commonConstants.indexOf('AssertionError'),
    NotImplementedError: table.commonConstants.indexOf('NotImplementedError'),
    tuple: table.commonConstants.indexOf('tuple'),
    all: table.commonConstants.indexOf('all'),
    any: table.commonConstants.indexOf('any'),
  };
}
