/** A moment taken apart, as C's struct tm but with Python's numbers: months from 1, weekdays from Monday, days of the year from 1. */
export interface LocalTime {
  year: number;
  month: number;
  day: number;
  hour: number;
  minute: number;
  second: number;
  weekday: number;
  yearday: number;
  /** 1 in summer time, 0 outside it, -1 where it isn't known. */
  isDst: number;
  zone: string;
  /** Seconds east of UTC. */
  offset: number;
}

const DAY = 86_400_000;

function takeApart(date: Date, offset: number, isDst: number, zone: string): LocalTime {
  const shifted = new Date(date.getTime() + offset * 1000);
  const year = shifted.getUTCFullYear();
  const firstOfYear = new Date(0);
  firstOfYear.setUTCFullYear(year, 0, 1);
  return {
    year,
    month: shifted.getUTCMonth() + 1,
    day: shifted.getUTCDate(),
    hour: shifted.getUTCHours(),
    minute: shifted.getUTCMinutes(),
    second: shifted.getUTCSeconds(),
    weekday: (shifted.getUTCDay() + 6) % 7,
    yearday: Math.floor((shifted.getTime() - firstOfYear.getTime()) / DAY) + 1,
    isDst,
    zone,
    offset,
  };
}

/** time.gmtime()'s fields; `seconds` since 1970. */
export function utcTime(seconds: number): LocalTime {
  return takeApart(new Date(seconds * 1000), 0, 0, 'UTC');
}

/** What a time zone says of a moment. */
export interface ZoneMoment {
  /** Seconds east of UTC. */
  readonly offset: number;
  readonly isDst: boolean;
  readonly name: string;
}

/** A time zone: from seconds since 1970 to what holds then. */
export type Zone = (seconds: number) => ZoneMoment;

/** The machine's, as JavaScript knows it. */
const machineZone: Zone = (seconds) => {
  const date = new Date(seconds * 1000);
  const offset = -date.getTimezoneOffset() * 60;
  return { offset, isDst: offset !== standardOffset(date.getFullYear()), name: zoneName(date, offset) };
};

let zone: Zone = machineZone;

/** Local time is that of this zone from now on; the machine's without one (time.tzset()). */
export function setLocalZone(wanted: Zone | undefined): void {
  zone = wanted ?? machineZone;
}

/** time.localtime()'s fields, in the local time zone. */
export function localTime(seconds: number): LocalTime {
  const { offset, isDst, name } = zone(seconds);
  return takeApart(new Date(seconds * 1000), offset, isDst ? 1 : 0, name);
}

/**
 * Seconds since 1970 of a local time; fields out of range carry over, as mktime()'s do. Of two moments that the clock shows alike
 * isDst chooses, the first one where it is -1.
 */
export function utcSeconds(time: LocalTime): number {
  const date = new Date(0);
  date.setUTCFullYear(time.year, time.month - 1, time.day);
  date.setUTCHours(time.hour, time.minute, time.second, 0);
  const shown = Math.floor(date.getTime() / 1000);
  const around = [shown - DAY / 1000, shown + DAY / 1000].map((moment) => zone(moment));
  const moments = around.map(({ offset }) => shown - offset);
  const valid = moments.filter((moment) => zone(moment).offset === shown - moment);
  const wanted = valid.find((moment) => zone(moment).isDst === (time.isDst === 1));
  if (time.isDst >= 0) {
    if (wanted !== undefined) return wanted;
    // The clock is taken to be changed although it isn't: by as much as it is at another time of the year.
    for (const halfYear of [-15768000, 15768000]) {
      const other = zone(shown + halfYear);
      if (other.isDst === (time.isDst === 1)) return shown - other.offset;
    }
  }
  // In a gap the offset before it counts.
  return valid.length > 0 ? Math.min(...valid) : moments[0];
}

function standardOffset(year: number): number {
  const january = -new Date(year, 0, 1).getTimezoneOffset() * 60;
  const july = -new Date(year, 6, 1).getTimezoneOffset() * 60;
  return Math.min(january, july);
}

function zoneName(date: Date, offset: number): string {
  if (offset === 0 && standardOffset(date.getFullYear()) === 0) return 'UTC';
  const part = new Intl.DateTimeFormat('en-US', { timeZoneName: 'short' })
    .formatToParts(date)
    .find(({ type }) => type === 'timeZoneName');
  return part?.value ?? 'UTC';
}

/** The local zone in standard or in summer time of this year: its name, and seconds east of UTC. */
export function timeZone(summer: boolean): { name: string; offset: number } {
  const moments = [Date.UTC(2024, 0, 1), Date.UTC(2024, 6, 1)].map((moment) => zone(moment / 1000));
  moments.sort((a, b) => a.offset - b.offset);
  return moments[summer ? 1 : 0];
}

/** What time.get_clock_info() says of a clock; undefined for an unknown one. */
export function clock(name: string): { implementation: string; monotonic: boolean; adjustable: boolean } | undefined {
  switch (name) {
    case 'time':
      return { implementation: 'clock_gettime(CLOCK_REALTIME)', monotonic: false, adjustable: true };
    case 'monotonic':
    case 'perf_counter':
      return { implementation: 'clock_gettime(CLOCK_MONOTONIC)', monotonic: true, adjustable: false };
    case 'process_time':
      return { implementation: 'clock_gettime(CLOCK_PROCESS_CPUTIME_ID)', monotonic: true, adjustable: false };
    case 'thread_time':
      return { implementation: 'clock_gettime(CLOCK_THREAD_CPUTIME_ID)', monotonic: true, adjustable: false };
    default:
      return undefined;
  }
}
