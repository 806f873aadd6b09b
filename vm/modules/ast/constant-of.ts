import {
  BytesConstant,
  ComplexConstant,
  type Constant,
  EllipsisConstant,
  FloatConstant,
  FrozenSetConstant,
  TupleConstant,
} from '../../../compiler/bytecode/constants.ts';
import { PyBytes } from '../../objects/bytes.ts';
import { PyComplex } from '../../objects/complex.ts';
import { typeError } from '../../objects/exception.ts';
import { PyFloat } from '../../objects/float.ts';
import {
  bytesType,
  complexType,
  Ellipsis,
  floatType,
  frozensetType,
  tupleType,
  typeOf,
  type Value,
} from '../../objects/object.ts';
import { PySet } from '../../objects/set.ts';
import { PyTuple } from '../../objects/tuple.ts';

/** A Python value as a constant of code. Raises TypeError for one that can't be a constant (validate_constant). */
export function constantOf(value: Value): Constant {
  if (value === null || typeof value !== 'object') return value;
  if (value === Ellipsis) return new EllipsisConstant();
  const { type } = value;
  if (value instanceof PyFloat && type === floatType) return new FloatConstant(value.value);
  if (value instanceof PyComplex && type === complexType) return new ComplexConstant(value.real, value.imag);
  if (value instanceof PyBytes && type === bytesType) return new BytesConstant(value.bytes);
  if (value instanceof PyTuple && type === tupleType) return new TupleConstant(value.items.map(constantOf));
  if (value instanceof PySet && type === frozensetType) return new FrozenSetConstant(value.items().map(constantOf));
  throw typeError(`got an invalid type in Constant: ${typeOf(value).tp_name}`);
}
