import { bitLength, normalize } from '../../numbers/integer.ts';
import { defineType } from '../../objects/define.ts';
import { overflowError, typeError, valueError, zeroDivisionError } from '../../objects/exception.ts';
import { PyFloat } from '../../objects/float.ts';
import { integerOf } from '../../objects/int.ts';
import {
  Compare,
  type KwNames,
  NotImplemented,
  type PyType,
  type Slot,
  typeOf,
  type Value,
} from '../../objects/object.ts';
import { PyTuple, tupleOf } from '../../objects/tuple.ts';
import { trueDivide } from '../../operations/arithmetic.ts';
import { callMethod } from '../../operations/attribute.ts';
import { hashOf } from '../../operations/hash.ts';
import {
  addDeltas,
  compareDeltas,
  isInteger,
  isZeroDelta,
  makeDelta,
  normalDelta,
  PyDelta,
  pad,
  parseArguments,
  timedeltaType,
} from './objects.ts';

const UNITS: readonly (readonly [name: string, microseconds: bigint])[] = [
  ['days', 86_400_000_000n],
  ['seconds', 1_000_000n],
  ['microseconds', 1n],
  ['milliseconds', 1000n],
  ['minutes', 60_000_000n],
  ['hours', 3_600_000_000n],
  ['weeks', 604_800_000_000n],
];
const UNIT_NAMES = UNITS.map(([name]) => name);
/** The order in which the constructor adds them up: fractions of larger units are rounded together. */
const ADDED = [2, 3, 1, 4, 5, 0, 6];

const allMicroseconds = (d: PyDelta): bigint =>
  (BigInt(d.days) * 86400n + BigInt(d.seconds)) * 1_000_000n + BigInt(d.microseconds);

function floorDivide(a: bigint, b: bigint): bigint {
  const quotient = a / b;
  return a % b !== 0n && a < 0n !== b < 0n ? quotient - 1n : quotient;
}

function deltaOfMicroseconds(total: bigint, type: PyType = timedeltaType): PyDelta {
  const seconds = floorDivide(total, 1_000_000n);
  const days = floorDivide(seconds, 86400n);
  if (days > 2147483647n || days < -2147483648n) throw overflowError('Python int too large to convert to C int');
  return makeDelta(Number(days), Number(seconds - days * 86400n), Number(total - seconds * 1_000_000n), type);
}

/** C's round(): halves away from zero. */
const roundAway = (x: number): number => (x < 0 ? -Math.round(-x) : Math.round(x));

function wholePart(value: number): bigint {
  if (Number.isNaN(value)) throw valueError('cannot convert float NaN to integer');
  if (!Number.isFinite(value)) throw overflowError('cannot convert float infinity to integer');
  return BigInt(Math.trunc(value));
}

/** timedelta(): exact but for the fractions of microseconds, which are added up and rounded once (delta_new). */
function deltaNew(type: PyType, args: Value[], kwNames: KwNames): Value {
  const values = parseArguments(UNIT_NAMES, 0, 7, args, kwNames, '__new__()');
  let total = 0n;
  let leftover = 0;
  for (const unit of ADDED) {
    const value = values[unit];
    if (value === undefined) continue;
    const [name, factor] = UNITS[unit];
    if (isInteger(value)) total += BigInt(integerOf(value) as number | bigint) * factor;
    else if (value instanceof PyFloat) {
      const whole = wholePart(value.value);
      const fraction = (value.value - Number(whole)) * Number(factor);
      total += whole * factor + BigInt(Math.trunc(fraction));
      leftover += fraction - Math.trunc(fraction);
    } else throw typeError(`unsupported type for timedelta ${name} component: ${typeOf(value).tp_name}`);
  }
  if (leftover !== 0) {
    let whole = roundAway(leftover);
    if (Math.abs(whole - leftover) === 0.5) {
      // A half is rounded to the even sum.
      const odd = Number(total & 1n);
      whole = 2 * roundAway((leftover + odd) * 0.5) - odd;
    }
    total += BigInt(whole);
  }
  return deltaOfMicroseconds(total, type);
}

