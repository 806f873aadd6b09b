import type { Diagnostic } from './diagnostic.ts';

/** Text as the tokenizer wants it: decoded, '\n' line ends only, one at the end unless empty. */
export interface SourceText {
  readonly text: string;
  /** Why the bytes are no text; `text` is then what could be made of them. */
  readonly error: Diagnostic | undefined;
}

/** Text that is already decoded, as str given to compile(). A coding cookie means nothing here. */
export function sourceFromString(text: string): SourceText {
  if (text.includes('\0')) return { text: '', error: nullBytes() };
  return { text: normalizeLines(text.charCodeAt(0) === 0xfeff ? text.slice(1) : text), error: undefined };
}

function normalizeLines(text: string): string {
  const lines = text.includes('\r') ? text.replace(/\r\n?/g, '\n') : text;
  return lines.length === 0 || lines.endsWith('\n') ? lines : `${lines}\n`;
}

function nullBytes(): Diagnostic {
  return {
    category: 'SyntaxError',
    message: 'source code string cannot contain null bytes',
    lineno: 0,
    offset: 0,
    end_lineno: 0,
    end_offset: 0,
  };
}

export function decodeSource(bytes: Uint8Array): SourceText {
  return sourceFromString(new TextDecoder('utf-8').decode(bytes));
}
