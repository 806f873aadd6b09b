import { DAY_NAMES, MONTH_NAMES } from '../numbers/calendar.ts';
import { defineType, type ModuleDefinition } from '../objects/define.ts';
import { PyDict } from '../objects/dict.ts';
import { exceptionTypeRoot, newException, typeError, valueError } from '../objects/exception.ts';
import { PyList } from '../objects/list.ts';
import { newType, type Slot, typeOf, type Value } from '../objects/object.ts';
import { stringOf } from '../objects/str.ts';
import { index } from '../operations/arithmetic.ts';
import { toCodePoints } from '../text/code-points.ts';

const errorType = defineType(newType('locale.Error', exceptionTypeRoot), { module: 'locale' });

const ALL = 6;
/** The categories by their numbers, which are Linux's. */
const categories = ['LC_CTYPE', 'LC_NUMERIC', 'LC_TIME', 'LC_COLLATE', 'LC_MONETARY', 'LC_MESSAGES'];
/** Categories that only the C library's text of all of them has. */
const unnamed = ['LC_PAPER', 'LC_NAME', 'LC_ADDRESS', 'LC_TELEPHONE', 'LC_MEASUREMENT', 'LC_IDENTIFICATION'];
const CHAR_MAX = 127;

/** nl_langinfo's items: name, number and what the C locale says. */
const items: readonly (readonly [name: string, key: number, text: string])[] = [
  ...DAY_NAMES.map((day, i) => [`ABDAY_${i + 1}`, 0x20000 + i, day.slice(0, 3)] as const),
  ...DAY_NAMES.map((day, i) => [`DAY_${i + 1}`, 0x20007 + i, day] as const),
  ...MONTH_NAMES.map((month, i) => [`ABMON_${i + 1}`, 0x2000e + i, month.slice(0, 3)] as const),
  ...MONTH_NAMES.map((month, i) => [`MON_${i + 1}`, 0x2001a + i, month] as const),
  ['AM_STR', 0x20026, 'AM'],
  ['PM_STR', 0x20027, 'PM'],
  ['D_T_FMT', 0x20028, '%a %b %e %H:%M:%S %Y'],
  ['D_FMT', 0x20029, '%m/%d/%y'],
  ['T_FMT', 0x2002a, '%H:%M:%S'],
  ['T_FMT_AMPM', 0x2002b, '%I:%M:%S %p'],
  ['ERA', 0x2002c, ''],
  ['ERA_D_FMT', 0x2002e, ''],
  ['ALT_DIGITS', 0x2002f, ''],
  ['ERA_D_T_FMT', 0x20030, ''],
  ['ERA_T_FMT', 0x20031, ''],
  ['_DATE_FMT', 0x2006c, '%a %b %e %H:%M:%S %Z %Y'],
  ['CODESET', 14, 'UTF-8'],
  ['CRNCYSTR', 0x4000f, '-'],
  ['RADIXCHAR', 0x10000, '.'],
  ['THOUSEP', 0x10001, ''],
  ['YESEXPR', 0x50000, '^[yY]'],
  ['NOEXPR', 0x50001, '^[nN]'],
];

/** The names of locales that mean what C means; UTF-8 is the encoding in all of them. */
const isC = (name: string): boolean => /^(?:C|POSIX)$/.test(name);
const isCInUtf8 = (name: string): boolean => /^C\.utf-?8$/i.test(name);

function localeConventions(): PyDict {
  const conventions = new PyDict();
  for (const name of ['int_curr_symbol', 'currency_symbol', 'mon_decimal_point', 'mon_thousands_sep'])
    conventions.setString(name, '');
  conventions.setString('mon_grouping', new PyList([]));
  conventions.setString('positive_sign', '');
  conventions.setString('negative_sign', '');
  for (const name of ['int_frac_digits', 'frac_digits', 'p_cs_precedes', 'p_sep_by_space', 'n_cs_precedes'])
    conventions.setString(name, CHAR_MAX);
  for (const name of ['n_sep_by_space', 'p_sign_posn', 'n_sign_posn']) conventions.setString(name, CHAR_MAX);
  conventions.setString('decimal_point', '.');
  conventions.setString('thousands_sep', '');
  conventions.setString('grouping', new PyList([]));
  return conventions;
}

