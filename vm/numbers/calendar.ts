// The Gregorian calendar of datetime (_datetimemodule.c, 3.14): years from 1 to 9999, ordinals from 1 for 0001-01-01.

export const MIN_YEAR = 1;
export const MAX_YEAR = 9999;
export const MAX_ORDINAL = 3652059;

const DAYS_IN_MONTH = [0, 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
const DAYS_BEFORE_MONTH = [0, 0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334];
const DAYS_IN_4_YEARS = 1461;
const DAYS_IN_100_YEARS = 36524;
const DAYS_IN_400_YEARS = 146097;

/** As the C locale has them, Sunday first. */
export const DAY_NAMES = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday'];
export const MONTH_NAMES = [
  'January',
  'February',
  'March',
  'April',
  'May',
  'June',
  'July',
  'August',
  'September',
  'October',
  'November',
  'December',
];

export interface YearMonthDay {
  readonly year: number;
  readonly month: number;
  readonly day: number;
}

export const isLeapYear = (year: number): boolean => year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);

export const daysInMonth = (year: number, month: number): number =>
  month === 2 && isLeapYear(year) ? 29 : DAYS_IN_MONTH[month];

/** Days of the year before the first of a month. */
export const daysBeforeMonth = (year: number, month: number): number =>
  DAYS_BEFORE_MONTH[month] + (month > 2 && isLeapYear(year) ? 1 : 0);

export function daysBeforeYear(year: number): number {
  const y = year - 1;
  return y * 365 + Math.floor(y / 4) - Math.floor(y / 100) + Math.floor(y / 400);
}

export const ordinalOf = (year: number, month: number, day: number): number =>
  daysBeforeYear(year) + daysBeforeMonth(year, month) + day;

/** ord_to_ymd. */
export function dateOfOrdinal(ordinal: number): YearMonthDay {
  let n = ordinal - 1;
  const n400 = Math.floor(n / DAYS_IN_400_YEARS);
  n %= DAYS_IN_400_YEARS;
  const n100 = Math.floor(n / DAYS_IN_100_YEARS);
  n %= DAYS_IN_100_YEARS;
  const n4 = Math.floor(n / DAYS_IN_4_YEARS);
  n %= DAYS_IN_4_YEARS;
  const n1 = Math.floor(n / 365);
  n %= 365;
  const year = n400 * 400 + n100 * 100 + n4 * 4 + n1 + 1;
  // The last day of a leap year is left over by the division.
  if (n1 === 4 || n100 === 4) return { year: year - 1, month: 12, day: 31 };
  let month = (n + 50) >> 5;
  if (daysBeforeMonth(year, month) > n) month--;
  return { year, month, day: n - daysBeforeMonth(year, month) + 1 };
}

/** The day of the week, 0 for Monday. */
export const weekdayOf = (year: number, month: number, day: number): number => (ordinalOf(year, month, day) + 6) % 7;

/** The ordinal of the Monday that starts the first week of an ISO year. */
export function isoFirstMonday(year: number): number {
  const first = ordinalOf(year, 1, 1);
  const weekday = (first + 6) % 7;
  const monday = first - weekday;
  return weekday > 3 ? monday + 7 : monday;
}

/** ISO 8601's year, week and day of the week, 1 for Monday. */
export function isoCalendar(year: number, month: number, day: number): [year: number, week: number, weekday: number] {
  const today = ordinalOf(year, month, day);
  let isoYear = year;
  let days = today - isoFirstMonday(year);
  if (days < 0) {
    isoYear--;
    days = today - isoFirstMonday(isoYear);
  } else if (days >= 52 * 7 && today >= isoFirstMonday(year + 1)) {
    isoYear++;
    days = 0 + (today - isoFirstMonday(isoYear));
  }
  return [isoYear, Math.floor(days / 7) + 1, (days % 7) + 1];
}

/** The ordinal of a day of an ISO week; a name of the part that is out of range instead (iso_to_ymd). */
export function ordinalOfIso(year: number, week: number, weekday: number): number | 'year' | 'week' | 'weekday' {
  if (year < MIN_YEAR || year > MAX_YEAR) return 'year';
  if (week <= 0 || week >= 53) {
    const first = (ordinalOf(year, 1, 1) + 6) % 7;
    const long = first === 3 || (first === 2 && isLeapYear(year));
    if (week !== 53 || !long) return 'week';
  }
  if (weekday <= 0 || weekday >= 8) return 'weekday';
  return isoFirstMonday(year) + (week - 1) * 7 + weekday - 1;
}
