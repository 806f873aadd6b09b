import { importByName } from '../importing/import.ts';
import { vm } from '../interpreter/state.ts';
import { block, waits } from '../interpreter/threads.ts';
import { DAY_NAMES, MONTH_NAMES } from '../numbers/calendar.ts';
import type { ModuleDefinition } from '../objects/define.ts';
import { overflowError, typeError, valueError } from '../objects/exception.ts';
import { floatOf, PyFloat } from '../objects/float.ts';
import { type Slot, typeOf, type Value } from '../objects/object.ts';
import { stringOf } from '../objects/str.ts';
import { structSequence, structSequenceOf } from '../objects/struct-sequence.ts';
import { PyTuple, tupleOf } from '../objects/tuple.ts';
import { index } from '../operations/arithmetic.ts';
import { callMethod, getAttribute, setAttribute } from '../operations/attribute.ts';
import { call } from '../operations/call.ts';
import { clock, type LocalTime, localTime, timeZone, utcSeconds, utcTime } from './time-zone.ts';
import { takeZone } from './tzset.ts';

const structTime = structSequence(
  'time.struct_time',
  [
    'tm_year',
    'tm_mon',
    'tm_mday',
    'tm_hour',
    'tm_min',
    'tm_sec',
    'tm_wday',
    'tm_yday',
    'tm_isdst',
    'tm_zone',
    'tm_gmtoff',
  ],
  9,
  'The time value as returned by gmtime(), localtime(), and strptime().',
);

const seconds = (nanoseconds: bigint): PyFloat => new PyFloat(Number(nanoseconds) / 1e9);
const small = (value: bigint): Value => (value <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(value) : value);

/** The seconds of an argument as nanoseconds, rounded as `round` does (_PyTime_FromSecondsObject). */
function nanosecondsOf(value: Value): bigint {
  const number = floatOf(value);
  if (number === undefined) {
    throw typeError(`'${typeOf(value).tp_name}' object cannot be interpreted as an integer`);
  }
  if (Number.isNaN(number)) throw valueError('Invalid value NaN (not a number)');
  if (Math.abs(number) > 9223372036) throw overflowError('timestamp out of range for platform time_t');
  return BigInt(Math.ceil(number * 1e9));
}

/** time.sleep(): others run meanwhile, also when there is no time to sleep. A signal's handler doesn't shorten it (PEP 475). */
const sleep = waits((value: Value): Value => {
  const nanoseconds = nanosecondsOf(value);
  if (nanoseconds < 0n) throw valueError('sleep length must be non-negative');
  const wait = {
    what: 'time.sleep()',
    deadline: vm.host.monotonic() + nanoseconds,
    ready: () => false,
    finish: () => null,
  };
  return block(wait, true);
});

/** The moment of an argument in whole seconds since 1970; None and nothing mean now. */
function moment(value: Slot): number {
  if (value === undefined || value === null) return Math.floor(Number(vm.host.time()) / 1e9);
  const number = floatOf(value);
  if (number === undefined) throw typeError(`'${typeOf(value).tp_name}' object cannot be interpreted as an integer`);
  if (Number.isNaN(number)) throw valueError('Invalid value NaN (not a number)');
  if (Math.abs(number) > 8.64e12) throw overflowError('timestamp out of range for platform time_t');
  return Math.floor(number);
}

function fieldsOf(time: LocalTime): Value[] {
  return [
    time.year,
    time.month,
    time.day,
    time.hour,
    time.minute,
    time.second,
    time.weekday,
    time.yearday,
    time.isDst,
    time.zone,
    time.offset,
  ];
}

/** The time that a struct_time or a tuple of nine numbers says, checked as strftime() checks it (gettmarg, checktm). */
function timeOfTuple(value: Value, check: boolean): LocalTime {
  if (!(value instanceof PyTuple)) throw typeError('Tuple or struct_time argument required');
  if (value.items.length !== 9) throw typeError('illegal time tuple argument');
  const [year, month, day, hour, minute, second, weekday, yearday, isDst] = value.items.map((item) =>
    Number(index(item)),
  );
  const time = {
    year,
    month: check && month === 0 ? 1 : month,
    day: check && day === 0 ? 1 : day,
    hour,
    minute,
    second,
    weekday: ((weekday % 7) + 7) % 7,
    yearday: check && yearday === 0 ? 1 : yearday,
    isDst,
    zone: '',
    offset: 0,
  };
  if (check) {
    if (time.month < 1 || time.month > 12) throw valueError('month out of range');
    if (time.day < 1 || time.day > 31) throw valueError('day of month out of range');
    if (hour < 0 || hour > 23) throw valueError('hour out of range');
    if (minute < 0 || minute > 59) throw valueError('minute out of range');
    if (second < 0 || second > 61) throw valueError('seconds out of range');
    if (weekday < -1) throw valueError('day of week out of range');
    if (time.yearday < 1 || time.yearday > 366) throw valueError('day of year out of range');
  }
  const named = timeZone(isDst === 1);
  return { ...time, zone: named.name, offset: named.offset };
}