function text(value: Value, what: string): string {
  const known = stringOf(value);
  if (known === undefined) throw typeError(`${what} must be str, not ${typeOf(value).tp_name}`);
  if (known.includes('\0')) throw valueError('embedded null character');
  return known;
}

/** C's order is that of the code points. */
function collate(left: Value, right: Value): Value {
  const a = toCodePoints(text(left, 'strcoll() argument 1'));
  const b = toCodePoints(text(right, 'strcoll() argument 2'));
  for (let i = 0; i < a.length && i < b.length; i++) if (a[i] !== b[i]) return a[i] < b[i] ? -1 : 1;
  return Math.sign(a.length - b.length);
}

/** CPython 3.14's Modules/_localemodule.c in a C library that has the locales C, POSIX and C.UTF-8. */
export const locale = (): ModuleDefinition => {
  const current: string[] = categories.map((_, category) => (category === 0 ? 'C.UTF-8' : 'C'));

  function describeAll(): string {
    if (current.every((name) => name === current[0])) return current[0];
    return [...categories.map((name, i) => `${name}=${current[i]}`), ...unnamed.map((name) => `${name}=C`)].join(';');
  }

  function setLocale(category: Value, wanted: Slot): Value {
    const number = Number(index(category));
    const known = number === ALL || categories[number] !== undefined;
    if (wanted === undefined || wanted === null) {
      if (!known) throw newException(errorType, 'locale query failed');
      return number === ALL ? describeAll() : current[number];
    }
    const name = text(wanted, 'setlocale() argument 2');
    const chosen = known ? namesFor(name) : undefined;
    if (chosen === undefined) throw newException(errorType, 'unsupported locale setting');
    if (number === ALL) current.splice(0, current.length, ...chosen);
    else current[number] = chosen[number];
    return number === ALL ? describeAll() : current[number];
  }

  /** What each category becomes when they are set to this name; undefined when there is no such locale. */
  function namesFor(name: string): string[] | undefined {
    // The environment's locale is C in UTF-8, whatever its variables say: there is no other to choose.
    if (name === '') return categories.map(() => 'C.UTF-8');
    if (isC(name)) return categories.map(() => 'C');
    if (isCInUtf8(name)) return categories.map(() => name);
    if (!name.includes('=')) return undefined;
    const chosen = [...current];
    for (const part of name.split(';')) {
      const [category, value] = part.split('=');
      if (value === undefined || !(isC(value) || isCInUtf8(value))) return undefined;
      const number = categories.indexOf(category);
      if (number >= 0) chosen[number] = isC(value) ? 'C' : value;
      else if (!unnamed.includes(category)) return undefined;
    }
    return chosen;
  }

  return {
    name: '_locale',
    doc: 'Support for POSIX locales.',
    functions: {
      setlocale: ['($module, category, locale=<unrepresentable>, /)', setLocale],
      localeconv: ['($module, /)', localeConventions],
      getencoding: ['($module, /)', () => 'utf-8'],
      nl_langinfo: [
        '($module, key, /)',
        (key: Value) => {
          const number = index(key);
          const item = items.find(([, known]) => known === number);
          if (item === undefined) throw valueError('unsupported langinfo constant');
          return item[2];
        },
      ],
      strcoll: ['($module, os1, os2, /)', collate],
      strxfrm: ['($module, string, /)', (string: Value) => text(string, 'strxfrm() argument')],
    },
    attributes: {
      Error: errorType,
      CHAR_MAX,
      LC_ALL: ALL,
      ...Object.fromEntries(categories.map((name, number) => [name, number])),
      ...Object.fromEntries(items.map(([name, key]) => [name, key])),
    },
  };
};
