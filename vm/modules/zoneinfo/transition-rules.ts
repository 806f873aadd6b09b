import { daysBeforeMonth, daysBeforeYear, daysInMonth, isLeapYear, weekdayOf } from '../../numbers/calendar.ts';

// POSIX's TZ strings, such as EST5EDT,M3.2.0,M11.1.0, which say how a time zone goes on after its last known transition
// (_zoneinfo.c, 3.14). Times are in seconds since 1970.

/** When in a year the clock changes, in local time. */
export interface TransitionRule {
  readonly kind: 'julian' | 'day' | 'month';
  readonly month: number;
  readonly week: number;
  readonly day: number;
  /** Seconds after midnight; may be negative or more than a day. */
  readonly seconds: number;
}

/** A standard time alone, or with a daylight saving time. Offsets are in seconds east of UTC. */
export interface ZoneRule {
  readonly standard: { readonly name: string; readonly offset: number };
  readonly daylight:
    | { readonly name: string; readonly offset: number; readonly start: TransitionRule; readonly end: TransitionRule }
    | undefined;
}

const EPOCH_DAYS = daysBeforeYear(1970);

/** Seconds from 1970 to the change of this year, on the local clock. */
export function secondsOfRule(rule: TransitionRule, year: number): number {
  return daysOfRule(rule, year) * 86400 + rule.seconds;
}

function daysOfRule(rule: TransitionRule, year: number): number {
  const before = daysBeforeYear(year) - EPOCH_DAYS;
  if (rule.kind === 'day') return before + rule.day;
  // Julian days count from 1, and never the 29th of February.
  if (rule.kind === 'julian') return before + rule.day - 1 + (rule.day > 59 && isLeapYear(year) ? 1 : 0);
  const { month, week, day } = rule;
  const first = (weekdayOf(year, month, 1) + 1) % 7;
  let dayOfMonth = ((day - first + 7) % 7) + 1 + (week - 1) * 7;
  // Week 5 is the last one, be it the fourth.
  if (dayOfMonth > daysInMonth(year, month)) dayOfMonth -= 7;
  return before + daysBeforeMonth(year, month) + dayOfMonth - 1;
}

/** What is wrong with a TZ string. */
export class RuleError extends Error {}

/** Reads a TZ string. */
export function parseZoneRule(text: string): ZoneRule {
  const reader = new RuleReader(text);
  const name = reader.name() ?? reader.fail('Invalid STD format in');
  let offset = 0;
  if (!reader.atEnd() && reader.peek() !== ',') {
    offset = reader.offset() ?? reader.fail('Invalid STD offset in');
  } else if (!reader.atEnd()) reader.fail('Extraneous characters at end of TZ string:');
  const standard = { name, offset };
  if (reader.atEnd()) return { standard, daylight: undefined };
  const daylightName = reader.name() ?? reader.fail('Invalid DST format in');
  let daylightOffset = offset + 3600;
  if (!reader.atEnd() && reader.peek() !== ',') {
    daylightOffset = reader.offset() ?? reader.fail('Invalid DST offset in');
  }
  if (reader.atEnd()) reader.fail('Missing transition rules in TZ string:');
  const start = reader.transition() ?? reader.fail('Malformed transition rule in TZ string:');
  const end = reader.transition() ?? reader.fail('Malformed transition rule in TZ string:');
  if (!reader.atEnd()) reader.fail('Extraneous characters at end of TZ string:');
  return { standard, daylight: { name: daylightName, offset: daylightOffset, start, end } };
}

class RuleReader {
  readonly text: string;
  #at = 0;

  constructor(text: string) {
    this.text = text;
  }

  fail(reason: string): never {
    throw new RuleError(reason);
  }

  atEnd(): boolean {
    return this.#at === this.text.length;
  }

  peek(): string {
    return this.text.charAt(this.#at);
  }

  #match(pattern: RegExp): RegExpExecArray | undefined {
    pattern.lastIndex = this.#at;
    const match = pattern.exec(this.text);
    if (match === null) return undefined;
    this.#at = pattern.lastIndex;
    return match;
  }

  /** The name of a time: letters, or anything between angle brackets. */
  name(): string | undefined {
    const match = this.#match(/<([A-Za-z0-9+-]+)>|([A-Za-z]+)/y);
    return match?.[1] ?? match?.[2];
  }

  /** Seconds of [+-]hh[h][:mm[:ss]]. */
  #clock(): number | undefined {
    const match = this.#match(/([+-]?)(\d{1,3})(?::(\d\d)(?::(\d\d))?)?/y);
    if (match === undefined) return undefined;
    const [, sign, hours, minutes = '0', seconds = '0'] = match;
    if (Number(hours) > 167 || Number(minutes) > 59 || Number(seconds) > 59) return undefined;
    const total = Number(hours) * 3600 + Number(minutes) * 60 + Number(seconds);
    return sign === '-' ? -total : total;
  }

  /** Seconds east of UTC: a TZ string counts to the west. */
  offset(): number | undefined {
    const seconds = this.#clock();
    return seconds === undefined || Math.abs(seconds) > 24 * 3600 ? undefined : 0 - seconds;
  }

  transition(): TransitionRule | undefined {
    if (this.peek() !== ',') return undefined;
    this.#at++;
    const date = this.#date();
    if (date === undefined) return undefined;
    if (this.peek() !== '/') return { ...date, seconds: 2 * 3600 };
    this.#at++;
    const seconds = this.#clock();
    return seconds === undefined ? undefined : { ...date, seconds };
  }

  #date(): Omit<TransitionRule, 'seconds'> | undefined {
    const monthly = this.#match(/M(\d{1,2})\.(\d)\.(\d)/y);
    if (monthly !== undefined) {
      const [month, week, day] = monthly.slice(1).map(Number);
      const valid = month >= 1 && month <= 12 && week >= 1 && week <= 5 && day <= 6;
      return valid ? { kind: 'month', month, week, day } : undefined;
    }
    const numbered = this.#match(/(J?)(\d{1,3})/y);
    if (numbered === undefined) return undefined;
    const kind = numbered[1] === 'J' ? 'julian' : 'day';
    const day = Number(numbered[2]);
    return day > 365 || (kind === 'julian' && day < 1) ? undefined : { kind, month: 0, week: 0, day };
  }
}
