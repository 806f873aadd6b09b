import { vm } from '../../interpreter/state.ts';
import { typeError } from '../../objects/exception.ts';
import { type Slot, typeOf, type Value } from '../../objects/object.ts';
import { stringOf } from '../../objects/str.ts';
import { callMethod } from '../../operations/attribute.ts';
import { str } from '../../operations/text.ts';
import { offsetText, PyDateTime, PyTime, pad } from './objects.ts';
import { zoneName, zoneOffset } from './zone-calls.ts';

/** What a strftime format is about. */
export interface Formatted {
  readonly object: Value;
  /** What the object's tzinfo methods are called with. */
  readonly moment: Value;
  readonly year: number;
  readonly month: number;
  readonly day: number;
  /** A tuple for time.strftime(). */
  readonly tuple: Value;
}

export function formatArgument(value: Slot, where: string): string {
  const text = value === undefined ? undefined : stringOf(value);
  if (text === undefined) throw typeError(`${where} must be str, not ${typeOf(value as Value).tp_name}`);
  return text;
}

/** time.strftime() with what it doesn't know filled in: microseconds, offset and name of the zone, small years (wrap_strftime). */
export function wrapStrftime(format: string, { object, moment, year, month, day, tuple }: Formatted): Value {
  const time = vm.importModule('time');
  const hasZone = object instanceof PyDateTime || object instanceof PyTime;
  const offset = (separator: string): string => {
    const known = hasZone ? zoneOffset(object.tzinfo, 'utcoffset', moment) : null;
    return known === null ? '' : offsetText(known, separator);
  };
  const filled = format.replace(/%(:z|[\s\S])/g, (whole, code: string) => {
    switch (code) {
      case 'z':
        return offset('');
      case ':z':
        return offset(':');
      case 'f':
        return pad(hasZone ? object.microsecond : 0, 6);
      case 'Z': {
        const name = hasZone ? zoneName(object.tzinfo, moment) : null;
        if (name === null) return '';
        // Percent signs in a name aren't directives. A str of the program's own may do as it likes.
        const escaped = callMethod(name, 'replace', '%', '%%');
        if (stringOf(escaped) === undefined) throw typeError('tzname.replace() did not return a string');
        return str(escaped);
      }
      case 'Y':
        return year < 1000 ? pad(year, 4) : whole;
      case 'F':
        return year < 1000 ? `${pad(year, 4)}-${pad(month)}-${pad(day)}` : whole;
      case 'C':
        return year < 1000 ? pad(Math.floor(year / 100)) : whole;
      case 'G':
        return year < 1000 ? pad(Number(str(callMethod(time, 'strftime', '%G', tuple))), 4) : whole;
      default:
        return whole;
    }
  });
  return callMethod(time, 'strftime', filled, tuple);
}
