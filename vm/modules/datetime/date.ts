import { vm } from '../../interpreter/state.ts';
import {
  dateOfOrdinal,
  daysBeforeMonth,
  isoCalendar,
  MAX_ORDINAL,
  ordinalOfIso,
  weekdayOf,
} from '../../numbers/calendar.ts';
import { bind } from '../../objects/bind.ts';
import { PyBytes } from '../../objects/bytes.ts';
import { type Declaration, defineType } from '../../objects/define.ts';
import { isException, overflowErrorType, typeError, valueError } from '../../objects/exception.ts';
import { PyFloat } from '../../objects/float.ts';
import {
  type Compare,
  type KwNames,
  NotImplemented,
  newType,
  type PyType,
  type Slot,
  tupleType,
  type Value,
} from '../../objects/object.ts';
import { stringOf } from '../../objects/str.ts';
import { PyTuple, tupleOf } from '../../objects/tuple.ts';
import { callMethod, getAttribute } from '../../operations/attribute.ts';
import { call } from '../../operations/call.ts';
import { hashOf } from '../../operations/hash.ts';
import { repr } from '../../operations/text.ts';
import { parseIsoDate } from './iso-format.ts';
import { localDate, now, wholeTimestamp } from './local-time.ts';
import {
  checkDate,
  dateType,
  intArgument,
  makeDate,
  makeDelta,
  moveDate,
  ordinalOfDate,
  PyDate,
  PyDateTime,
  PyDelta,
  pad,
  parseArguments,
} from './objects.ts';
import { formatArgument, wrapStrftime } from './strftime.ts';
import { holds } from './timedelta.ts';

const DAYS = ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'];
const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

/** Bytes that pickle keeps a date or time in; a str of them comes from Python 2. Undefined for any other first argument. */
export function stateArgument(value: Slot, length: number): Uint8Array | undefined {
  if (value instanceof PyBytes) return value.bytes.length === length ? value.bytes : undefined;
  const text = value === undefined ? undefined : stringOf(value);
  if (text === undefined || text.length !== length) return undefined;
  const bytes = Uint8Array.from(text, (c) => c.charCodeAt(0));
  for (let i = 0; i < length; i++) {
    if (text.charCodeAt(i) > 255) {
      throw valueError(
        "Failed to encode latin1 string when unpickling a date object. pickle.load(data, encoding='latin1') is assumed.",
      );
    }
  }
  return bytes;
}

export const isoDate = ({ year, month, day }: PyDate): string => `${pad(year, 4)}-${pad(month)}-${pad(day)}`;

const weekday = (self: PyDate): number => weekdayOf(self.year, self.month, self.day);

/** time.struct_time of these fields (build_struct_time). */
export function structTime(self: PyDate, hour: number, minute: number, second: number, dst: number): Value {
  const { year, month, day } = self;
  const yearday = daysBeforeMonth(year, month) + day;
  const type = getAttribute(vm.importModule('time'), 'struct_time');
  return call(type, tupleOf([year, month, day, hour, minute, second, weekday(self), yearday, dst]));
}

export function cTime(self: PyDate, hour: number, minute: number, second: number): string {
  const clock = `${pad(hour)}:${pad(minute)}:${pad(second)}`;
  return `${DAYS[weekday(self)]} ${MONTHS[self.month - 1]} ${String(self.day).padStart(2)} ${clock} ${pad(self.year, 4)}`;
}

/** __format__ of dates and times: str() without a format, else the object's own strftime(). */
export const formatMethod: Declaration = [
  '($self, format, /)',
  (self: Value, format: Value) => {
    const text = formatArgument(format, '__format__() argument 1');
    return text === '' ? callMethod(self, '__str__') : callMethod(self, 'strftime', format);
  },
  'Formats self with strftime.',
];

/** A class method that leaves the work to the library's _strptime. */
export const strptimeMethod = (helper: string, doc: string): Declaration => [
  '($type, string, format, /)',
  (type: PyType, string: Value, format: Value) => {
    formatArgument(string, 'strptime() argument 1');
    formatArgument(format, 'strptime() argument 2');
    return callMethod(vm.importModule('_strptime'), helper, type, string, format);
  },
  doc,
];

const isoCalendarDateType = newType('datetime.IsoCalendarDate', tupleType);

