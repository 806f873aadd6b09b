// exp, log and pow of floats, right to a little more than half a unit in the last place, as those of today's C libraries are: JavaScript's
// own may be off by one, and 10 ** -5 is then no 1e-05. The method is that of Tang and of ARM's optimized routines: a table of 128
// points makes the argument small, a short polynomial does the rest, and the logarithm is carried in two floats.

const TABLE_BITS = 7;
const TABLE_SIZE = 1 << TABLE_BITS;
/** Fractional bits of the integers that the tables are computed with. */
const PRECISION = 160n;
const ONE = 1n << PRECISION;

/** One float and its two halves; the upper one, with sign and exponent, comes second where the lower bytes come first. */
const float = new Float64Array(1);
const halves = new Uint32Array(float.buffer);
const UPPER = new Uint8Array(Uint16Array.of(1).buffer)[0];
const LOWER = 1 - UPPER;

const toFloat = (value: bigint): number => {
  const size = value < 0n ? -value : value;
  const drop = BigInt(Math.max(0, size.toString(2).length - 64));
  const float = Number(size >> drop) * 2 ** (Number(drop) - Number(PRECISION));
  return value < 0n ? -float : float;
};

/** A fixed-point number as a float of so many fractional bits, and what is missing then as another. */
function split(value: bigint, fractionalBits: bigint): [high: number, low: number] {
  const drop = PRECISION - fractionalBits;
  const high = ((value + (1n << (drop - 1n))) >> drop) << drop;
  return [toFloat(high), toFloat(value - high)];
}

/** The natural logarithm of a quotient near one, by the series of artanh. */
function fixedLog(numerator: bigint, denominator: bigint): bigint {
  const t = ((numerator - denominator) << PRECISION) / (numerator + denominator);
  const square = (t * t) >> PRECISION;
  let sum = 0n;
  let power = t;
  for (let n = 1n; power !== 0n && power !== -1n; n += 2n) {
    sum += power / n;
    power = (power * square) >> PRECISION;
  }
  return 2n * sum;
}

function fixedExp(x: bigint): bigint {
  let sum = ONE;
  let term = ONE;
  for (let n = 1n; term !== 0n; n++) {
    term = ((term * x) >> PRECISION) / n;
    sum += term;
  }
  return sum;
}

const fixedLn2 = fixedLog(4n, 3n) + fixedLog(3n, 2n);
// Of so few bits that their products with whole numbers, and the sums of those, are exact.
const [LN2_HIGH, LN2_LOW] = split(fixedLn2, 42n);
const [LN2_STEP_HIGH, LN2_STEP_LOW] = split(fixedLn2 / BigInt(TABLE_SIZE), 42n);
const STEPS_PER_ONE = TABLE_SIZE / Math.LN2;

/** 1/c for a c in the middle of each part of [0.70, 1.41), of few bits; and log(c) in two floats. */
const inverse = new Float64Array(TABLE_SIZE);
const logHigh = new Float64Array(TABLE_SIZE);
const logLow = new Float64Array(TABLE_SIZE);
/** 2 ** (i / 128): the bits of its float, and what is missing as a share of it. */
const powerHigh = new Float64Array(TABLE_SIZE);
const powerRest = new Float64Array(TABLE_SIZE);

/** The upper bits of 0.7051: numbers below half of its double are scaled to the range that begins there. */
const START = 0x3fe69000;

let ready = false;

function makeTables(): void {
  ready = true;
  for (let i = 0; i < TABLE_SIZE; i++) {
    halves[UPPER] = START + (i << (20 - TABLE_BITS)) + (1 << (19 - TABLE_BITS));
    halves[LOWER] = 0;
    const middle = float[0];
    // Close to one the argument is taken as it is: its logarithm would cancel against that of c.
    const near = Math.abs(middle - 1) < 1 / TABLE_SIZE;
    const bits = near ? 1024 : Math.round(1024 / middle);
    inverse[i] = bits / 1024;
    [logHigh[i], logLow[i]] = split(-fixedLog(BigInt(bits), 1024n), 42n);
    const power = fixedExp((fixedLn2 * BigInt(i)) / BigInt(TABLE_SIZE));
    const [high, low] = split(power, 52n);
    powerHigh[i] = high;
    powerRest[i] = low / high;
  }
}

let logTail = 0;

