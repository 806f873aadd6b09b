import table from './tables/unicode-names.json' with { type: 'json' };

/**
 * The code point that `\N{name}` stands for, as unicodedata of CPython 3.14 knows it: names and aliases, in any case;
 * no named sequences. undefined for unknown names.
 */
export function characterByName(name: string): number | undefined {
  const upper = name.toUpperCase();
  codes ??= readNames();
  return codes.get(upper) ?? hangulSyllable(upper) ?? derivedName(upper);
}

/** Made when the first name is looked up: few programs have one. */
let codes: Map<string, number> | undefined;

function readNames(): Map<string, number> {
  const result = new Map<string, number>(Object.entries(table.aliases));
  let code = 0;
  let name = '';
  // Each row holds the distance to the code before, the length of the beginning shared with the name before, the rest.
  for (const row of table.names.split('\n')) {
    const first = row.indexOf(' ');
    const second = row.indexOf(' ', first + 1);
    code += Number.parseInt(row.slice(0, first), 36);
    name = name.slice(0, Number.parseInt(row.slice(first + 1, second), 36)) + row.slice(second + 1);
    result.set(name, code);
  }
  return result;
}

/** Names such as CJK UNIFIED IDEOGRAPH-4E00, which hold their own number. */
function derivedName(name: string): number | undefined {
  const match = /^(.*)-([0-9A-F]{4,5})$/.exec(name);
  if (match === null) return undefined;
  const code = Number.parseInt(match[2], 16);
  const isKnown = (table.ranges as [number, number, string][]).some(
    ([first, last, prefix]) => code >= first && code <= last && prefix === match[1],
  );
  return isKnown && match[2] === code.toString(16).toUpperCase().padStart(4, '0') ? code : undefined;
}

// The parts of Hangul syllables' names (The Unicode Standard, 3.12), by index.
const leads = 'G GG N D DD R M B BB S SS  J JJ C K T P H'.split(' ');
const vowels = 'A AE YA YAE EO E YEO YE O WA WAE OE YO U WEO WE WI YU EU YI I'.split(' ');
const tails = ' G GG GS N NJ NH D L LG LM LB LS LT LP LH M B BS S SS NG J C K T P H'.split(' ');

function hangulSyllable(name: string): number | undefined {
  const match = /^HANGUL SYLLABLE ([^AEIOUWY]*)([AEIOUWY]+)([^AEIOUWY]*)$/.exec(name);
  if (match === null) return undefined;
  const lead = leads.indexOf(match[1]);
  const vowel = vowels.indexOf(match[2]);
  const tail = tails.indexOf(match[3]);
  return lead < 0 || vowel < 0 || tail < 0 ? undefined : 0xac00 + (lead * 21 + vowel) * 28 + tail;
}

/** The name of a character, as `unicodedata.name` gives it; undefined for those without one. */
export function nameOfCharacter(code: number): string | undefined {
  if (code >= 0xac00 && code <= 0xd7a3) {
    const syllable = code - 0xac00;
    const tail = tails[syllable % 28];
    return `HANGUL SYLLABLE ${leads[Math.floor(syllable / 588)]}${vowels[Math.floor(syllable / 28) % 21]}${tail}`;
  }
  for (const [first, last, prefix] of table.ranges as [number, number, string][]) {
    if (code >= first && code <= last) return `${prefix}-${code.toString(16).toUpperCase().padStart(4, '0')}`;
  }
  if (names === undefined) {
    codes ??= readNames();
    names = new Map();
    const aliases = new Set(Object.keys(table.aliases));
    for (const [name, character] of codes) if (!aliases.has(name)) names.set(character, name);
  }
  return names.get(code);
}

let names: Map<number, string> | undefined;
