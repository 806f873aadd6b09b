import { dateOfOrdinal, ordinalOfIso, type YearMonthDay } from '../../numbers/calendar.ts';

// ISO 8601 as fromisoformat() reads it (_datetimemodule.c, parse_isoformat_date and parse_isoformat_time, 3.14).

const isDigit = (c: string | undefined): boolean => c !== undefined && c >= '0' && c <= '9';

/** A number of so many ASCII digits; undefined when there are others. */
function digits(text: string, at: number, count: number): number | undefined {
  let value = 0;
  for (let i = at; i < at + count; i++) {
    if (!isDigit(text[i])) return undefined;
    value = value * 10 + text.charCodeAt(i) - 0x30;
  }
  return value;
}

/** A date in one of the forms YYYY-MM-DD, YYYYMMDD, YYYY-Www[-D] and YYYYWww[D]; undefined for anything else. */
export function parseIsoDate(text: string): YearMonthDay | undefined {
  const year = digits(text, 0, 4);
  if (year === undefined) return undefined;
  const separated = text[4] === '-';
  let at = separated ? 5 : 4;
  if (text[at] === 'W') {
    const week = digits(text, at + 1, 2);
    if (week === undefined) return undefined;
    at += 3;
    let weekday: number | undefined = 1;
    if (at < text.length) {
      if (separated && text[at++] !== '-') return undefined;
      weekday = digits(text, at++, 1);
    }
    if (weekday === undefined || at !== text.length) return undefined;
    const ordinal = ordinalOfIso(year, week, weekday);
    return typeof ordinal === 'number' ? dateOfOrdinal(ordinal) : undefined;
  }
  const month = digits(text, at, 2);
  at += 2;
  if (month === undefined || (separated && text[at++] !== '-')) return undefined;
  const day = digits(text, at, 2);
  return day === undefined || at + 2 !== text.length ? undefined : { year, month, day };
}

/** Where the date ends and the separator stands, as far as that can be told. */
export function findSeparator(text: string): number {
  const { length } = text;
  if (length === 7) return 7;
  if (text[4] === '-') {
    if (text[5] !== 'W') return 10;
    if (length < 8) return -1;
    if (length === 8 || text[8] !== '-') return 8;
    if (length === 9) return -1;
    // In YYYY-Www-##… the hyphen is taken for the separator, which is more likely than a digit.
    return length > 10 && isDigit(text[10]) ? 8 : 10;
  }
  if (text[4] !== 'W') return 8;
  let end = 7;
  while (end < length && isDigit(text[end])) end++;
  if (end < 9) return end;
  return end % 2 === 0 ? 7 : 8;
}

export interface IsoTime {
  readonly hour: number;
  readonly minute: number;
  readonly second: number;
  readonly microsecond: number;
  /** The offset east of UTC, with the sign on both parts; undefined when there is none. */
  readonly offset: { readonly seconds: number; readonly microseconds: number } | undefined;
}

type Clock = readonly [hour: number, minute: number, second: number, microsecond: number];

/** hh[:mm[:ss[.f…]]] from `start` to `end`; `complete` says whether the text ends there too (parse_hh_mm_ss_ff). */
function parseClock(text: string, start: number, end: number): { clock: Clock; complete: boolean } | undefined {
  const values = [0, 0, 0];
  let at = start;
  let separated = true;
  for (let i = 0; i < 3; i++) {
    const value = digits(text, at, 2);
    if (value === undefined || at + 2 > end) return undefined;
    values[i] = value;
    at += 2;
    const next = text[at++];
    if (i === 0) separated = next === ':';
    if (at >= end) {
      const [hour, minute, second] = values;
      return { clock: [hour, minute, second, 0], complete: next === undefined };
    }
    if (separated && next === ':') {
      if (i === 2) return undefined;
    } else if (next === '.' || next === ',') {
      if (i < 2) return undefined;
      break;
    } else if (!separated) at--;
    else return undefined;
  }
  const figures = Math.min(6, end - at);
  const fraction = digits(text, at, figures);
  if (fraction === undefined) return undefined;
  at += figures;
  while (isDigit(text[at])) at++;
  const [hour, minute, second] = values;
  return { clock: [hour, minute, second, fraction * 10 ** (6 - figures)], complete: at >= text.length };
}

/** A time with or without an offset; undefined when it is none. */
export function parseIsoTime(text: string): IsoTime | undefined {
  const zone = text.search(/[+\-Z]/);
  const end = zone < 0 ? text.length : zone;
  const parsed = parseClock(text, 0, end);
  if (parsed === undefined) return undefined;
  const [hour, minute, second, microsecond] = parsed.clock;
  if (zone < 0) return parsed.complete ? { hour, minute, second, microsecond, offset: undefined } : undefined;
  if (text[zone] === 'Z') {
    if (zone + 1 !== text.length) return undefined;
    return { hour, minute, second, microsecond, offset: { seconds: 0, microseconds: 0 } };
  }
  const east = parseClock(text, zone + 1, text.length);
  if (east === undefined || !east.complete) return undefined;
  const sign = text[zone] === '-' ? -1 : 1;
  const [hours, minutes, seconds, microseconds] = east.clock;
  const offset = { seconds: sign * (hours * 3600 + minutes * 60 + seconds), microseconds: sign * microseconds };
  return { hour, minute, second, microsecond, offset };
}
