import { suggestKeyword } from '../text/suggestion.ts';
import { PyDict } from './dict.ts';
import { newException, typeError, typeErrorType } from './exception.ts';
import { type KwNames, PyType, type Slot, type Value } from './object.ts';

/** A function of TypeScript that a built-in calls; giving nothing means None. */
// biome-ignore lint/suspicious/noConfusingVoidType: implementations that give nothing are plain functions.
export type Implementation = (...args: never[]) => Slot | void;

export const enum ParameterKind {
  POSITIONAL_ONLY = 0,
  POSITIONAL_OR_KEYWORD = 1,
  VAR_POSITIONAL = 2,
  KEYWORD_ONLY = 3,
  VAR_KEYWORD = 4,
}

interface Parameter {
  readonly name: string;
  readonly kind: ParameterKind;
  readonly optional: boolean;
}

/** sorted() reads its keywords by list.sort(), which errors then name; its other argument it counts itself (builtin_sorted). */
const LENDS_KEYWORDS = 'sorted';

/** What the run loop does itself instead of calling, so that a generator or function runs in the same loop. */
export const enum InlineCall {
  NONE = 0,
  NEXT = 1,
  SEND = 2,
  /** Context.run. */
  RUN = 3,
}

/** How the signature of a method begins whose C function is told the class that defines it. */
const DEFINING_CLASS = '($self, $class';

/** How CPython reports a wrong number of arguments, from its calling convention. */
const enum Convention {
  NOARGS = 0,
  O = 1,
  FASTCALL = 2,
  KEYWORDS = 3,
}

/**
 * A function written in TypeScript with its CPython text signature, such as '($self, key, default=None, /)'. The
 * signature alone decides how arguments are bound and which error a wrong call gives. The implementation gets its object first
 * (methods only), then one argument a parameter: undefined for one left out, an array for `*args`, a PyDict for `**kwargs`.
 */
export class BuiltinDef {
  readonly name: string;
  /** As error messages call it: 'list.append' or 'len'. */
  readonly qualname: string;
  readonly signature: string;
  // biome-ignore lint/complexity/noBannedTypes: called with as many arguments as the signature says.
  readonly implementation: Function;
  readonly doc: Value;
  /** Whether the implementation gets the object that it is a method of. */
  readonly hasSelf: boolean;
  /**
   * A call without keywords and with a count of arguments from `least` to `most` needs no binding. The signature is read
   * at the first call: until then no count fits.
   */
  least = 1;
  most = 0;
  private read: readonly Parameter[] | undefined = undefined;
  private convention: Convention = Convention.NOARGS;
  inline: InlineCall = InlineCall.NONE;
  /** Its C function is told the class that defines it: a signature begins with `$self, $class` then. CPython counts its arguments otherwise. */
  readonly takesClass: boolean;
  /** The implementation gets a boxed int or str as it is (see TypeDefinition.boxedMethods). */
  keepsBox = false;

  constructor(
    name: string,
    qualname: string,
    signature: string,
    implementation: Implementation,
    hasSelf: boolean,
    doc: Value,
  ) {
    this.name = name;
    this.qualname = qualname;
    this.takesClass = signature.startsWith(DEFINING_CLASS);
    this.signature = this.takesClass ? `($self${signature.slice(DEFINING_CLASS.length)}` : signature;
    this.implementation = implementation;
    this.hasSelf = hasSelf;
    this.doc = doc;
  }

  get parameters(): readonly Parameter[] {
    this.read ??= this.prepare();
    return this.read;
  }

  private prepare(): readonly Parameter[] {
    const parameters = parseSignature(this.signature);
    const positional = parameters.filter((p) => p.kind <= ParameterKind.POSITIONAL_OR_KEYWORD);
    const special = parameters.some(
      (p) =>
        p.kind === ParameterKind.VAR_POSITIONAL ||
        p.kind === ParameterKind.VAR_KEYWORD ||
        (p.kind === ParameterKind.KEYWORD_ONLY && !p.optional),
    );
    const required = positional.filter((p) => !p.optional).length;
    this.convention = this.takesClass ? Convention.KEYWORDS : conventionOf(parameters, required);
    if (!special) {
      this.least = required;
      this.most = positional.length;
    }
    return parameters;
  }

