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

/** time.localtime()'s fields, in the time zone of the machine. */
export function localTime(seconds: number): LocalTime {
  const date = new Date(seconds * 1000);
  const offset = -date.getTimezoneOffset() * 60;
  return takeApart(date, offset, offset === standardOffset(date.getFullYear()) ? 0 : 1, zoneName(date, offset));
}

/** Seconds since 1970 of a local time; fields out of range carry over, as mktime()'s do. */
export function utcSeconds(time: LocalTime): number {
  const date = new Date(2000, 0, 1);
  date.setFullYear(time.year, time.month - 1, time.day);
  date.setHours(time.hour, time.minute, time.second, 0);
  return Math.floor(date.getTime() / 1000);
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

/** The machine's zone in standard or in summer time of this year: its name, and seconds east of UTC. */
export function timeZone(summer: boolean): { name: string; offset: number } {
  const { year } = utcTime(Math.floor(Date.UTC(2024, 0, 1) / 1000));
  const winterDate = new Date(year, 0, 1);
  const summerDate = new Date(year, 6, 1);
  const winterOffset = -winterDate.getTimezoneOffset() * 60;
  const summerOffset = -summerDate.getTimezoneOffset() * 60;
  const [standard, daylight] = winterOffset <= summerOffset ? [winterDate, summerDate] : [summerDate, winterDate];
  const date = summer ? daylight : standard;
  const offset = -date.getTimezoneOffset() * 60;
  return { name: zoneName(date, offset), offset };
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
