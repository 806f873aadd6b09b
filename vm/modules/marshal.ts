import * as constants from '../../compiler/bytecode/constants.ts';
import { dumps as dumpConstant, loads as loadConstant, MarshalError } from '../../compiler/bytecode/marshal.ts';
import { py314 } from '../../compiler/targets/py314.ts';
import { targetOf } from '../../compiler/targets/registry.ts';
import { PyBytes } from '../objects/bytes.ts';
import { PyCode } from '../objects/code.ts';
import { PyComplex } from '../objects/complex.ts';
import { codeValue, constantValue } from '../objects/constant.ts';
import type { ModuleDefinition } from '../objects/define.ts';
import { eofErrorType, newException, valueError } from '../objects/exception.ts';
import { PyFloat } from '../objects/float.ts';
import { Ellipsis, frozensetType, typeOf, type Value } from '../objects/object.ts';
import { PySet } from '../objects/set.ts';
import { PySlice } from '../objects/slice.ts';
import { PyTuple } from '../objects/tuple.ts';
import { callMethod } from '../operations/attribute.ts';
import { bytesOf } from './io/base.ts';

/** A value as a constant: what code objects hold, and code objects. ValueError for all else. */
function constantOf(value: Value): constants.Constant {
  if (value === null || typeof value !== 'object') return value;
  if (value instanceof PyCode) return { ...value.code, co_consts: value.consts.map(constantOf) };
  if (value === Ellipsis) return constants.Ellipsis;
  if (!value.type.heap) {
    if (value instanceof PyFloat) return new constants.FloatConstant(value.value);
    if (value instanceof PyComplex) return new constants.ComplexConstant(value.real, value.imag);
    if (value instanceof PyTuple) return new constants.TupleConstant(value.items.map(constantOf));
    if (value instanceof PySlice) {
      return new constants.SliceConstant(constantOf(value.start), constantOf(value.stop), constantOf(value.step));
    }
    if (value instanceof PySet && value.type === frozensetType) {
      return new constants.FrozenSetConstant(value.items().map(constantOf));
    }
    if (typeOf(value).bf_getbuffer !== undefined) return new constants.BytesConstant(bytesOf(value));
    if (['list', 'dict', 'set'].includes(value.type.tp_name)) {
      throw valueError(`not supported yet: marshal of a ${value.type.tp_name}`);
    }
  }
  throw valueError('unmarshallable object');
}

function dumps(value: Value): PyBytes {
  const target = value instanceof PyCode ? targetOf(value.code) : py314;
  return new PyBytes(dumpConstant(constantOf(value), target));
}

function loads(data: Value): Value {
  const bytes = bytesOf(data);
  if (bytes.length === 0) throw newException(eofErrorType, 'EOF read where object expected');
  try {
    const constant = loadConstant(bytes, py314);
    return constant !== null && typeof constant === 'object' && constant.type === 'code'
      ? codeValue(constant)
      : constantValue(constant);
  } catch (error) {
    if (error instanceof MarshalError) throw valueError(`bad marshal data (${error.message})`);
    throw error;
  }
}

/** CPython 3.14's Python/marshal.c, for what code objects hold and for code objects. */
export const marshal = (): ModuleDefinition => ({
  name: 'marshal',
  doc: 'This module contains functions that can read and write Python values in a binary format.',
  functions: {
    dumps: ['(value, version=5, /, *, allow_code=True)', dumps],
    loads: ['(bytes, /, *, allow_code=True)', loads],
    dump: [
      '(value, file, version=5, /, *, allow_code=True)',
      (value: Value, file: Value) => callMethod(file, 'write', dumps(value)),
    ],
    load: ['(file, /, *, allow_code=True)', (file: Value) => loads(callMethod(file, 'read'))],
  },
  attributes: { version: 5 },
});
