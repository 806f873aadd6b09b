import { valueError } from '../../objects/exception.ts';
import { integerOf } from '../../objects/int.ts';
import type { Value } from '../../objects/object.ts';
import { stringOf } from '../../objects/str.ts';
import { toArray } from '../../operations/iterate.ts';
import { repr } from '../../operations/text.ts';
import { normalDelta, type PyDelta } from '../datetime/objects.ts';
import { bytesOf } from '../io/base.ts';
import { parseZoneRule, RuleError, secondsOfRule, type ZoneRule } from './transition-rules.ts';

/** What a time zone says of a moment; all null for a moment that isn't given. */
export interface TimeType {
  readonly offset: PyDelta | null;
  readonly dst: PyDelta | null;
  readonly name: Value;
  /** The offset in seconds. */
  readonly seconds: number;
}

export const NO_TIME_TYPE: TimeType = { offset: null, dst: null, name: null, seconds: 0 };

const timeType = (seconds: number, dst: number, name: string): TimeType => ({
  offset: normalDelta(0, seconds, 0),
  dst: normalDelta(0, dst, 0),
  name,
  seconds,
});

/** The number of transitions at or before a moment. */
function countUntil(list: readonly number[], moment: number): number {
  let low = 0;
  let high = list.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (moment < list[middle]) high = middle;
    else low = middle + 1;
  }
  return low;
}

/** A time zone's transitions, and its rule for the time after them. Moments are in seconds since 1970. */
export class ZoneData {
  readonly #utc: readonly number[];
  /** The transitions on the local clock, for either fold. */
  readonly #wall: readonly [readonly number[], readonly number[]];
  readonly #types: readonly TimeType[];
  readonly #before: TimeType;
  readonly #standard: TimeType;
  readonly #daylight: TimeType | undefined;
  readonly #rule: ZoneRule['daylight'];
  /** The same at all times, so that a time without a date can be told of. */
  readonly isFixed: boolean;

  /** Takes what zoneinfo._common.load_data() gives. */
  constructor(data: Value) {
    const [indices, utc, offsets, areDst, names, tzString] = toArray(data);
    const numbers = (list: Value): number[] => toArray(list).map((item) => Number(integerOf(item)));
    const index = numbers(indices);
    const seconds = numbers(offsets);
    const isDst = numbers(areDst);
    const dst = dstOffsets(index, seconds, isDst);
    const types = toArray(names).map((name, i) => timeType(seconds[i], dst[i], stringOf(name) as string));
    this.#utc = numbers(utc);
    this.#wall = wallClock(index, this.#utc, seconds);
    this.#types = index.map((i) => types[i]);
    const standard = isDst.indexOf(0);
    this.#before = types[standard] ?? this.#types[0];
    const rule = readRule(tzString);
    if (rule === undefined) {
      const last = this.#types.at(-1) ?? types.at(-1);
      if (last === undefined) throw valueError('No time zone information found.');
      this.#standard = last;
    } else {
      this.#standard = timeType(rule.standard.offset, 0, rule.standard.name);
      if (rule.daylight !== undefined) {
        const { offset, name } = rule.daylight;
        this.#daylight = timeType(offset, offset - rule.standard.offset, name);
        this.#rule = rule.daylight;
      }
    }
    this.#before ??= this.#standard;
    this.isFixed =
      this.#daylight === undefined && (types.length === 0 || (types.length === 1 && same(types[0], this.#standard)));
  }

  /** What holds without a moment. */
  get fixed(): TimeType {
    return this.isFixed ? this.#standard : NO_TIME_TYPE;
  }

  /** What holds at a moment of the local clock. */
  atLocal(moment: number, year: number, fold: number): TimeType {
    const list = this.#wall[fold ? 1 : 0];
    if (list.length > 0 && moment < list[0]) return this.#before;
    if (list.length === 0 || moment > list[list.length - 1]) return this.#afterLocal(moment, year, fold);
    return this.#types[countUntil(list, moment) - 1];
  }

