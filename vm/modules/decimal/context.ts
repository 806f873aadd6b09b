import type { Arithmetic, Decimal, Rounding } from '../../numbers/decimal.ts';
import { INVALID, roundings, Signal } from '../../numbers/decimal.ts';
import { PyDict } from '../../objects/dict.ts';
import {
  arithmeticErrorType,
  attributeErrorType,
  keyErrorType,
  newException,
  overflowError,
  type PyBaseException,
  typeError,
  typeErrorType,
  valueError,
  zeroDivisionErrorType,
} from '../../objects/exception.ts';
import { isInt } from '../../objects/int.ts';
import { PyList } from '../../objects/list.ts';
import { newType, PyObject, type PyType, type Slot, typeType, type Value } from '../../objects/object.ts';
import { stringOf } from '../../objects/str.ts';
import { tupleOf } from '../../objects/tuple.ts';
import { index } from '../../operations/arithmetic.ts';
import { call } from '../../operations/call.ts';
import { isTrue } from '../../operations/truth.ts';

export const decimalType = newType('decimal.Decimal');
export const contextType = newType('decimal.Context');

export class PyDecimal extends PyObject {
  value: Decimal;
  constructor(value: Decimal, type: PyType = decimalType) {
    super(type);
    this.value = value;
  }
}

/** The classes of signals and conditions; made when the module is, as they have several bases. */
export interface SignalClasses {
  readonly all: Record<string, PyType>;
  /** In the order of CPython's signal_map and cond_map. */
  readonly signals: readonly (readonly [bit: number, type: PyType])[];
  readonly conditions: readonly (readonly [bit: number, type: PyType])[];
}

let classes: SignalClasses | undefined;

export function signalClasses(): SignalClasses {
  classes ??= makeClasses();
  return classes;
}

function makeClasses(): SignalClasses {
  const all: Record<string, PyType> = {};
  const define = (name: string, ...bases: PyType[]): PyType => {
    const namespace = new PyDict();
    namespace.setString('__module__', 'decimal');
    all[name] = call(typeType, name, tupleOf(bases), namespace) as PyType;
    return all[name];
  };
  const root = define('DecimalException', arithmeticErrorType);
  const clamped = define('Clamped', root);
  const invalid = define('InvalidOperation', root);
  const byZero = define('DivisionByZero', root, zeroDivisionErrorType);
  const inexact = define('Inexact', root);
  const rounded = define('Rounded', root);
  const subnormal = define('Subnormal', root);
  const overflow = define('Overflow', inexact, rounded);
  const underflow = define('Underflow', inexact, rounded, subnormal);
  const float = define('FloatOperation', root, typeErrorType);
  const syntax = define('ConversionSyntax', invalid);
  const impossible = define('DivisionImpossible', invalid);
  const undefinedDivision = define('DivisionUndefined', invalid, zeroDivisionErrorType);
  const context = define('InvalidContext', invalid);
  return {
    all,
    signals: [
      [INVALID, invalid],
      [Signal.FLOAT_OPERATION, float],
      [Signal.DIVISION_BY_ZERO, byZero],
      [Signal.OVERFLOW, overflow],
      [Signal.UNDERFLOW, underflow],
      [Signal.SUBNORMAL, subnormal],
      [Signal.INEXACT, inexact],
      [Signal.ROUNDED, rounded],
      [Signal.CLAMPED, clamped],
    ],
    conditions: [
      [Signal.INVALID_OPERATION, invalid],
      [Signal.CONVERSION_SYNTAX, syntax],
      [Signal.DIVISION_IMPOSSIBLE, impossible],
      [Signal.DIVISION_UNDEFINED, undefinedDivision],
      [Signal.INVALID_CONTEXT, context],
    ],
  };
}

/** The classes of a set of signals, conditions in place of InvalidOperation (flags_as_list). */
export function classesOf(status: number): PyType[] {
  const { conditions, signals } = signalClasses();
  return [...conditions, ...signals.slice(1)].filter(([bit]) => status & bit).map(([, type]) => type);
}

/** The signals alone, as a context's repr shows them. */
export function signalsOf(status: number): PyType[] {
  return signalClasses()
    .signals.filter(([bit]) => status & bit)
    .map(([, type]) => type);
}

export const MAX_EMAX = 999999999999999999n;
export const MIN_ETINY = -1999999999999999997n;

export class PyContext extends PyObject implements Arithmetic {
  prec = 28;
  rounding: Rounding = 'ROUND_HALF_EVEN';
  Emin = -999999;
  Emax = 999999;
  capitals = 1;
  clamp = 0;
  flags = 0;
  traps = INVALID | Signal.DIVISION_BY_ZERO | Signal.OVERFLOW;
  status = 0;

  constructor(type: PyType = contextType) {
    super(type);
  }

  /** Computes, then sets the flags of what happened and raises what is trapped (dec_addstatus). */
  run<T>(compute: (context: Arithmetic) => T): T {
    this.status = 0;
    const result = compute(this);
    this.raise(this.status);
    return result;
  }

  raise(status: number): void {
    this.flags |= status;
    const trapped = status & this.traps;
    if (trapped !== 0) throw trappedSignal(trapped);
  }

  copy(): PyContext {
    const copy = new PyContext();
    copy.assign(this);
    copy.flags = this.flags;
    return copy;
  }

