import { dumps as dumpConstant } from '../../../compiler/bytecode/marshal.ts';
import { targetOf } from '../../../compiler/targets/registry.ts';
import { PyByteArray, PyBytes } from '../../objects/bytes.ts';
import { bytesArgument } from '../../objects/bytes-types.ts';
import { PyCode } from '../../objects/code.ts';
import { constantOf } from '../../objects/constant.ts';
import type { ModuleDefinition } from '../../objects/define.ts';
import { typeError, valueError } from '../../objects/exception.ts';
import { type PyObject, typeOf, type Value } from '../../objects/object.ts';
import { index } from '../../operations/arithmetic.ts';
import { callMethod } from '../../operations/attribute.ts';
import { isTrue } from '../../operations/truth.ts';
import { ValueReader } from './reader.ts';
import { ValueWriter } from './writer.ts';

const VERSION = 5;

function dumps(value: Value, version: Value = VERSION, allowCode: Value = true): PyBytes {
  // Of any target, and as CPython's compileall writes it.
  if (value instanceof PyCode && isTrue(allowCode)) {
    return new PyBytes(dumpConstant(constantOf(value, unmarshallable), targetOf(value.code)));
  }
  const writer = new ValueWriter(Number(index(version)), isTrue(allowCode));
  writer.object(value);
  return new PyBytes(writer.finish());
}

function unmarshallable(_value: PyObject): never {
  throw valueError('unmarshallable object');
}

function loads(data: Value, allowCode: Value = true): Value {
  const bytes = bytesArgument(data);
  let at = 0;
  const take = (count: number): Uint8Array => {
    at += count;
    return bytes.subarray(at - count, at);
  };
  return new ValueReader(take, isTrue(allowCode)).whole();
}

/** Takes from a file no more than the value that it holds. */
function load(file: Value, allowCode: Value = true): Value {
  const nothing = callMethod(file, 'read', 0);
  if (!(nothing instanceof PyBytes)) {
    throw typeError(`file.read() returned not bytes but ${typeOf(nothing).tp_name}`);
  }
  const take = (count: number): Uint8Array => {
    const buffer = new PyByteArray(new Uint8Array(count));
    const length = Number(index(callMethod(file, 'readinto', buffer)));
    if (length > count) throw valueError(`read() returned too much data: ${count} bytes requested, ${length} returned`);
    return buffer.bytes.subarray(0, length);
  };
  return new ValueReader(take, isTrue(allowCode)).whole();
}

/** CPython 3.14's Python/marshal.c. */
export const marshal = (): ModuleDefinition => ({
  name: 'marshal',
  doc: 'This module contains functions that can read and write Python values in a binary format.',
  functions: {
    dumps: ['(value, version=5, /, *, allow_code=True)', dumps],
    loads: ['(bytes, /, *, allow_code=True)', loads],
    dump: [
      '(value, file, version=5, /, *, allow_code=True)',
      (value: Value, file: Value, version: Value = VERSION, allowCode: Value = true) =>
        callMethod(file, 'write', dumps(value, version, allowCode)),
    ],
    load: ['(file, /, *, allow_code=True)', load],
  },
  attributes: { version: VERSION },
});
