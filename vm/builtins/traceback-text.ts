import { vm } from '../interpreter/state.ts';
import { pythonException } from '../interpreter/unwind.ts';
import { baseExceptionGroupType, type PyBaseException, syntaxErrorType } from '../objects/exception.ts';
import { PyList } from '../objects/list.ts';
import type { PyModule } from '../objects/module.ts';
import type { Slot, Value } from '../objects/object.ts';
import type { PyTraceback } from '../objects/traceback.ts';
import { PyTuple, tupleOf } from '../objects/tuple.ts';
import { fullyQualifiedName } from '../objects/type-name.ts';
import { callMethod, lookupAttribute } from '../operations/attribute.ts';
import { groupMembers } from '../operations/exception-group.ts';
import { repr, str } from '../operations/text.ts';
import { sourceWithMarks } from './carets.ts';
import { characters, sourceLines } from './source-text.ts';
import { suggestion } from './suggestion.ts';

const CAUSE = '\nThe above exception was the direct cause of the following exception:\n\n';
const CONTEXT = '\nDuring handling of the above exception, another exception occurred:\n\n';
/** As many equal entries in a row are shown; the rest is counted (traceback.py, _RECURSIVE_CUTOFF). */
const RECURSIVE_CUTOFF = 3;
const MAX_GROUP_WIDTH = 15;
const MAX_GROUP_DEPTH = 10;

/** Prints an exception with its traceback to sys.stderr, as the interpreter does for one that nobody caught. */
export function printException(exception: PyBaseException): void {
  const text = formatException(exception);
  const sys = vm.modules.getString('sys') as PyModule | undefined;
  const stderr = sys?.dict.getString('stderr');
  if (stderr === undefined || stderr === null) vm.host.write(2, text);
  else {
    callMethod(stderr, 'write', text);
    callMethod(stderr, 'flush');
  }
}

/** The text of an uncaught exception with its chain, as Lib/traceback.py of 3.14 formats it. */
export function formatException(exception: PyBaseException): string {
  return new Printer().chain(linked(exception)).text;
}

/** As the interpreter's own printer has it, which knows neither carets nor chains (PyTraceBack_Print): for unraisable ones. */
export function formatUnraisable(exception: PyBaseException): string {
  const { traceback } = exception;
  const entries = traceback === null ? '' : `Traceback (most recent call last):\n${formatTraceback(traceback, false)}`;
  return entries + formatExceptionOnly(exception);
}

/** An exception with those that are shown with it; each is shown once. */
interface Linked {
  readonly exception: PyBaseException;
  before: Linked | undefined;
  /** What is said between `before` and this one. */
  transition: string;
  members: Linked[] | undefined;
}

/** Finds what to show, in the order of TracebackException.__init__, which decides where an exception met twice is shown. */
function linked(exception: PyBaseException): Linked {
  const seen = new Set<PyBaseException>();
  const link = (found: PyBaseException): Linked => {
    seen.add(found);
    return { exception: found, before: undefined, transition: '', members: undefined };
  };
  const first = link(exception);
  const queue = [first];
  for (let item = queue.pop(); item !== undefined; item = queue.pop()) {
    const { cause, context, suppressContext, type } = item.exception;
    if (cause !== null && !seen.has(cause)) {
      item.before = link(cause);
      item.transition = CAUSE;
    } else if (context !== null && !suppressContext && !seen.has(context)) {
      item.before = link(context);
      item.transition = CONTEXT;
    }
    if (type.isSubtype(baseExceptionGroupType)) item.members = groupMembers(item.exception).map(link);
    if (item.before !== undefined) queue.push(item.before);
    if (item.members !== undefined) queue.push(...item.members);
  }
  return first;
}

/** Writes exceptions below each other, members of groups in boxes (TracebackException.format). */
class Printer {
  text = '';
  private depth = 0;
  private needsClosing = false;

