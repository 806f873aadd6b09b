import { vm } from '../interpreter/state.ts';
import {
  attributeErrorType,
  baseExceptionGroupType,
  importErrorType,
  nameErrorType,
  type PyBaseException,
  syntaxErrorType,
} from '../objects/exception.ts';
import { PyList } from '../objects/list.ts';
import type { PyModule } from '../objects/module.ts';
import { PyType, type Value } from '../objects/object.ts';
import type { PyTraceback } from '../objects/traceback.ts';
import { moduleOf, qualifiedName } from '../objects/type.ts';
import { callMethod, lookupAttribute } from '../operations/attribute.ts';
import { groupMembers } from '../operations/exception-group.ts';
import { toArray } from '../operations/iterate.ts';
import { str } from '../operations/text.ts';
import { suggestName } from '../text/suggestion.ts';
import { caretLine } from './carets.ts';

const CAUSE = '\nThe above exception was the direct cause of the following exception:\n\n';
const CONTEXT = '\nDuring handling of the above exception, another exception occurred:\n\n';
/** As many equal entries in a row are shown; the rest is counted (traceback.py, _RECURSIVE_CUTOFF). */
const RECURSIVE_CUTOFF = 3;

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
  return formatChain(exception, new Set(), '');
}

/** As the interpreter's own printer has it, which knows neither carets nor chains (PyTraceBack_Print): for unraisable ones. */
export function formatUnraisable(exception: PyBaseException): string {
  const { traceback } = exception;
  const entries = traceback === null ? '' : `Traceback (most recent call last):\n${formatTraceback(traceback, false)}`;
  return entries + formatExceptionOnly(exception);
}

function formatChain(exception: PyBaseException, seen: Set<PyBaseException>, indent: string): string {
  seen.add(exception);
  let text = '';
  const { cause, context } = exception;
  if (cause !== null && !seen.has(cause)) text += formatChain(cause, seen, indent) + indentLines(CAUSE, indent);
  else if (cause === null && context !== null && !exception.suppressContext && !seen.has(context)) {
    text += formatChain(context, seen, indent) + indentLines(CONTEXT, indent);
  }
  return (
    text +
    (exception.type.isSubtype(baseExceptionGroupType)
      ? formatGroup(exception, seen, indent)
      : formatPlain(exception, indent))
  );
}

function indentLines(text: string, indent: string): string {
  if (indent === '') return text;
  return text.replace(/^(?=.)/gm, indent).replace(/^$/gm, indent.trimEnd() === '' ? '' : indent);
}

function formatPlain(exception: PyBaseException, indent: string): string {
  let text = '';
  if (exception.traceback !== null)
    text += `Traceback (most recent call last):\n${formatTraceback(exception.traceback)}`;
  text += formatExceptionOnly(exception);
  return indent === '' ? text : text.replace(/^(?=.)/gm, indent);
}

/** A group: a box with each member in it (TracebackException.format). */
function formatGroup(exception: PyBaseException, seen: Set<PyBaseException>, indent: string): string {
  const top = indent === '';
  const inner = top ? '  | ' : indent;
  let text = '';
  if (exception.traceback !== null) {
    text += `${top ? '  + ' : indent}Exception Group Traceback (most recent call last):\n`;
    text += formatTraceback(exception.traceback).replace(/^(?=.)/gm, inner);
  }
  text += formatExceptionOnly(exception).replace(/^(?=.)/gm, inner);
  const members = groupMembers(exception);
  const base = inner.slice(0, -2);
  const shown = members.slice(0, 15);
  shown.forEach((member, i) => {
    const opening =
      i === 0
        ? `${base}+-+---------------- ${i + 1} ----------------\n`
        : `${base}  +---------------- ${i + 1} ----------------\n`;
    text += opening;
    text += formatChain(member, seen, `${base}  | `);
  });
  if (members.length > shown.length) {
    text += `${base}  +---------------- ... ----------------\n${base}  | and ${members.length - 15} more exceptions\n`;
  }
  const last = shown[shown.length - 1];
  if (!last.type.isSubtype(baseExceptionGroupType)) text += `${base}  +------------------------------------\n`;
  return text;
}