  /** Calls it with `self` (ignored unless hasSelf). */
  call(self: Slot, args: Value[], kwNames: KwNames): Value {
    const { implementation } = this;
    if (this.read === undefined) this.read = this.prepare();
    let bound: (Slot | Value[])[] = args;
    if (kwNames !== undefined || args.length < this.least || args.length > this.most)
      bound = this.bind(args, kwNames, self);
    const result = (this.hasSelf ? implementation(self, ...bound) : implementation(...bound)) as Slot;
    return result === undefined ? null : result;
  }

  /** Arguments as the implementation gets them. Raises TypeError as CPython's does. */
  bind(args: Value[], kwNames: KwNames, self?: Slot): (Slot | Value[])[] {
    const { parameters } = this;
    const kwCount = kwNames === undefined ? 0 : kwNames.length;
    const given = args.length - kwCount;
    if (kwCount > 0 && this.convention !== Convention.KEYWORDS) {
      throw typeError(`${this.shownName(self)}() takes no keyword arguments`);
    }
    if (
      this.convention === Convention.KEYWORDS &&
      given + kwCount > parameters.length &&
      this.name !== LENDS_KEYWORDS
    ) {
      this.tooMany(given, kwCount);
    }
    const bound: (Slot | Value[])[] = new Array(parameters.length).fill(undefined);
    let at = 0;
    let extraKeywords: PyDict | undefined;
    for (let i = 0; i < parameters.length; i++) {
      const { kind } = parameters[i];
      if (kind <= ParameterKind.POSITIONAL_OR_KEYWORD) {
        if (at < given) bound[i] = args[at++];
      } else if (kind === ParameterKind.VAR_POSITIONAL) {
        bound[i] = args.slice(at, given);
        at = given;
      } else if (kind === ParameterKind.VAR_KEYWORD) {
        extraKeywords = new PyDict();
        bound[i] = extraKeywords;
      }
    }
    if (at < given) this.wrongCount(given, self);
    // A missing argument is reported before a wrong keyword (_PyArg_UnpackKeywords).
    let wrong: { name: string; at: number } | undefined;
    for (let k = 0; k < kwCount; k++) {
      const name = kwNames![k];
      const value = args[given + k];
      const i = parameters.findIndex(
        (p) =>
          p.name === name && (p.kind === ParameterKind.POSITIONAL_OR_KEYWORD || p.kind === ParameterKind.KEYWORD_ONLY),
      );
      if (i < 0) {
        if (extraKeywords === undefined) wrong ??= { name, at: i };
        else extraKeywords.setString(name, value);
      } else if (bound[i] !== undefined) wrong ??= { name, at: i };
      else bound[i] = value;
    }
    for (let i = 0; i < parameters.length; i++) {
      const { kind, optional, name } = parameters[i];
      if (
        bound[i] !== undefined ||
        optional ||
        kind === ParameterKind.VAR_POSITIONAL ||
        kind === ParameterKind.VAR_KEYWORD
      ) {
        continue;
      }
      if (this.convention !== Convention.KEYWORDS || kind === ParameterKind.POSITIONAL_ONLY)
        this.wrongCount(given, self);
      if (kind === ParameterKind.KEYWORD_ONLY) {
        throw typeError(`${this.name}() missing required keyword-only argument: '${name}'`);
      }
      throw typeError(`${this.name}() missing required argument '${name}' (pos ${i + 1})`);
    }
    if (wrong !== undefined) {
      if (wrong.at < 0) this.unexpectedKeyword(wrong.name);
      throw typeError(`argument for ${this.name}() given by name ('${wrong.name}') and position (${wrong.at + 1})`);
    }
    return bound;
  }

  private unexpectedKeyword(keyword: string): never {
    const names = this.parameters.filter((p) => p.kind !== ParameterKind.POSITIONAL_ONLY).map((p) => p.name);
    const suggestion = suggestKeyword(keyword, names);
    const hint = suggestion === undefined ? '' : `. Did you mean '${suggestion}'?`;
    const name = this.name === LENDS_KEYWORDS ? 'sort' : this.name;
    throw newException(typeErrorType, `${name}() got an unexpected keyword argument '${keyword}'${hint}`);
  }

  /** A class method is named after the class that it is called of. */
  private shownName(self: Slot): string {
    return self instanceof PyType ? `${self.qualname}.${this.name}` : this.qualname;
  }