/** a / b rounded to the nearest int, halves to the even one. */
function divideNearest(a: bigint, b: bigint): bigint {
  if (b === 0n) throw zeroDivisionError('division by zero');
  const floor = floorDivide(a, b);
  const twice = 2n * (a - floor * b);
  const size = b < 0n ? -b : b;
  const rest = b < 0n ? -twice : twice;
  return rest > size || (rest === size && (floor & 1n) !== 0n) ? floor + 1n : floor;
}

/** A float as a quotient; a subclass may have an as_integer_ratio() of its own. */
function ratioOf(value: PyFloat): [numerator: bigint, denominator: bigint] {
  const ratio = callMethod(value, 'as_integer_ratio');
  if (!(ratio instanceof PyTuple)) {
    throw typeError(`unexpected return type from as_integer_ratio(): expected tuple, not '${typeOf(ratio).tp_name}'`);
  }
  if (ratio.items.length !== 2) throw valueError('as_integer_ratio() must return a 2-tuple');
  const [numerator, denominator] = ratio.items.map((item) => {
    if (!isInteger(item)) throw typeError('non-integer arguments in division');
    return BigInt(integerOf(item) as number | bigint);
  });
  return [numerator, denominator];
}

function multiply(left: Value, right: Value): Value {
  const [delta, factor] = left instanceof PyDelta ? [left, right] : [right as PyDelta, left];
  if (isInteger(factor)) {
    return deltaOfMicroseconds(allMicroseconds(delta) * BigInt(integerOf(factor) as number | bigint));
  }
  if (!(factor instanceof PyFloat)) return NotImplemented;
  const [numerator, denominator] = ratioOf(factor);
  return deltaOfMicroseconds(divideNearest(allMicroseconds(delta) * numerator, denominator));
}

function divide(left: Value, right: Value): Value {
  if (!(left instanceof PyDelta)) return NotImplemented;
  const total = allMicroseconds(left);
  if (right instanceof PyDelta) return trueDivide(normalize(total), normalize(allMicroseconds(right)));
  if (isInteger(right)) return deltaOfMicroseconds(divideNearest(total, BigInt(integerOf(right) as number | bigint)));
  if (!(right instanceof PyFloat)) return NotImplemented;
  const [numerator, denominator] = ratioOf(right);
  return deltaOfMicroseconds(divideNearest(total * denominator, numerator));
}

function divisorOf(right: PyDelta): bigint {
  const divisor = allMicroseconds(right);
  if (divisor === 0n) throw zeroDivisionError('division by zero');
  return divisor;
}

function floorDivision(left: Value, right: Value): Value {
  if (!(left instanceof PyDelta)) return NotImplemented;
  if (right instanceof PyDelta) return normalize(floorDivide(allMicroseconds(left), divisorOf(right)));
  if (!isInteger(right)) return NotImplemented;
  const divisor = BigInt(integerOf(right) as number | bigint);
  if (divisor === 0n) throw zeroDivisionError('division by zero');
  return deltaOfMicroseconds(floorDivide(allMicroseconds(left), divisor));
}

function divisionAndRest(left: PyDelta, right: PyDelta): [quotient: bigint, rest: PyDelta] {
  const divisor = divisorOf(right);
  const total = allMicroseconds(left);
  const quotient = floorDivide(total, divisor);
  return [quotient, deltaOfMicroseconds(total - quotient * divisor)];
}

const both = (left: Value, right: Value): boolean => left instanceof PyDelta && right instanceof PyDelta;
const negative = (d: PyDelta): PyDelta => normalDelta(-d.days, -d.seconds, -d.microseconds);
const positive = (d: PyDelta): PyDelta => makeDelta(d.days, d.seconds, d.microseconds);

function deltaRepr(self: PyDelta): string {
  const parts: string[] = [];
  if (self.days !== 0) parts.push(`days=${self.days}`);
  if (self.seconds !== 0) parts.push(`seconds=${self.seconds}`);
  if (self.microseconds !== 0) parts.push(`microseconds=${self.microseconds}`);
  return `${self.type.tp_name}(${parts.length === 0 ? '0' : parts.join(', ')})`;
}

function deltaText({ days, seconds, microseconds }: PyDelta): string {
  const hours = Math.floor(seconds / 3600);
  const clock = `${hours}:${pad(Math.floor(seconds / 60) % 60)}:${pad(seconds % 60)}`;
  const fraction = microseconds === 0 ? '' : `.${pad(microseconds, 6)}`;
  const before = days === 0 ? '' : `${days} day${Math.abs(days) === 1 ? '' : 's'}, `;
  return before + clock + fraction;
}

