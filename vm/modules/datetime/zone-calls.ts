import { typeError } from '../../objects/exception.ts';
import { typeOf, type Value } from '../../objects/object.ts';
import { stringOf } from '../../objects/str.ts';
import { callMethod } from '../../operations/attribute.ts';
import { checkOffset, PyDelta, PyTimeZone, utcZone } from './objects.ts';

/** What tzinfo.utcoffset() or dst() says; null when it says None, or when there is no tzinfo (call_tzinfo_method). */
export function zoneOffset(tzinfo: Value, method: 'utcoffset' | 'dst', of: Value): PyDelta | null {
  if (tzinfo === null) return null;
  if (tzinfo instanceof PyTimeZone) return method === 'dst' ? null : tzinfo.offset;
  const offset = callMethod(tzinfo, method, of);
  if (offset === null) return null;
  if (!(offset instanceof PyDelta)) {
    throw typeError(`tzinfo.${method}() must return None or timedelta, not '${typeOf(offset).tp_name}'`);
  }
  checkOffset(offset);
  return offset;
}

/** What tzinfo.tzname() says: a str or None. */
export function zoneName(tzinfo: Value, of: Value): Value {
  if (tzinfo === null) return null;
  if (tzinfo === utcZone()) return 'UTC';
  const name = callMethod(tzinfo, 'tzname', of);
  if (name === null || stringOf(name) !== undefined) return name;
  throw typeError(`tzinfo.tzname() must return None or a string, not '${typeOf(name).tp_name}'`);
}