const pad = (value: number, width = 2, fill = '0'): string => String(value).padStart(width, fill);

/** ISO 8601's year and week. */
function isoWeek(time: LocalTime): [year: number, week: number] {
  const monday = time.weekday;
  const week = Math.floor((time.yearday - 1 - monday + 10) / 7);
  if (week < 1) return [time.year - 1, weeksOf(time.year - 1)];
  if (week > weeksOf(time.year)) return [time.year + 1, 1];
  return [time.year, week];
}

function weeksOf(year: number): number {
  const lastWeekday = (y: number): number => (y + Math.floor(y / 4) - Math.floor(y / 100) + Math.floor(y / 400)) % 7;
  return lastWeekday(year) === 4 || lastWeekday(year - 1) === 3 ? 53 : 52;
}

/** One directive of strftime in the C locale, as glibc writes it; undefined for an unknown one. */
function directive(code: string, t: LocalTime): string | undefined {
  const sunday = (t.weekday + 1) % 7;
  const hour12 = t.hour % 12 === 0 ? 12 : t.hour % 12;
  switch (code) {
    case 'a':
      return DAY_NAMES[sunday].slice(0, 3);
    case 'A':
      return DAY_NAMES[sunday];
    case 'b':
    case 'h':
      return MONTH_NAMES[t.month - 1].slice(0, 3);
    case 'B':
      return MONTH_NAMES[t.month - 1];
    case 'c':
      return `${directive('a', t)} ${directive('b', t)} ${pad(t.day, 2, ' ')} ${directive('T', t)} ${t.year}`;
    case 'C':
      return pad(Math.floor(t.year / 100));
    case 'd':
      return pad(t.day);
    case 'D':
    case 'x':
      return `${pad(t.month)}/${pad(t.day)}/${directive('y', t)}`;
    case 'e':
      return pad(t.day, 2, ' ');
    case 'F':
      return `${t.year}-${pad(t.month)}-${pad(t.day)}`;
    case 'G':
      return String(isoWeek(t)[0]);
    case 'g':
      return pad(isoWeek(t)[0] % 100);
    case 'H':
      return pad(t.hour);
    case 'I':
      return pad(hour12);
    case 'j':
      return pad(t.yearday, 3);
    case 'k':
      return pad(t.hour, 2, ' ');
    case 'l':
      return pad(hour12, 2, ' ');
    case 'm':
      return pad(t.month);
    case 'M':
      return pad(t.minute);
    case 'n':
      return '\n';
    case 'p':
      return t.hour < 12 ? 'AM' : 'PM';
    case 'P':
      return t.hour < 12 ? 'am' : 'pm';
    case 'r':
      return `${pad(hour12)}:${pad(t.minute)}:${pad(t.second)} ${directive('p', t)}`;
    case 'R':
      return `${pad(t.hour)}:${pad(t.minute)}`;
    case 's':
      return String(utcSeconds(t));
    case 'S':
      return pad(t.second);
    case 't':
      return '\t';
    case 'T':
    case 'X':
      return `${pad(t.hour)}:${pad(t.minute)}:${pad(t.second)}`;
    case 'u':
      return String(t.weekday + 1);
    case 'U':
      return pad(Math.floor((t.yearday + 6 - sunday) / 7));
    case 'V':
      return pad(isoWeek(t)[1]);
    case 'w':
      return String(sunday);
    case 'W':
      return pad(Math.floor((t.yearday + 6 - t.weekday) / 7));
    case 'y':
      return pad(((t.year % 100) + 100) % 100);
    case 'Y':
      return String(t.year);
    case 'z': {
      const minutes = Math.abs(Math.trunc(t.offset / 60));
      return `${t.offset < 0 ? '-' : '+'}${pad(Math.floor(minutes / 60))}${pad(minutes % 60)}`;
    }
    case 'Z':
      return t.zone;
    case '%':
      return '%';
    default:
      return undefined;
  }
}

