import type { CodeObject } from '../../compiler/bytecode/code-object.ts';
import * as constants from '../../compiler/bytecode/constants.ts';
import { PyBytes } from './bytes.ts';
import { PyCode } from './code.ts';
import { PyComplex } from './complex.ts';
import { PyFloat } from './float.ts';
import { Ellipsis, frozensetType, type PyObject, type Value } from './object.ts';
import { PySet } from './set.ts';
import { PySlice } from './slice.ts';
import { PyTuple, tupleOf } from './tuple.ts';

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

/** A value as a constant of a code object; `other` is asked about objects that code objects don't hold. */
export function constantOf(value: Value, other: (value: PyObject) => constants.Constant): constants.Constant {
  if (value === null || typeof value !== 'object') return value;
  const all = (values: readonly Value[]): constants.Constant[] => values.map((item) => constantOf(item, other));
  if (value instanceof PyCode) return { ...value.code, co_consts: all(value.consts) };
  if (value === Ellipsis) return constants.Ellipsis;
  if (value.type.heap) return other(value);
  if (value instanceof PyFloat) return new constants.FloatConstant(value.value);
  if (value instanceof PyComplex) return new constants.ComplexConstant(value.real, value.imag);
  if (value instanceof PyBytes) return new constants.BytesConstant(value.bytes);
  if (value instanceof PyTuple) return new constants.TupleConstant(all(value.items));
  if (value instanceof PySlice) {
    const [start, stop, step] = all([value.start, value.stop, value.step]);
    return new constants.SliceConstant(start, stop, step);
  }
  if (value instanceof PySet && value.type === frozensetType)
    return new constants.FrozenSetConstant(all(value.items()));
  return other(value);
}