/** log(x) of a positive number that isn't infinite; what is missing is left in `logTail`. */
function logInTwo(x: number): number {
  if (!ready) makeTables();
  float[0] = x;
  let upper = halves[UPPER];
  let exponent = 0;
  if (upper < 0x00100000) {
    float[0] = x * 2 ** 52;
    upper = halves[UPPER];
    exponent = -52;
  }
  const offset = upper - START;
  const part = (offset >> (20 - TABLE_BITS)) & (TABLE_SIZE - 1);
  const shift = offset >> 20;
  halves[UPPER] = upper - (shift << 20);
  const z = float[0];
  // The upper half of z times 1/c is exact.
  halves[LOWER] = 0;
  const zHigh = float[0];
  const k = exponent + shift;
  const factor = inverse[part];
  const rHigh = zHigh * factor - 1;
  const rLow = (z - zHigh) * factor;
  const r = rHigh + rLow;
  const rest = rHigh - r + rLow;
  const t1 = k * LN2_HIGH + logHigh[part];
  const t2 = t1 + r;
  const low1 = k * LN2_LOW + logLow[part];
  const low2 = t1 - t2 + r + rest;
  // r - r²/2 in two floats, and the rest of the series.
  const half = -0.5 * rHigh;
  const halfSquare = rHigh * half;
  const high = t2 + halfSquare;
  const low3 = rLow * (-0.5 * r + half);
  const low4 = t2 - high + halfSquare;
  const cube = r * r * r;
  const tail = cube * (1 / 3 + r * (-1 / 4 + r * (1 / 5 + r * (-1 / 6 + r * (1 / 7 + r * (-1 / 8 + r * (1 / 9)))))));
  const low = low1 + low2 + low3 + low4 + tail;
  const result = high + low;
  logTail = high - result + low;
  return result;
}

/** exp(high + low), where |low| is far below |high|. */
function expOfTwo(high: number, low: number): number {
  if (!ready) makeTables();
  const steps = Math.round(high * STEPS_PER_ONE);
  const r = high - steps * LN2_STEP_HIGH - steps * LN2_STEP_LOW + low;
  const part = steps & (TABLE_SIZE - 1);
  const exponent = (steps - part) / TABLE_SIZE;
  const square = r * r;
  const rest =
    powerRest[part] + r + square * (0.5 + r * (1 / 6)) + square * square * (1 / 24 + r * (1 / 120 + r * (1 / 720)));
  const scale = powerHigh[part];
  if (exponent > -1022 && exponent < 1023) {
    halves[UPPER] = (exponent + 1023) << 20;
    halves[LOWER] = 0;
    const two = float[0];
    return (scale + scale * rest) * two;
  }
  return scaled(scale, scale * rest, exponent);
}

/** (high + low) * 2 ** exponent, rounded once, also where the result is subnormal. */
function scaled(high: number, low: number, exponent: number): number {
  if (exponent > 1025) return Infinity;
  if (exponent >= 1023) return (high + low) * 2 ** 1000 * 2 ** (exponent - 1000);
  if (exponent < -1080) return 0;
  // Adding a number of the size that leaves the right bits rounds at the right place.
  const sum = high + low;
  const missing = high - sum + low;
  const unit = 2 ** (-1074 - exponent);
  if (unit <= 2 ** -52) return sum * 2 ** exponent;
  const anchor = 1.5 * unit * 2 ** 52;
  const rounded = sum + anchor - anchor;
  const error = sum - rounded + missing;
  const step = error > unit / 2 ? unit : error < -unit / 2 ? -unit : 0;
  return ((rounded + step) / unit) * 2 ** -1074;
}

/** C's exp(). */
export function exp(x: number): number {
  if (!(Math.abs(x) < 745.2)) return Math.exp(x);
  return x > 709.8 ? Math.exp(x) : expOfTwo(x, 0);
}

/** C's log(). */
export function log(x: number): number {
  return x > 0 && x < Infinity ? logInTwo(x) : Math.log(x);
}

/** C's pow() for numbers of any kind. */
export function pow(x: number, y: number): number {
  if (y === 2) return x * x;
  if (y === 1) return x;
  if (y === 0.5 && x > 0) return Math.sqrt(x);
  // Powers of ten are what people read: as literals they are right to the last bit.
  if (x === 10 && Math.abs(y) < 400 && Number.isInteger(y)) return Number(`1e${y}`);
  const size = Math.abs(x);
  if (!(size > 0 && size < Infinity) || !(Math.abs(y) > 2 ** -65 && Math.abs(y) < 2 ** 63) || size === 1) {
    return x ** y;
  }
  if (x < 0 && !Number.isInteger(y)) return NaN;
  const high = logInTwo(size);
  const low = logTail;
  // y * log(x) in two floats.
  const product = y * high;
  if (product > 710) return x < 0 && y % 2 !== 0 ? -Infinity : Infinity;
  if (product < -746) return x < 0 && y % 2 !== 0 ? -0 : 0;
  const splitY = 134217729 * y;
  const y1 = splitY - (splitY - y);
  const y2 = y - y1;
  const splitHigh = 134217729 * high;
  const h1 = splitHigh - (splitHigh - high);
  const h2 = high - h1;
  const error = y1 * h1 - product + y1 * h2 + y2 * h1 + y2 * h2;
  const result = expOfTwo(product, error + y * low);
  return x < 0 && y % 2 !== 0 ? -result : result;
}
