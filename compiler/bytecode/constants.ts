import type { CodeObject } from './code-object.ts';

/** Python's float as a constant: boxed, so that 1 and 1.0 differ. */
export class FloatConstant {
  readonly type = 'float';
  readonly value: number;
  constructor(value: number) {
    this.value = value;
  }
}

export class ComplexConstant {
  readonly type = 'complex';
  readonly real: number;
  readonly imag: number;
  constructor(real: number, imag: number) {
    this.real = real;
    this.imag = imag;
  }
}

export class BytesConstant {
  readonly type = 'bytes';
  readonly value: Uint8Array;
  constructor(value: Uint8Array) {
    this.value = value;
  }
}

export class TupleConstant {
  readonly type = 'tuple';
  readonly items: readonly Constant[];
  constructor(items: readonly Constant[]) {
    this.items = items;
  }
}

/** `items` stand in CPython's iteration order of the set, which marshal writes and `dis` prints. */
export class FrozenSetConstant {
  readonly type = 'frozenset';
  readonly items: readonly Constant[];
  constructor(items: readonly Constant[]) {
    this.items = items;
  }
}

export class SliceConstant {
  readonly type = 'slice';
  readonly start: Constant;
  readonly stop: Constant;
  readonly step: Constant;
  constructor(start: Constant, stop: Constant, step: Constant) {
    this.start = start;
    this.stop = stop;
    this.step = step;
  }
}

export class EllipsisConstant {
  readonly type = 'ellipsis';
}
export const Ellipsis = new EllipsisConstant();

/**
 * A str in which a high surrogate is followed by a low one as two code points, as in '\ud83d\ude00': the only strings
 * that a JavaScript string can't tell from another. All other strings, lone surrogates included, are plain strings.
 */
export class SurrogateString {
  readonly type = 'str';
  readonly codePoints: readonly number[];
  constructor(codePoints: readonly number[]) {
    this.codePoints = codePoints;
  }
}

/**
 * A value that co_consts can hold. None is null, True and False are booleans; an int is a number while
 * Number.isSafeInteger, else a bigint (never a bigint in the safe range); a str is a string.
 */
export type Constant =
  | null
  | boolean
  | number
  | bigint
  | string
  | SurrogateString
  | FloatConstant
  | ComplexConstant
  | BytesConstant
  | TupleConstant
  | FrozenSetConstant
  | SliceConstant
  | EllipsisConstant
  | CodeObject;

export const isCodeObject = (value: Constant): value is CodeObject =>
  typeof value === 'object' && value !== null && value.type === 'code';
