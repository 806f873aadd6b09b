import { PyDict } from '../objects/dict.ts';
import { PyList } from '../objects/list.ts';
import { typeOf, type Value } from '../objects/object.ts';
import { PyTuple } from '../objects/tuple.ts';

/** bool(value). */
export function isTrue(value: Value): boolean {
  switch (typeof value) {
    case 'boolean':
      return value;
    case 'number':
      return value !== 0;
    case 'bigint':
      return true;
    case 'string':
      return value.length > 0;
    default:
      break;
  }
  if (value === null) return false;
  const type = typeOf(value);
  if (value instanceof PyList || value instanceof PyTuple) {
    if (!type.heap) return value.items.length > 0;
  } else if (value instanceof PyDict && !type.heap) return value.used > 0;
  if (type.nb_bool !== undefined) return type.nb_bool(value);
  if (type.sq_length !== undefined) return type.sq_length(value) > 0;
  return true;
}
