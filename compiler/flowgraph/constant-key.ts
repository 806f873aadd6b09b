import type { Constant } from '../bytecode/constants.ts';

/** What a Map can look up: a primitive where constants compare by value, the object where only identity counts. */
export type ConstantKey = Constant;

/**
 * Equal (by SameValueZero) for two constants exactly when CPython keeps one of them: equal in type and value all the way
 * down, so that 1, 1.0 and True differ, as do 0.0 and -0.0. A NaN equals only itself, and so does a code object here
 * (CPython 3.14's _PyCode_ConstantKey).
 */
export function constantKey(constant: Constant): ConstantKey {
  if (typeof constant === 'string') return constant.charCodeAt(0) === 0 ? nested(constant) : constant;
  if (typeof constant !== 'object' || constant === null) return constant;
  switch (constant.type) {
    case 'code':
    case 'ellipsis':
      return constant;
    case 'float':
      return Number.isNaN(constant.value) ? constant : nested(constant);
    case 'complex':
      return Number.isNaN(constant.real) || Number.isNaN(constant.imag) ? constant : nested(constant);
    default:
      return nested(constant);
  }
}

/** A text that begins with NUL and a letter for the type, and can't be a beginning of another such text. */
function nested(constant: Constant): string {
  switch (typeof constant) {
    case 'string':
      return `\0s${constant.length}:${constant}`;
    case 'number':
    case 'bigint':
      return `\0i${constant};`;
    case 'boolean':
      return constant ? '\0T' : '\0F';
  }
  if (constant === null) return '\0N';
  switch (constant.type) {
    case 'float':
      return Number.isNaN(constant.value) ? byIdentity(constant) : `\0f${floatText(constant.value)};`;
    case 'complex':
      return Number.isNaN(constant.real) || Number.isNaN(constant.imag)
        ? byIdentity(constant)
        : `\0c${floatText(constant.real)},${floatText(constant.imag)};`;
    case 'str':
      return `\0u${constant.codePoints.join()};`;
    case 'bytes':
      return `\0b${constant.value.join()};`;
    case 'tuple':
      return `\0(${constant.items.map(nested).join('')}\0)`;
    case 'frozenset':
      return `\0{${constant.items.map(nested).sort().join('')}\0}`;
    case 'slice':
      return `\0[${nested(constant.start)}${nested(constant.stop)}${nested(constant.step)}`;
    case 'ellipsis':
      return '\0E';
    case 'code':
      return byIdentity(constant);
  }
}

const floatText = (value: number): string => (Object.is(value, -0) ? '-0' : String(value));

const identities = new WeakMap<object, number>();
let nextIdentity = 0;

function byIdentity(constant: object): string {
  let identity = identities.get(constant);
  if (identity === undefined) {
    identity = nextIdentity++;
    identities.set(constant, identity);
  }
  return `\0@${identity};`;
}
