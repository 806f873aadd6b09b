import type { Constant } from '../bytecode/constants.ts';

/** bool() of a constant (PyObject_IsTrue). */
export function isTrue(constant: Constant): boolean {
  if (constant === null) return false;
  switch (typeof constant) {
    case 'boolean':
      return constant;
    case 'number':
      return constant !== 0;
    case 'bigint':
      return constant !== 0n;
    case 'string':
      return constant.length > 0;
  }
  switch (constant.type) {
    case 'float':
      return constant.value !== 0;
    case 'complex':
      return constant.real !== 0 || constant.imag !== 0;
    case 'bytes':
      return constant.value.length > 0;
    case 'tuple':
    case 'frozenset':
      return constant.items.length > 0;
    case 'str':
      return constant.codePoints.length > 0;
    case 'slice':
    case 'ellipsis':
    case 'code':
      return true;
  }
}