function strftime(format: Value, tuple: Slot): Value {
  const text = stringOf(format);
  if (text === undefined) throw typeError(`strftime() argument 1 must be str, not ${typeOf(format).tp_name}`);
  const time = tuple === undefined ? localTime(moment(undefined)) : timeOfTuple(tuple, true);
  return text.replace(/%([_\-0^#]?)(\d*)[EO]?([a-zA-Z%+])/g, (whole, flag: string, width: string, code: string) => {
    let result = directive(code, time);
    if (result === undefined) return whole;
    if (flag === '-') result = result.replace(/^[0 ]+(?=.)/, '');
    else if (flag === '_') result = result.replace(/^0+(?=.)/, (zeros) => ' '.repeat(zeros.length));
    else if (flag === '^') result = result.toUpperCase();
    return width === '' ? result : result.padStart(Number(width), flag === '_' ? ' ' : '0');
  });
}

function asctime(tuple: Slot): Value {
  const t = tuple === undefined ? localTime(moment(undefined)) : timeOfTuple(tuple, true);
  return `${directive('a', t)} ${directive('b', t)} ${pad(t.day, 2, ' ')} ${directive('T', t)} ${t.year}`;
}

function clockInfo(name: Value): Value {
  const known = clock(stringOf(name) ?? '');
  if (known === undefined) throw valueError('unknown clock');
  const info = call(getAttribute(importByName('types'), 'SimpleNamespace'));
  setAttribute(info, 'implementation', known.implementation);
  setAttribute(info, 'monotonic', known.monotonic);
  setAttribute(info, 'adjustable', known.adjustable);
  setAttribute(info, 'resolution', new PyFloat(1e-9));
  return info;
}

/** The constants that tell of the local time zone. */
function zoneConstants(): Record<string, Value> {
  const standard = timeZone(false);
  const daylight = timeZone(true);
  return {
    timezone: -standard.offset,
    altzone: -daylight.offset,
    daylight: standard.offset === daylight.offset ? 0 : 1,
    tzname: tupleOf([standard.name, daylight.name]),
  };
}

/** time.tzset(): the local time zone becomes that of os.environ['TZ']. */
function tzset(): void {
  const variable = callMethod(getAttribute(vm.importModule('os'), 'environ'), 'get', 'TZ');
  const text = stringOf(variable);
  takeZone(text === vm.host.environment.get('TZ') ? undefined : text);
  const time = vm.modules.getString('time') as Value;
  for (const [name, value] of Object.entries(zoneConstants())) setAttribute(time, name, value);
}

/** CPython 3.14's Modules/timemodule.c. Every clock is the host's, so that a run can be replayed. */
export const time = (): ModuleDefinition => ({
  name: 'time',
  doc: 'This module provides various functions to manipulate time values.',
  functions: {
    time: ['()', () => seconds(vm.host.time())],
    time_ns: ['()', () => small(vm.host.time())],
    monotonic: ['()', () => seconds(vm.host.monotonic())],
    monotonic_ns: ['()', () => small(vm.host.monotonic())],
    perf_counter: ['()', () => seconds(vm.host.monotonic())],
    perf_counter_ns: ['()', () => small(vm.host.monotonic())],
    process_time: ['()', () => seconds(vm.host.processTime())],
    process_time_ns: ['()', () => small(vm.host.processTime())],
    thread_time: ['()', () => seconds(vm.host.processTime())],
    thread_time_ns: ['()', () => small(vm.host.processTime())],
    sleep: ['(seconds, /)', sleep],
    gmtime: ['(seconds=None, /)', (value: Slot) => structSequenceOf(structTime, fieldsOf(utcTime(moment(value))))],
    localtime: ['(seconds=None, /)', (value: Slot) => structSequenceOf(structTime, fieldsOf(localTime(moment(value))))],
    mktime: ['(time_tuple, /)', (tuple: Value) => new PyFloat(utcSeconds(timeOfTuple(tuple, false)))],
    asctime: ['(time_tuple=None, /)', asctime],
    ctime: [
      '(seconds=None, /)',
      (value: Slot) => asctime(structSequenceOf(structTime, fieldsOf(localTime(moment(value))))),
    ],
    strftime: ['(format, time_tuple=None, /)', strftime],
    strptime: [
      "(string, format='%a %b %d %H:%M:%S %Y', /)",
      (text: Value, format: Slot) =>
        callMethod(importByName('_strptime'), '_strptime_time', text, format ?? '%a %b %d %H:%M:%S %Y'),
    ],
    get_clock_info: ['(name, /)', clockInfo],
    tzset: ['()', tzset],
  },
  attributes: {
    struct_time: structTime,
    ...zoneConstants(),
    CLOCK_REALTIME: 0,
    CLOCK_MONOTONIC: 1,
    _STRUCT_TM_ITEMS: 11,
  },
});
