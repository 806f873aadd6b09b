import type { CodeObject } from '../../compiler/bytecode/code-object.ts';
import type * as constants from '../../compiler/bytecode/constants.ts';
import { PyBytes } from './bytes.ts';
import { PyCode } from './code.ts';
import { PyComplex } from './complex.ts';
import { PyFloat } from './float.ts';
import { Ellipsis, frozensetType, type Value } from './object.ts';
import { PySet } from './set.ts';
import { PySlice } from './slice.ts';
import { tupleOf } from './tuple.ts';

/** A code object as a Python value, its constants with it. */
export function codeValue(code: CodeObject): PyCode {
  return new PyCode(code, code.co_consts.map(constantValue));
}

/** A constant of a code object as a Python value. */
export function constantValue(constant: constants.Constant): Value {
  if (constant === null || typeof constant !== 'object') return constant;
  switch (constant.type) {
    case 'code':
      return codeValue(constant);
    case 'float':
      return new PyFloat(constant.value);
    case 'complex':
      return new PyComplex(constant.real, constant.imag);
    case 'bytes':
      return new PyBytes(constant.value);
    case 'tuple':
      return tupleOf(constant.items.map(constantValue));
    case 'frozenset': {
      const set = new PySet(frozensetType);
      for (const item of constant.items) set.add(constantValue(item));
      return set;
    }
    case 'slice':
      return new PySlice(constantValue(constant.start), constantValue(constant.stop), constantValue(constant.step));
    case 'ellipsis':
      return Ellipsis;
    default:
      // A pair of surrogates that stands for two code points becomes the one it encodes: docs/vm.md, Limits.
      return String.fromCodePoint(...constant.codePoints);
  }
}