  #afterLocal(moment: number, year: number, fold: number): TimeType {
    if (this.#rule === undefined || this.#daylight === undefined) return this.#standard;
    let start = secondsOfRule(this.#rule.start, year);
    let end = secondsOfRule(this.#rule.end, year);
    const shift = this.#daylight.seconds - this.#standard.seconds;
    // The first of two equal times belongs to the larger offset, and in a gap the smaller one counts.
    if ((fold === 1) === shift >= 0) end -= shift;
    else start += shift;
    return isBetween(start, end, moment) ? this.#daylight : this.#standard;
  }

  /** What holds at a moment in UTC, and whether the local clock shows this time for the second time. */
  atUtc(moment: number, year: number): { type: TimeType; fold: boolean } {
    const utc = this.#utc;
    const count = utc.length;
    if (count > 0 && moment < utc[0]) return { type: this.#before, fold: false };
    if (count === 0 || moment > utc[count - 1]) {
      const after = this.#afterUtc(moment, year);
      if (count === 0) return after;
      // Right after the last transition the clock has gone back from what was before it.
      const previous = count === 1 ? this.#before : this.#types[count - 2];
      const back = previous.seconds - after.type.seconds;
      return { type: after.type, fold: after.fold || (back > 0 && moment < utc[count - 1] + back) };
    }
    const at = countUntil(utc, moment);
    const type = this.#types[at - 1];
    const previous = at >= 2 ? this.#types[at - 2] : this.#before;
    return { type, fold: moment < utc[at - 1] + previous.seconds - type.seconds };
  }

  #afterUtc(moment: number, year: number): { type: TimeType; fold: boolean } {
    if (this.#rule === undefined || this.#daylight === undefined) return { type: this.#standard, fold: false };
    const start = secondsOfRule(this.#rule.start, year) - this.#standard.seconds;
    const end = secondsOfRule(this.#rule.end, year) - this.#daylight.seconds;
    const shift = this.#daylight.seconds - this.#standard.seconds;
    const type = isBetween(start, end, moment) ? this.#daylight : this.#standard;
    const repeated = shift > 0 ? end : start;
    return { type, fold: moment >= repeated && moment < repeated + Math.abs(shift) };
  }
}

/** Between the start and the end of summer, which may lie around the new year. */
const isBetween = (start: number, end: number, moment: number): boolean =>
  start < end ? start <= moment && moment < end : !(end <= moment && moment < start);

const same = (a: TimeType, b: TimeType): boolean =>
  a.seconds === b.seconds && a.dst?.seconds === b.dst?.seconds && a.dst?.days === b.dst?.days && a.name === b.name;

function readRule(value: Value): ZoneRule | undefined {
  if (value === null) return undefined;
  const text = String.fromCharCode(...bytesOf(value));
  if (text === '') return undefined;
  try {
    return parseZoneRule(text);
  } catch (error) {
    if (error instanceof RuleError) throw valueError(`${error.message} ${repr(value)}`);
    throw error;
  }
}

/** How much of each offset is summer time: what it differs by from the standard time next to it (utcoff_to_dstoff). */
function dstOffsets(index: readonly number[], seconds: readonly number[], isDst: readonly number[]): number[] {
  const result: number[] = new Array(isDst.length).fill(0);
  const wanted = isDst.filter((flag) => flag !== 0).length;
  let found = 0;
  for (let i = 1; i < index.length && found < wanted; i++) {
    const type = index[i];
    if (isDst[type] === 0 || result[type] !== 0) continue;
    let difference = 0;
    const before = index[i - 1];
    if (isDst[before] === 0) difference = seconds[type] - seconds[before];
    if (difference === 0 && i + 1 < index.length) {
      const after = index[i + 1];
      if (isDst[after] !== 0) continue;
      difference = seconds[type] - seconds[after];
    }
    if (difference !== 0) {
      result[type] = difference;
      found++;
    }
  }
  // An hour is a better guess than nothing.
  if (found < wanted) {
    isDst.forEach((flag, type) => {
      if (flag !== 0 && result[type] === 0) result[type] = 3600;
    });
  }
  return result;
}

/** Transitions on the local clock: with fold 0 they end a gap or a fold, with fold 1 they begin it (ts_to_local). */
function wallClock(
  index: readonly number[],
  utc: readonly number[],
  seconds: readonly number[],
): [first: number[], second: number[]] {
  const first = [...utc];
  const second = [...utc];
  utc.forEach((_, i) => {
    const before = i === 0 ? seconds[0] : seconds[index[i - 1]];
    const after = seconds[index[i]];
    first[i] += Math.max(before, after);
    second[i] += Math.min(before, after);
  });
  return [first, second];
}