  /** More arguments than there are parameters, unless some are for `*args` or `**kwargs`. */
  private tooMany(given: number, kwCount: number): void {
    const { parameters } = this;
    if (parameters.some((p) => p.kind === ParameterKind.VAR_POSITIONAL || p.kind === ParameterKind.VAR_KEYWORD)) return;
    const { length } = parameters;
    if (length === 0) throw typeError(`${this.name}() takes no arguments`);
    const what = given === 0 ? 'keyword ' : '';
    throw typeError(
      `${this.name}() takes at most ${length} ${what}argument${length === 1 ? '' : 's'} (${given + kwCount} given)`,
    );
  }

  private wrongCount(given: number, self: Slot): never {
    const positional = this.parameters.filter((p) => p.kind <= ParameterKind.POSITIONAL_OR_KEYWORD);
    const least = positional.filter((p) => !p.optional).length;
    const most = positional.length;
    switch (this.name === LENDS_KEYWORDS ? Convention.FASTCALL : this.convention) {
      case Convention.NOARGS:
        throw typeError(`${this.shownName(self)}() takes no arguments (${given} given)`);
      case Convention.O:
        throw typeError(`${this.shownName(self)}() takes exactly one argument (${given} given)`);
      case Convention.FASTCALL: {
        const bound = given < least ? least : most;
        const word = least === most ? '' : given < least ? 'at least ' : 'at most ';
        throw typeError(`${this.name} expected ${word}${bound} argument${bound === 1 ? '' : 's'}, got ${given}`);
      }
      default: {
        if (given > most && most === 0) throw typeError(`${this.name}() takes no positional arguments`);
        const positionalOnly = positional.filter((p) => p.kind === ParameterKind.POSITIONAL_ONLY && !p.optional).length;
        const limit = given > most ? most : positionalOnly;
        const fewest = given > most ? least : positionalOnly;
        const word = fewest === most ? 'exactly' : given > most ? 'at most' : 'at least';
        throw typeError(
          `${this.name}() takes ${word} ${limit} positional argument${limit === 1 ? '' : 's'} (${given} given)`,
        );
      }
    }
  }
}

function conventionOf(parameters: readonly Parameter[], required: number): Convention {
  if (parameters.length === 0) return Convention.NOARGS;
  const positionalOnly = parameters.every(
    (p) => p.kind === ParameterKind.POSITIONAL_ONLY || p.kind === ParameterKind.VAR_POSITIONAL,
  );
  if (!positionalOnly) return Convention.KEYWORDS;
  return parameters.length === 1 && required === 1 ? Convention.O : Convention.FASTCALL;
}

/** Reads a text signature such as '($self, key, default=None, /, *, flag=False)'. */
export function parseSignature(signature: string): Parameter[] {
  const parameters: Parameter[] = [];
  let kind = ParameterKind.POSITIONAL_OR_KEYWORD;
  for (const part of splitParameters(signature.slice(1, -1))) {
    if (part.startsWith('$')) continue;
    if (part === '/') {
      parameters.forEach((p, i) => {
        parameters[i] = { ...p, kind: ParameterKind.POSITIONAL_ONLY };
      });
      continue;
    }
    if (part === '*') {
      kind = ParameterKind.KEYWORD_ONLY;
      continue;
    }
    const equals = part.indexOf('=');
    const name = equals < 0 ? part : part.slice(0, equals);
    if (name.startsWith('**')) {
      parameters.push({ name: name.slice(2), kind: ParameterKind.VAR_KEYWORD, optional: true });
    } else if (name.startsWith('*')) {
      parameters.push({ name: name.slice(1), kind: ParameterKind.VAR_POSITIONAL, optional: true });
      kind = ParameterKind.KEYWORD_ONLY;
    } else parameters.push({ name, kind, optional: equals >= 0 });
  }
  return parameters;
}

function splitParameters(text: string): string[] {
  const parts: string[] = [];
  let depth = 0;
  let quote = '';
  let start = 0;
  for (let i = 0; i <= text.length; i++) {
    const char = text[i];
    if (quote !== '') {
      if (char === '\\') i++;
      else if (char === quote) quote = '';
    } else if (char === "'" || char === '"') quote = char;
    else if (char === '(' || char === '[' || char === '{') depth++;
    else if (char === ')' || char === ']' || char === '}') depth--;
    else if ((char === ',' && depth === 0) || i === text.length) {
      const part = text.slice(start, i).trim();
      if (part !== '') parts.push(part);
      start = i + 1;
    }
  }
  return parts;
}
