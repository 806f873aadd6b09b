import { targetOf } from '../targets/registry.ts';
import type { Target } from '../targets/target.ts';
import { type Constant, isCodeObject } from './constants.ts';
import { MarshalReader } from './marshal-reader.ts';
import { MarshalError } from './marshal-type.ts';
import { MarshalWriter } from './marshal-writer.ts';
import { nameNestedCode } from './qualname.ts';

export { MarshalError };

/**
 * Reads one value that CPython's marshal.dumps() wrote (Python/marshal.c, r_object; versions 4 and 5). The target gives
 * the layout of code objects. Before 3.11 these don't hold their qualified names: nested ones get theirs from the
 * instructions that make functions of them, the outermost its plain name. Throws MarshalError.
 */
export function loads(bytes: Uint8Array, target: Target): Constant {
  const value = new MarshalReader(bytes, target).object();
  if (!target.features.has('localsPlus') && isCodeObject(value)) nameNestedCode(value, target);
  return value;
}

/**
 * Writes a value so that the target's marshal.loads() reads it (Python/marshal.c, w_object). Strings that CPython would
 * intern are marked so and written once; other repetitions are written again, so the bytes need not equal CPython's.
 * The target of a code object is its own unless another is given.
 */
export function dumps(value: Constant, target?: Target): Uint8Array {
  const wanted = target ?? (isCodeObject(value) ? targetOf(value) : undefined);
  if (wanted === undefined) throw new MarshalError('marshal needs to know for which target it writes');
  const writer = new MarshalWriter(wanted);
  writer.object(value);
  return writer.finish();
}