  assign(other: PyContext): void {
    this.prec = other.prec;
    this.rounding = other.rounding;
    this.Emin = other.Emin;
    this.Emax = other.Emax;
    this.capitals = other.capitals;
    this.clamp = other.clamp;
    this.traps = other.traps;
  }
}

function trappedSignal(status: number): PyBaseException {
  const [type] = signalsOf(status);
  return newException(type, new PyList(classesOf(status)));
}

const INVALID_SIGNALS =
  'valid values for signals are:\n  [InvalidOperation, FloatOperation, DivisionByZero,\n   Overflow, Underflow, Subnormal, Inexact, Rounded,\n   Clamped]';

/** Whether its keys are all signals, and nothing else. */
export function isSignalDict(dict: PyDict): boolean {
  const { signals } = signalClasses();
  return dict.size === signals.length && signals.every(([, type]) => dict.get(type) !== undefined);
}

/** Bits of a dict of all signals (dict_as_flags). */
export function signalBits(value: Slot): number {
  if (value === undefined) throw newException(attributeErrorType, 'context attributes cannot be deleted');
  if (value instanceof SignalDict) return value.bits();
  if (!(value instanceof PyDict)) throw typeError('argument must be a signal dict');
  const { signals } = signalClasses();
  if (!isSignalDict(value)) throw newException(keyErrorType, 'invalid signal dict');
  let bits = 0;
  for (const [bit, type] of signals) if (isTrue(value.get(type) as Value)) bits |= bit;
  return bits;
}

/** What a key that is no signal raises (exception_as_flag). */
export const noSuchSignal = (): PyBaseException => newException(keyErrorType, INVALID_SIGNALS);

/** Bits of a list of signals and conditions (list_as_flags). */
export function signalList(list: PyList): number {
  const { signals, conditions } = signalClasses();
  let bits = 0;
  for (const item of list.items) {
    const found = [...signals, ...conditions].find(([, type]) => type === item);
    if (found === undefined) throw noSuchSignal();
    bits |= found[0];
  }
  return bits;
}

/** A context's flags or traps, as a mapping that writes through. */
export class SignalDict extends PyObject {
  /** Undefined for one that a program has made, with which nothing can be done. */
  readonly context: PyContext | undefined;
  readonly which: 'flags' | 'traps';
  constructor(type: PyType, context: PyContext | undefined, which: 'flags' | 'traps') {
    super(type);
    this.context = context;
    this.which = which;
  }

  /** Whose signals these are. Raises ValueError when they are nobody's. */
  owner(): PyContext {
    if (this.context === undefined) throw valueError('invalid signal dict');
    return this.context;
  }

  bits(): number {
    return this.owner()[this.which];
  }

  set(bits: number, on: boolean): void {
    const context = this.owner();
    if (on) context[this.which] |= bits;
    else context[this.which] &= ~bits;
  }
}

/** What SignalDict has besides the methods of MutableMapping. */
export const signalDictMixin = newType('decimal.SignalDictMixin');

export const MAX_SSIZE = 2n ** 63n - 1n;

/** An int that C's ssize_t holds. */
export function sizeArgument(value: Slot): bigint {
  if (value === undefined) throw newException(attributeErrorType, 'context attributes cannot be deleted');
  if (!isInt(value)) throw typeError('an integer is required');
  const given = BigInt(index(value));
  if (given > MAX_SSIZE || given < -MAX_SSIZE - 1n) {
    throw overflowError('Python int too large to convert to C ssize_t');
  }
  return given;
}

function whole(value: Slot, name: string, least: bigint, most: bigint, range: string): number {
  const given = sizeArgument(value);
  if (given < least || given > most) throw valueError(`valid range for ${name} is ${range}`);
  return Number(given);
}

function bit(value: Slot, name: string): number {
  const given = sizeArgument(value);
  if (given !== 0n && given !== 1n) throw valueError(`valid values for ${name} are 0 or 1`);
  return Number(given);
}

/** Sets an attribute by its name; raises as the setters of _decimal.c do. */
export const contextSetters: Readonly<Record<string, (context: PyContext, value: Slot) => void>> = {
  prec(context, value) {
    context.prec = whole(value, 'prec', 1n, MAX_EMAX, '[1, MAX_PREC]');
  },
  Emin(context, value) {
    context.Emin = whole(value, 'Emin', -MAX_EMAX, 0n, '[MIN_EMIN, 0]');
  },
  Emax(context, value) {
    context.Emax = whole(value, 'Emax', 0n, MAX_EMAX, '[0, MAX_EMAX]');
  },
  capitals(context, value) {
    context.capitals = bit(value, 'capitals');
  },
  clamp(context, value) {
    context.clamp = bit(value, 'clamp');
  },
  rounding(context, value) {
    context.rounding = roundingOf(value);
  },
  flags(context, value) {
    context.flags = signalBits(value);
  },
  traps(context, value) {
    context.traps = signalBits(value);
  },
};

export function roundingOf(value: Slot): Rounding {
  if (value === undefined) throw newException(attributeErrorType, 'context attributes cannot be deleted');
  const name = stringOf(value);
  const found = roundings.find((rounding) => rounding === name);
  if (found === undefined) {
    throw typeError(
      'valid values for rounding are:\n  [ROUND_CEILING, ROUND_FLOOR, ROUND_UP, ROUND_DOWN,\n   ROUND_HALF_UP, ROUND_HALF_DOWN, ROUND_HALF_EVEN,\n   ROUND_05UP]',
    );
  }
  return found;
}