  chain(exception: Linked): this {
    const all: Linked[] = [];
    for (let item: Linked | undefined = exception; item !== undefined; item = item.before) all.push(item);
    for (const item of all.reverse()) {
      if (item.before !== undefined) this.emit(item.transition);
      if (item.members !== undefined) this.group(item.exception, item.members);
      else this.plain(item.exception, 'Traceback (most recent call last):\n', '|');
    }
    return this;
  }

  private plain(exception: PyBaseException, title: string, margin: string): void {
    const { traceback } = exception;
    const entries = traceback === null ? '' : formatTraceback(traceback);
    if (entries !== '') {
      this.emit(title, margin);
      this.emit(entries);
    }
    this.emit(formatExceptionOnly(exception));
  }

  private group(exception: PyBaseException, members: readonly Linked[]): void {
    if (this.depth > MAX_GROUP_DEPTH) {
      this.emit(`... (max_group_depth is ${MAX_GROUP_DEPTH})\n`);
      return;
    }
    const isOutermost = this.depth === 0;
    if (isOutermost) this.depth++;
    this.plain(exception, 'Exception Group Traceback (most recent call last):\n', isOutermost ? '+' : '|');
    const boxes = Math.min(members.length, MAX_GROUP_WIDTH + 1);
    this.needsClosing = false;
    for (let i = 0; i < boxes; i++) {
      // A group that ends the last box draws the line below both.
      const isLast = i === boxes - 1;
      if (isLast) this.needsClosing = true;
      const isCut = i >= MAX_GROUP_WIDTH;
      this.text += `${this.indent()}${i === 0 ? '+-' : '  '}+---------------- ${isCut ? '...' : i + 1} ----------------\n`;
      this.depth++;
      if (isCut) {
        const more = members.length - MAX_GROUP_WIDTH;
        this.emit(`and ${more} more exception${more > 1 ? 's' : ''}\n`);
      } else this.chain(members[i]);
      if (isLast && this.needsClosing) {
        this.text += `${this.indent()}+------------------------------------\n`;
        this.needsClosing = false;
      }
      this.depth--;
    }
    if (isOutermost) this.depth = 0;
  }

  private indent(): string {
    return '  '.repeat(this.depth);
  }

  /** Adds whole lines, indented in a box. */
  private emit(lines: string, margin = '|'): void {
    if (this.depth === 0) this.text += lines;
    else this.text += lines.replace(/^(?=[^\n]*\n)/gm, `${this.indent()}${margin} `);
  }
}

/** The entries of a traceback; sys.tracebacklimit leaves its beginning out. */
export function formatTraceback(traceback: PyTraceback, carets = true): string {
  let text = '';
  let last = '';
  let repeats = 0;
  const flush = (): void => {
    if (repeats > RECURSIVE_CUTOFF) {
      const more = repeats - RECURSIVE_CUTOFF;
      text += `  [Previous line repeated ${more} more time${more === 1 ? '' : 's'}]\n`;
    }
  };
  let leftOut = leftOutBy(traceback);
  for (let entry: PyTraceback | null = traceback; entry !== null; entry = entry.next) {
    if (leftOut-- > 0) continue;
    const { code } = entry.frame.code;
    const key = `${code.co_filename}\0${entry.lineno}\0${code.co_name}`;
    if (key !== last) {
      flush();
      last = key;
      repeats = 0;
    }
    repeats++;
    if (repeats > RECURSIVE_CUTOFF) continue;
    text += formatEntry(entry, carets);
  }
  flush();
  return text;
}

function leftOutBy(traceback: PyTraceback): number {
  const limit = (vm.modules.getString('sys') as PyModule | undefined)?.dict.getString('tracebacklimit');
  if (typeof limit !== 'number') return 0;
  let length = 0;
  for (let entry: PyTraceback | null = traceback; entry !== null; entry = entry.next) length++;
  return length - Math.max(0, limit);
}