defineType(isoCalendarDateType, {
  module: 'datetime',
  doc: 'The result of date.isocalendar() or datetime.isocalendar()\n\nThis object may be accessed either as a tuple of\n  ((year, week, weekday))\nor via the object attributes as named in the above tuple.',
  subclassable: false,
  tp_new: (type: PyType, args: Value[], kwNames: KwNames) =>
    new PyTuple(bind('IsoCalendarDate', '(year, week, weekday)', args, kwNames) as Value[], type),
  tp_repr: (self: PyTuple) => {
    const [year, week, day] = self.items.map(repr);
    return `${self.type.tp_name}(year=${year}, week=${week}, weekday=${day})`;
  },
  methods: {
    __reduce__: ['($self, /)', (self: PyTuple) => tupleOf([tupleType, tupleOf([tupleOf([...self.items])])])],
  },
  getset: {
    year: [(self: PyTuple) => self.items[0]],
    week: [(self: PyTuple) => self.items[1]],
    weekday: [(self: PyTuple) => self.items[2]],
  },
});

function dateNew(type: PyType, args: Value[], kwNames: KwNames): Value {
  const state = args.length === 1 && kwNames === undefined ? stateArgument(args[0], 4) : undefined;
  const date = type.allocate(type) as PyDate;
  if (state !== undefined && state[2] >= 1 && state[2] <= 12) {
    date.year = state[0] * 256 + state[1];
    date.month = state[2];
    date.day = state[3];
    return date;
  }
  const [year, month, day] = parseArguments(['year', 'month', 'day'], 3, 3, args, kwNames, 'function', intArgument).map(
    (value) => intArgument(value as Value),
  );
  checkDate(year, month, day);
  date.year = year;
  date.month = month;
  date.day = day;
  return date;
}

export const dateState = ({ year, month, day }: PyDate): number[] => [year >> 8, year & 255, month, day];

/** A date that isn't a datetime. */
const isPlain = (value: Value): value is PyDate => value instanceof PyDate && !(value instanceof PyDateTime);

function addToDate(left: Value, right: Value): Value {
  const [date, delta] = left instanceof PyDate ? [left, right] : [right as PyDate, left];
  if (!isPlain(date) || !(delta instanceof PyDelta)) return NotImplemented;
  return dateMoved(date, delta.days);
}

function dateMoved(date: PyDate, days: number): Value {
  const moved = moveDate(date, days);
  return makeDate(moved.year, moved.month, moved.day, date.type);
}

function subtractFromDate(left: Value, right: Value): Value {
  if (!isPlain(left) || right instanceof PyDateTime) return NotImplemented;
  if (right instanceof PyDate) return makeDelta(ordinalOfDate(left) - ordinalOfDate(right), 0, 0);
  return right instanceof PyDelta ? dateMoved(left, -right.days) : NotImplemented;
}

function isoCalendarArgument(value: Value): number {
  try {
    return intArgument(value);
  } catch (error) {
    if (isException(error, overflowErrorType)) throw valueError('ISO calendar component out of range');
    throw error;
  }
}

function fromIsoCalendar(type: PyType, ...given: Value[]): Value {
  const [year, week, day] = given.map(isoCalendarArgument);
  const ordinal = ordinalOfIso(year, week, day);
  if (ordinal === 'year') throw valueError(`year must be in 1..9999, not ${year}`);
  if (ordinal === 'week') throw valueError(`Invalid week: ${week}`);
  if (ordinal === 'weekday') throw valueError(`Invalid weekday: ${day} (range is [1, 7])`);
  return ofOrdinal(type, ordinal);
}

/** A date of a possible ordinal; a year out of range is left to the constructor to refuse. */
function ofOrdinal(type: PyType, ordinal: number): Value {
  if (ordinal < 1) throw valueError('ordinal must be >= 1');
  const { year, month, day } = dateOfOrdinal(ordinal);
  if (ordinal > MAX_ORDINAL) checkDate(year, month, day);
  return makeDate(year, month, day, type);
}

function fromIsoFormat(type: PyType, value: Value): Value {
  const text = stringOf(value);
  if (text === undefined) throw typeError('fromisoformat: argument must be str');
  const { length } = text;
  const date = length === 7 || length === 8 || length === 10 ? parseIsoDate(text) : undefined;
  if (date === undefined) throw valueError(`Invalid isoformat string: ${repr(value)}`);
  checkDate(date.year, date.month, date.day);
  return makeDate(date.year, date.month, date.day, type);
}

function fromTimestamp(type: PyType, value: Value): Value {
  const { year, month, day } = localDate(wholeTimestamp(value));
  return makeDate(year, month, day, type);
}

function replace(self: PyDate, year: Slot, month: Slot, day: Slot): Value {
  const part = (given: Slot, own: number): number => (given === undefined ? own : intArgument(given));
  return makeDate(part(year, self.year), part(month, self.month), part(day, self.day), self.type);
}
const replaceMethod: Declaration = [
  '($self, /, year=unchanged, month=unchanged, day=unchanged)',
  replace,
  'Return date with new specified fields.',
];