/** The result of a comparison from a difference. */
export function holds(difference: number, op: Compare): boolean {
  switch (op) {
    case Compare.LT:
      return difference < 0;
    case Compare.LE:
      return difference <= 0;
    case Compare.EQ:
      return difference === 0;
    case Compare.NE:
      return difference !== 0;
    case Compare.GT:
      return difference > 0;
    default:
      return difference >= 0;
  }
}

/** Seconds as a float, rounded once. */
function totalSeconds(d: PyDelta): Value {
  const total = allMicroseconds(d);
  if (bitLength(total) <= 53) return new PyFloat(Number(total) / 1e6);
  return trueDivide(normalize(total), 1_000_000);
}

const field = (name: 'days' | 'seconds' | 'microseconds', doc: string) =>
  [(self: PyDelta) => self[name], undefined, doc] as const;

export const deltaHash = (d: PyDelta): number | bigint => hashOf(tupleOf([d.days, d.seconds, d.microseconds]));

defineType(timedeltaType, {
  module: 'datetime',
  doc: 'Difference between two datetime values.\n\ntimedelta(days=0, seconds=0, microseconds=0, milliseconds=0, minutes=0, hours=0, weeks=0)\n\nAll arguments are optional and default to 0.\nArguments may be integers or floats, and may be positive or negative.',
  allocate: (type: PyType) => new PyDelta(type),
  tp_new: deltaNew,
  tp_repr: deltaRepr,
  tp_str: deltaText,
  tp_hash: deltaHash,
  tp_richcompare: (self: PyDelta, other: Value, op: Compare) =>
    other instanceof PyDelta ? holds(compareDeltas(self, other), op) : NotImplemented,
  nb_add: (a: Value, b: Value) => (both(a, b) ? addDeltas(a as PyDelta, b as PyDelta) : NotImplemented),
  nb_subtract: (a: Value, b: Value) => (both(a, b) ? addDeltas(a as PyDelta, b as PyDelta, -1) : NotImplemented),
  nb_multiply: multiply,
  nb_true_divide: divide,
  nb_floor_divide: floorDivision,
  nb_remainder: (a: Value, b: Value) => (both(a, b) ? divisionAndRest(a as PyDelta, b as PyDelta)[1] : NotImplemented),
  nb_divmod: (a: Value, b: Value) => {
    if (!both(a, b)) return NotImplemented;
    const [quotient, rest] = divisionAndRest(a as PyDelta, b as PyDelta);
    return tupleOf([normalize(quotient), rest]);
  },
  nb_negative: negative,
  nb_positive: positive,
  nb_absolute: (self: PyDelta) => (self.days < 0 ? negative(self) : positive(self)),
  nb_bool: (self: PyDelta) => !isZeroDelta(self),
  methods: {
    total_seconds: ['($self, /)', totalSeconds, 'Total seconds in the duration.'],
    __reduce__: [
      '($self, /)',
      (self: PyDelta) => tupleOf([self.type, tupleOf([self.days, self.seconds, self.microseconds])]),
      '__reduce__() -> (cls, state)',
    ],
  },
  members: {
    days: field('days', 'Number of days.'),
    seconds: field('seconds', 'Number of seconds (>= 0 and less than 1 day).'),
    microseconds: field('microseconds', 'Number of microseconds (>= 0 and less than 1 second).'),
  },
  attributes: {},
});

/** resolution, min and max are timedeltas themselves, made when the module is. */
export function setDeltaLimits(): void {
  const { attributes } = timedeltaType;
  attributes.set('resolution', makeDelta(0, 0, 1));
  attributes.set('min', makeDelta(-999999999, 0, 0));
  attributes.set('max', makeDelta(999999999, 86399, 999999));
  timedeltaType.modified();
}

/** A value that must be a timedelta. */
export function deltaArgument(value: Slot, where: string): PyDelta {
  if (value instanceof PyDelta) return value;
  throw typeError(`${where} must be datetime.timedelta, not ${typeOf(value as Value).tp_name}`);
}
