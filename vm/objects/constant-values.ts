import type { CodeObject } from '../../compiler/bytecode/code-object.ts';
import {
  BytesConstant,
  ComplexConstant,
  type Constant,
  EllipsisConstant,
  FloatConstant,
  FrozenSetConstant,
  SliceConstant,
  SurrogateString,
  TupleConstant,
} from '../../compiler/bytecode/constants.ts';
import { PyBytes } from './bytes.ts';
import { PyCode } from './code.ts';
import { PyComplex } from './complex.ts';
import { PyFloat } from './float.ts';
import { Ellipsis, frozensetType, type Value } from './object.ts';
import { PySet } from './set.ts';
import { PySlice } from './slice.ts';
import { tupleOf } from './tuple.ts';

/** A code object as a Python value, its constants converted, nested code objects too. */
export function codeValue(code: CodeObject): PyCode {
  return new PyCode(code, code.co_consts.map(constantValue));
}

/** A constant of the compiler's as the VM's value. */
export function constantValue(constant: Constant): Value {
  if (constant === null || typeof constant !== 'object') return constant;
  if (constant instanceof FloatConstant) return new PyFloat(constant.value);
  if (constant instanceof TupleConstant) return tupleOf(constant.items.map(constantValue));
  if (constant instanceof BytesConstant) return new PyBytes(constant.value);
  if (constant instanceof EllipsisConstant) return Ellipsis;
  if (constant instanceof ComplexConstant) return new PyComplex(constant.real, constant.imag);
  if (constant instanceof FrozenSetConstant) return frozenSet(constant.items);
  if (constant instanceof SliceConstant) {
    return new PySlice(constantValue(constant.start), constantValue(constant.stop), constantValue(constant.step));
  }
  // The two code points of a surrogate pair become the one character: JavaScript's strings can't hold them apart.
  if (constant instanceof SurrogateString) return String.fromCharCode(...constant.codePoints);
  return codeValue(constant);
}

function frozenSet(items: readonly Constant[]): PySet {
  const set = new PySet(frozensetType);
  for (const item of items) set.add(constantValue(item));
  return set;
}