function formatEntry(entry: PyTraceback, carets: boolean): string {
  const { code } = entry.frame.code;
  const { program } = entry.frame;
  const found = entry.lasti < 0 || !carets ? undefined : program.position(program.indices[entry.lasti >> 1]);
  const line = found !== undefined && found.line > 0 ? found.line : entry.lineno;
  const text = `  File "${code.co_filename}", line ${line ?? 'None'}, in ${code.co_name}\n`;
  const source = line === null ? undefined : sourceLines(code.co_filename);
  if (source === undefined || line === null) return text;
  const position = found !== undefined && found.line > 0 ? found : { line, endLine: line, column: -1, endColumn: -1 };
  return text + sourceWithMarks(source, position);
}

/** The lines below the traceback: a SyntaxError's place, `Type: message`, suggestions, notes. */
export function formatExceptionOnly(exception: PyBaseException): string {
  let text = exception.type.isSubtype(syntaxErrorType) ? syntaxErrorText(exception) : '';
  if (text === '') {
    const message = safeText(exception, 'exception', str) + suggestion(exception);
    text = `${fullyQualifiedName(exception.type)}${message === '' ? '' : `: ${message}`}\n`;
  }
  const notes = notesOf(exception);
  if (notes instanceof PyList || notes instanceof PyTuple) {
    for (const note of notes.items) text += `${safeText(note, 'note', str)}\n`;
  } else if (notes !== null) text += `${safeText(notes, '__notes__', repr)}\n`;
  return text;
}

function notesOf(exception: PyBaseException): Value {
  try {
    return lookupAttribute(exception, '__notes__') ?? null;
  } catch (error) {
    return tupleOf([`Ignored error getting __notes__: ${safeText(pythonException(error), '__notes__', repr)}`]);
  }
}

/** The text, or that it can't be had (_safe_string). */
function safeText(value: Value, what: string, convert: typeof str | typeof repr): string {
  try {
    return convert(value);
  } catch (error) {
    pythonException(error);
    return `<${what} ${convert === str ? 'str' : 'repr'}() failed>`;
  }
}

/** `File …, line …`, the line with carets, and the message (TracebackException._format_syntax_error). */
function syntaxErrorText(exception: PyBaseException): string {
  const { filename, lineno, text, offset, end_offset, end_lineno, msg } = exception.members ?? {};
  const name = typeof filename === 'string' ? filename : undefined;
  const place = typeof lineno === 'number' ? `  File "${name ?? '<string>'}", line ${lineno}\n` : '';
  const source =
    typeof text === 'string'
      ? markedLine(text, offset, lineno === end_lineno ? (end_offset === 0 ? offset : end_offset) : null)
      : '';
  const message = msg === undefined || msg === null || msg === '' ? '<no detail available>' : str(msg);
  const suffix = place === '' && name !== undefined ? ` (${name})` : '';
  return `${place}${source}${fullyQualifiedName(exception.type)}: ${message}${suffix}\n`;
}

/** `end` is null for the end of the line. Offsets count from 1. */
function markedLine(text: string, offset: Slot, end: Slot): string {
  const line = characters(text.replace(/\n+$/, ''));
  const spaces = line.findIndex((character) => !' \n\f'.includes(character));
  const shown = spaces < 0 ? [] : line.slice(spaces);
  const source = `    ${shown.join('')}\n`;
  if (typeof offset !== 'number') return offset === null || offset === undefined ? source : '';
  const length = characters(text).length;
  let from = offset;
  let to = end === null ? line.length + 1 : typeof end === 'number' ? end : offset;
  if (length > 0 && from > length) from = line.length + 1;
  if (length > 0 && to > length) to = line.length + 1;
  if (from >= to || to < 0) to = from + 1;
  const column = from - 1 - (line.length - shown.length);
  if (column < 0) return source;
  const padding = shown.slice(0, column).map((character) => (character.trim() === '' ? character : ' '));
  return `${source}    ${padding.join('')}${'^'.repeat(to - from)}\n`;
}
