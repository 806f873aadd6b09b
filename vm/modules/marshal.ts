import * as constants from '../../compiler/bytecode/constants.ts';
import { dumps as dumpConstant, loads as loadConstant, MarshalError } from '../../compiler/bytecode/marshal.ts';
import { py314 } from '../../compiler/targets/py314.ts';
import { targetOf } from '../../compiler/targets/registry.ts';
import { PyBytes } from '../objects/bytes.ts';
import { PyCode } from '../objects/code.ts';
import { codeValue, constantOf, constantValue } from '../objects/constant.ts';
import type { ModuleDefinition } from '../objects/define.ts';
import { eofErrorType, newException, valueError } from '../objects/exception.ts';
import type { PyObject, Value } from '../objects/object.ts';
import { callMethod } from '../operations/attribute.ts';
import { bytesOf } from './io/base.ts';

/** A value as a constant. ValueError for what marshal doesn't write. */
const marshalled = (value: Value): constants.Constant => constantOf(value, otherConstant);

/** Buffers are written as bytes. */
function otherConstant(value: PyObject): constants.Constant {
  if (!value.type.heap) {
    if (value.type.bf_getbuffer !== undefined) return new constants.BytesConstant(bytesOf(value));
    if (['list', 'dict', 'set'].includes(value.type.tp_name)) {
      throw valueError(`not supported yet: marshal of a ${value.type.tp_name}`);
    }
  }
  throw valueError('unmarshallable object');
}

function dumps(value: Value): PyBytes {
  const target = value instanceof PyCode ? targetOf(value.code) : py314;
  return new PyBytes(dumpConstant(marshalled(value), target));
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
