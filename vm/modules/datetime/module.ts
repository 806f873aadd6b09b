import { MAX_YEAR, MIN_YEAR } from '../../numbers/calendar.ts';
import type { ModuleDefinition } from '../../objects/define.ts';
import { setDateLimits } from './date.ts';
import { setDateTimeLimits } from './datetime.ts';
import { dateType, datetimeType, timedeltaType, timeType, timezoneType, tzinfoType, utcZone } from './objects.ts';
import { setTimeLimits } from './time.ts';
import { setDeltaLimits } from './timedelta.ts';
import { setZoneLimits } from './tzinfo.ts';

/** CPython 3.14's Modules/_datetimemodule.c. */
export const datetime = (): ModuleDefinition => {
  setDeltaLimits();
  setZoneLimits();
  setDateLimits();
  setTimeLimits();
  setDateTimeLimits();
  return {
    name: '_datetime',
    doc: 'Fast implementation of the datetime module.',
    attributes: {
      timedelta: timedeltaType,
      date: dateType,
      datetime: datetimeType,
      time: timeType,
      tzinfo: tzinfoType,
      timezone: timezoneType,
      UTC: utcZone(),
      MINYEAR: MIN_YEAR,
      MAXYEAR: MAX_YEAR,
    },
  };
};