const isoCalendarOf = (self: PyDate): Value =>
  new PyTuple(isoCalendar(self.year, self.month, self.day), isoCalendarDateType);

defineType(dateType, {
  module: 'datetime',
  doc: 'date(year, month, day) --> date object',
  allocate: (type: PyType) => new PyDate(type),
  tp_new: dateNew,
  tp_repr: (self: PyDate) => `${self.type.tp_name}(${self.year}, ${self.month}, ${self.day})`,
  tp_str: (self: PyDate) => callMethod(self, 'isoformat'),
  tp_hash: (self: PyDate) => hashOf(new PyBytes(Uint8Array.from(dateState(self)))),
  tp_richcompare: (self: PyDate, other: Value, op: Compare) => {
    if (!isPlain(self) || !isPlain(other)) return NotImplemented;
    return holds(ordinalOfDate(self) - ordinalOfDate(other), op);
  },
  nb_add: addToDate,
  nb_subtract: subtractFromDate,
  classMethods: {
    fromtimestamp: [
      '($type, timestamp, /)',
      fromTimestamp,
      'Create a date from a POSIX timestamp.\n\nThe timestamp is a number, e.g. created via time.time(), that is interpreted\nas local time.',
    ],
    fromordinal: [
      '($type, ordinal, /)',
      (type: PyType, ordinal: Value) => ofOrdinal(type, intArgument(ordinal)),
      'int -> date corresponding to a proleptic Gregorian ordinal.',
    ],
    fromisoformat: ['($type, object, /)', fromIsoFormat, 'str -> Construct a date from a string in ISO 8601 format.'],
    fromisocalendar: [
      '($type, /, year, week, day)',
      fromIsoCalendar,
      'int, int, int -> Construct a date from the ISO year, week number and weekday.\n\nThis is the inverse of the date.isocalendar() function',
    ],
    strptime: strptimeMethod(
      '_strptime_datetime_date',
      'string, format -> new date parsed from a string (like time.strptime()).',
    ),
    today: [
      '($type, /)',
      (type: PyType) => {
        const { seconds, microseconds } = now();
        return callMethod(type, 'fromtimestamp', new PyFloat(seconds + microseconds / 1e6));
      },
      'Current date or datetime:  same as self.__class__.fromtimestamp(time.time()).',
    ],
  },
  methods: {
    ctime: ['($self, /)', (self: PyDate) => cTime(self, 0, 0, 0), 'Return ctime() style string.'],
    strftime: [
      '($self, /, format)',
      (self: PyDate, format: Value) => {
        const { year, month, day } = self;
        const tuple = callMethod(self, 'timetuple');
        const text = formatArgument(format, 'strftime() argument 1');
        return wrapStrftime(text, { object: self, moment: self, year, month, day, tuple });
      },
      'format -> strftime() style string.',
    ],
    __format__: formatMethod,
    timetuple: [
      '($self, /)',
      (self: PyDate) => structTime(self, 0, 0, 0, -1),
      'Return time tuple, compatible with time.localtime().',
    ],
    isocalendar: ['($self, /)', isoCalendarOf, 'Return a named tuple containing ISO year, week number, and weekday.'],
    isoformat: ['($self, /)', isoDate, 'Return string in ISO 8601 format, YYYY-MM-DD.'],
    isoweekday: [
      '($self, /)',
      (self: PyDate) => weekday(self) + 1,
      'Return the day of the week represented by the date.\nMonday == 1 ... Sunday == 7',
    ],
    toordinal: ['($self, /)', ordinalOfDate, 'Return proleptic Gregorian ordinal.  January 1 of year 1 is day 1.'],
    weekday: [
      '($self, /)',
      weekday,
      'Return the day of the week represented by the date.\nMonday == 0 ... Sunday == 6',
    ],
    replace: replaceMethod,
    __replace__: replaceMethod,
    __reduce__: [
      '($self, /)',
      (self: PyDate) => tupleOf([self.type, tupleOf([new PyBytes(Uint8Array.from(dateState(self)))])]),
      '__reduce__() -> (cls, state)',
    ],
  },
  getset: {
    year: [(self: PyDate) => self.year],
    month: [(self: PyDate) => self.month],
    day: [(self: PyDate) => self.day],
  },
});

export function setDateLimits(): void {
  const { attributes } = dateType;
  attributes.set('min', makeDate(1, 1, 1));
  attributes.set('max', makeDate(9999, 12, 31));
  attributes.set('resolution', makeDelta(1, 0, 0));
  dateType.modified();
}
