import { badHitCondition } from './errors.ts';

export type HitCondition = (hits: number) => boolean;

/** `5` and `== 5` stop at the fifth hit only; `% 5` at every fifth. Throws a DebuggerError for anything else. */
export function parseHitCondition(text: string): HitCondition {
  const match = /^\s*(==?|>=?|<=?|%)?\s*(\d+)\s*$/.exec(text);
  if (match === null) throw badHitCondition(text);
  const count = Number(match[2]);
  switch (match[1]) {
    case '>':
      return (hits) => hits > count;
    case '>=':
      return (hits) => hits >= count;
    case '<':
      return (hits) => hits < count;
    case '<=':
      return (hits) => hits <= count;
    case '%':
      if (count === 0) throw badHitCondition(text);
      return (hits) => hits % count === 0;
    default:
      return (hits) => hits === count;
  }
}

/** A piece of a log message: text, or an expression to be shown. */
export type LogPart = { readonly text: string } | { readonly expression: string };

/** Splits `got {data!r} {{literally}}` at its expressions; a `{` without its `}` is text. */
export function parseLogMessage(message: string): LogPart[] {
  const parts: LogPart[] = [];
  let text = '';
  for (let index = 0; index < message.length; index++) {
    const character = message[index];
    if ((character === '{' || character === '}') && message[index + 1] === character) {
      text += character;
      index++;
      continue;
    }
    const end = character === '{' ? closingBrace(message, index) : -1;
    if (end < 0) {
      text += character;
      continue;
    }
    if (text !== '') parts.push({ text });
    text = '';
    parts.push({ expression: message.slice(index + 1, end) });
    index = end;
  }
  if (text !== '') parts.push({ text });
  return parts;
}

/** Index of the brace that closes the one at `open`; nested ones and those in string literals don't count. */
function closingBrace(message: string, open: number): number {
  let depth = 0;
  let quote = '';
  for (let index = open; index < message.length; index++) {
    const character = message[index];
    if (quote !== '') {
      if (character === '\\') index++;
      else if (character === quote) quote = '';
    } else if (character === '"' || character === "'") {
      quote = character;
    } else if (character === '{') {
      depth++;
    } else if (character === '}' && --depth === 0) {
      return index;
    }
  }
  return -1;
}