/** The entries of a traceback. */
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
  for (let entry: PyTraceback | null = traceback; entry !== null; entry = entry.next) {
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

function formatEntry(entry: PyTraceback, carets: boolean): string {
  const { code } = entry.frame.code;
  let text = `  File "${code.co_filename}", line ${entry.lineno ?? 'None'}, in ${code.co_name}\n`;
  const source = entry.lineno === null ? undefined : sourceLines(code.co_filename);
  if (source === undefined) return text;
  const position =
    entry.lasti < 0 || !carets
      ? undefined
      : entry.frame.program.position(entry.frame.program.indices[entry.lasti >> 1]);
  text += caretLine(source, entry.lineno as number, position);
  return text;
}

const sources = new Map<string, readonly string[] | undefined>();

function sourceLines(filename: string): readonly string[] | undefined {
  if (!sources.has(filename)) sources.set(filename, vm.host.sourceText(filename)?.split('\n'));
  return sources.get(filename);
}

/** The lines below the traceback: a SyntaxError's place, `Type: message`, suggestions, notes. */
export function formatExceptionOnly(exception: PyBaseException): string {
  let text = exception.type.isSubtype(syntaxErrorType) ? syntaxErrorPlace(exception) : '';
  text += `${describe(exception)}\n`;
  const notes = lookupAttribute(exception, '__notes__');
  if (notes !== undefined) {
    if (notes instanceof PyList) for (const note of notes.items) text += `${str(note)}\n`;
    else text += `${str(notes)}\n`;
  }
  return text;
}

function describe(exception: PyBaseException): string {
  const { type } = exception;
  const name = moduleOf(type) === '__main__' ? type.qualname : qualifiedName(type);
  let message: string;
  try {
    message = type.isSubtype(syntaxErrorType) ? str(exception.members?.['msg'] ?? null) : str(exception);
  } catch {
    message = '<exception str() failed>';
  }
  const hint = suggestion(exception);
  if (hint !== '') message += hint;
  return message === '' ? name : `${name}: ${message}`;
}

/** `. Did you mean: 'x'?` (_compute_suggestion_error). */
function suggestion(exception: PyBaseException): string {
  const name = exception.members?.['name'];
  if (typeof name !== 'string') return '';
  let candidates: string[] = [];
  if (exception.type.isSubtype(attributeErrorType)) {
    const object = exception.members?.['obj'];
    if (object === undefined) return '';
    candidates = namesOf(object);
  } else if (exception.type.isSubtype(importErrorType)) {
    const wanted = exception.members?.['name_from'];
    const module = vm.modules.getString(name);
    if (typeof wanted !== 'string' || module === undefined) return '';
    const found = suggestName(wanted, namesOf(module));
    return found === undefined ? '' : `. Did you mean: '${found}'?`;
  } else if (exception.type.isSubtype(nameErrorType)) {
    let last = exception.traceback;
    if (last === null) return '';
    while (last.next !== null) last = last.next;
    const { frame } = last;
    const self = frame.code.code.co_localsplusnames.indexOf('self');
    const owner = self >= 0 ? frame.stack[self] : undefined;
    if (
      owner !== undefined &&
      owner !== null &&
      typeof owner === 'object' &&
      !(owner instanceof PyType) &&
      lookupAttribute(owner, name) !== undefined
    ) {
      return `. Did you mean: 'self.${name}'?`;
    }
    candidates = [
      ...frame.code.code.co_localsplusnames.filter((_, i) => frame.stack[i] !== undefined),
      ...frame.globals.keyList().filter((key) => typeof key === 'string'),
      ...frame.builtins.keyList().filter((key) => typeof key === 'string'),
    ] as string[];
  } else return '';
  const usable = name.startsWith('_') ? candidates : candidates.filter((candidate) => !candidate.startsWith('_'));
  const found = suggestName(name, [...new Set(usable)].sort());
  return found === undefined ? '' : `. Did you mean: '${found}'?`;
}

function namesOf(object: Value): string[] {
  try {
    return toArray(callMethod(vm.builtinsModule, 'dir', object)).filter((name) => typeof name === 'string');
  } catch {
    return [];
  }
}

/** `File …, line …`, the line and carets (TracebackException._format_syntax_error). */
function syntaxErrorPlace(exception: PyBaseException): string {
  const { filename, lineno, text, offset, end_offset, end_lineno } = exception.members ?? {};
  if (typeof lineno !== 'number') return '';
  let result = `  File "${typeof filename === 'string' ? filename : '<string>'}", line ${lineno}\n`;
  if (typeof text !== 'string') return result;
  const line = text.replace(/\n+$/, '');
  const stripped = line.replace(/^[ \n\f\t]+/, '');
  const spaces = line.length - stripped.length;
  result += `    ${stripped.replace(/[\s]+$/, '')}\n`;
  if (typeof offset !== 'number') return result;
  let end = typeof end_offset === 'number' && end_offset !== 0 && end_lineno === lineno ? end_offset : offset;
  if (end_lineno !== lineno && typeof end_lineno === 'number' && end_lineno > lineno) end = line.length + 1;
  if (offset === end || end === -1) end = offset + 1;
  const column = offset - 1 - spaces;
  if (column < 0) return result;
  const width = Math.max(1, end - 1 - spaces - column);
  const padding = stripped.slice(0, column).replace(/\S/g, ' ').padEnd(column, ' ');
  return `${result}    ${padding}${'^'.repeat(width)}\n`;
}
