import { vm } from '../interpreter/state.ts';
import { PyBytes } from '../objects/bytes.ts';
import { isException, osErrorType } from '../objects/exception.ts';
import type { Value } from '../objects/object.ts';
import { stringOf } from '../objects/str.ts';
import { tupleOf } from '../objects/tuple.ts';
import { callMethod } from '../operations/attribute.ts';
import { isZeroDelta } from './datetime/objects.ts';
import { setLocalZone, utcTime, type Zone } from './time-zone.ts';
import { parseZoneRule, RuleError } from './zoneinfo/transition-rules.ts';
import { ZoneData } from './zoneinfo/zone-data.ts';

const ZONE_FILES = '/usr/share/zoneinfo/';
/** The rules of the United States stand for those that a TZ string leaves out, as in the C library. */
const DEFAULT_RULES = ',M3.2.0,M11.1.0';

/** Takes the local time zone from a TZ variable: a POSIX rule, the name of a zone, or nothing for the machine's own. */
export function takeZone(variable: string | undefined): void {
  setLocalZone(variable === undefined ? undefined : zoneOf(variable.replace(/^:/, '')));
}

function zoneOf(text: string): Zone {
  if (text === '') return () => ({ offset: 0, isDst: false, name: 'UTC' });
  const data = zoneOfRule(text) ?? zoneOfRule(text + DEFAULT_RULES) ?? zoneOfFile(text);
  if (data === undefined) return () => ({ offset: 0, isDst: false, name: text.slice(0, 3) });
  return (seconds) => {
    const { type } = data.atUtc(seconds, utcTime(seconds).year);
    const isDst = type.dst !== null && !isZeroDelta(type.dst);
    return { offset: type.seconds, isDst, name: stringOf(type.name) ?? 'UTC' };
  };
}

function zoneOfRule(text: string): ZoneData | undefined {
  try {
    parseZoneRule(text);
  } catch (error) {
    if (error instanceof RuleError) return undefined;
    throw error;
  }
  const none = tupleOf([]);
  return new ZoneData(tupleOf([none, none, none, none, none, new PyBytes(new TextEncoder().encode(text))]));
}

function zoneOfFile(name: string): ZoneData | undefined {
  let file: Value;
  try {
    file = callMethod(vm.importModule('io'), 'open', name.startsWith('/') ? name : ZONE_FILES + name, 'rb');
  } catch (error) {
    if (isException(error, osErrorType)) return undefined;
    throw error;
  }
  try {
    vm.importModule('zoneinfo._common');
    return new ZoneData(callMethod(vm.modules.getString('zoneinfo._common') as Value, 'load_data', file));
  } finally {
    callMethod(file, 'close');
  }
}
