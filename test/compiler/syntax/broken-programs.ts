import { tokenize } from '../../../compiler/syntax/tokenizer.ts';
import { Tokens } from '../../../compiler/syntax/tokens.ts';
import { sourceFromString } from '../../../compiler/text/source.ts';

/** A small generator of numbers below `limit`, the same for the same seed on every machine (mulberry32). */
export function seededRandom(seed: number): (limit: number) => number {
  let state = seed;
  return (limit) => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) % limit;
  };
}

const strays = [
  '(', ')', '[', ']', '{', '}', ':', ',', ';', '.', '=', '==', ':=', '->', '*', '**', '+', '-', '/', '@', '!', '~', '|',
  '...', '$', '?', '`', '"', "'", '"""', 'f"', "f'{", 'f"{x', 't"{', '\\', '#', '1', '1a', '0x', '0777', "b'x'", "'\\x'", "f'{}'",
  'if', 'else', 'elif', 'for', 'in', 'not', 'and', 'or', 'is', 'lambda', 'def', 'class', 'return', 'yield', 'await', 'async',
  'with', 'as', 'try', 'except', 'finally', 'raise', 'from', 'import', 'pass', 'break', 'continue', 'del', 'global', 'assert',
  'while', 'match', 'case', 'type', 'None', 'True', 'False', 'x', 'print', 'exec', '\n', '\n    ', '\n  ', '\t', ' ', '\u00a0', '\u20ac', 'é',
]; // biome-ignore format: a table

/** The text with one or two tokens deleted, doubled, swapped or replaced, or with a stray one inserted. */
export function breakProgram(text: string, random: (limit: number) => number): string {
  let result = mutate(text, random);
  if (random(5) === 0) result = mutate(result, random);
  return result;
}

function mutate(source: string, random: (limit: number) => number): string {
  const { text } = sourceFromString(source);
  const tokens = new Tokens(1024);
  tokenize(text, tokens);
  const spans: [number, number][] = [];
  for (let i = 0; i < tokens.count; i++) {
    if (tokens.ends[i] > tokens.starts[i]) spans.push([tokens.starts[i], tokens.ends[i]]);
  }
  if (spans.length < 3) return text + strays[random(strays.length)];
  const i = random(spans.length - 1);
  const [start, end] = spans[i];
  const [nextStart, nextEnd] = spans[i + 1];
  const token = text.slice(start, end);
  const stray = strays[random(strays.length)];
  switch (random(7)) {
    case 0:
    case 1:
      return text.slice(0, start) + text.slice(end);
    case 2:
      return `${text.slice(0, end)} ${token}${text.slice(end)}`;
    case 3:
      return (
        text.slice(0, start) + text.slice(nextStart, nextEnd) + text.slice(end, nextStart) + token + text.slice(nextEnd)
      );
    case 4:
    case 5:
      return `${text.slice(0, end)} ${stray} ${text.slice(end)}`;
    default:
      return text.slice(0, start) + stray + text.slice(end);
  }
}

/** A few statements of a file, cut at the margin. */
export function cutSnippet(text: string, random: (limit: number) => number): string {
  const lines = text.split('\n');
  const starts: number[] = [];
  for (let i = 0; i < lines.length; i++)
    if (/^[A-Za-z@]/.test(lines[i]) && !/^(else|elif|except|finally)/.test(lines[i])) starts.push(i);
  if (starts.length === 0) return text;
  const first = random(starts.length);
  const begin = starts[first];
  let end = starts[Math.min(starts.length - 1, first + 1 + random(3))] ?? lines.length;
  if (end <= begin) end = lines.length;
  return `${lines.slice(begin, Math.min(end, begin + 40)).join('\n')}\n`;
}

/** `count` broken programs from the texts, the same for the same seed. */
export function brokenPrograms(texts: readonly string[], count: number, seed: number): string[] {
  const random = seededRandom(seed);
  const programs: string[] = [];
  while (programs.length < count) {
    const text = texts[random(texts.length)];
    if (text.length < 200) continue;
    programs.push(breakProgram(cutSnippet(text, random), random));
  }
  return programs;
}
