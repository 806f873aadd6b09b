import { vm } from '../../interpreter/state.ts';
import { defineType } from '../../objects/define.ts';
import { PyDict } from '../../objects/dict.ts';
import { newGenericAlias } from '../../objects/generic-alias.ts';
import { NativeIterator } from '../../objects/iterator.ts';
import { PyList } from '../../objects/list.ts';
import { PyMappingProxy } from '../../objects/mapping-proxy.ts';
import { Compare, NotImplemented, newType, PyObject, type Slot, typeOf, type Value } from '../../objects/object.ts';
import { stringOf } from '../../objects/str.ts';
import { tupleOf } from '../../objects/tuple.ts';
import { index } from '../../operations/arithmetic.ts';
import { callMethod } from '../../operations/attribute.ts';
import { call, isCallable } from '../../operations/call.ts';
import { equals } from '../../operations/compare.ts';
import { hashOf } from '../../operations/hash.ts';
import { repr } from '../../operations/text.ts';
import { SreFlag } from '../../sre/constants.ts';
import { Matcher } from '../../sre/matcher.ts';
import { expand, PyMatch, PyTemplate } from './match.ts';
import { bytesOf, joined, type Subject, sliceOf, subjectOf } from './subject.ts';

export const patternType = newType('re.Pattern');
const scannerType = newType('_sre.SRE_Scanner');
const matchIteratorType = newType('callable_iterator');

/** A compiled regular expression. */
export class PyPattern extends PyObject {
  readonly pattern: Value;
  readonly flags: number;
  readonly code: Uint32Array;
  readonly groups: number;
  readonly groupindex: PyDict;
  readonly indexgroup: readonly Value[];
  /** Undefined for a pattern without source, which matches both. */
  readonly isBytes: boolean | undefined;

  constructor(
    pattern: Value,
    flags: number,
    code: Uint32Array,
    groups: number,
    groupindex: PyDict,
    indexgroup: readonly Value[],
  ) {
    super(patternType);
    this.pattern = pattern;
    this.flags = flags;
    this.code = code;
    this.groups = groups;
    this.groupindex = groupindex;
    this.indexgroup = indexgroup;
    this.isBytes = pattern === null ? undefined : stringOf(pattern) === undefined;
  }
}

/** A search under way: a matcher, and what it works on (SRE_STATE). */
class Search {
  readonly pattern: PyPattern;
  readonly subject: Subject;
  readonly matcher: Matcher;
  readonly pos: number;

  /** What lends the buffer that an iterator or scanner goes through. */
  lease: { readonly object: Value } | undefined = undefined;
  constructor(pattern: PyPattern, string: Value, pos: Slot, endpos: Slot) {
    this.pattern = pattern;
    this.subject = subjectOf(string, pattern.isBytes);
    const { length } = this.subject.chars;
    this.pos = clamped(pos, 0, length);
    this.matcher = new Matcher(
      pattern.code,
      pattern.groups,
      this.subject.chars,
      this.pos,
      clamped(endpos, length, length),
    );
  }

  /** Keeps the size of a bytearray from changing as long as a variable holds what goes through it. */
  keepBuffer(): void {
    const { object } = this.subject;
    this.lease = { object };
    typeOf(object).bf_getbuffer?.(object);
  }

  match(): PyMatch {
    return new PyMatch(this.pattern, this.subject, this.matcher, this.pos);
  }

  /** The next match that doesn't overlap the one before; false at the end. */
  next(find: 'search' | 'match' = 'search'): boolean {
    const { matcher } = this;
    matcher.reset();
    return matcher[find]();
  }

  /** Makes the next search begin where the match ended. */
  advance(): void {
    const { matcher } = this;
    matcher.mustAdvance = matcher.ptr === matcher.start;
    matcher.start = matcher.ptr;
  }

  /** A group of the match just found, straight from the marks (state_getslice). */
  group(number: number, missing: Value): Value {
    const found = this.matcher.span(number);
    return found === undefined ? missing : sliceOf(this.subject, found[0], found[1]);
  }

  slice(start: number, end: number): Value {
    return sliceOf(this.subject, start, end);
  }
}

function clamped(value: Slot, otherwise: number, length: number): number {
  if (value === undefined) return otherwise;
  const at = index(value);
  return at < 0 ? 0 : at > length ? length : Number(at);
}

function match(self: PyPattern, string: Value, pos: Slot, endpos: Slot): Value {
  const search = new Search(self, string, pos, endpos);
  return search.matcher.match() ? search.match() : null;
}

function fullmatch(self: PyPattern, string: Value, pos: Slot, endpos: Slot): Value {
  const search = new Search(self, string, pos, endpos);
  search.matcher.matchAll = true;
  return search.matcher.match() ? search.match() : null;
}

function searchMethod(self: PyPattern, string: Value, pos: Slot, endpos: Slot): Value {
  const search = new Search(self, string, pos, endpos);
  return search.matcher.search() ? search.match() : null;
}

function findall(self: PyPattern, string: Value, pos: Slot, endpos: Slot): Value {
  const search = new Search(self, string, pos, endpos);
  const { matcher } = search;
  const empty = search.slice(0, 0);
  const found: Value[] = [];
  while (matcher.start <= matcher.end && search.next()) {
    if (self.groups === 0) found.push(search.slice(matcher.start, matcher.ptr));
    else if (self.groups === 1) found.push(search.group(1, empty));
    else found.push(tupleOf(Array.from({ length: self.groups }, (_, i) => search.group(i + 1, empty))));
    search.advance();
  }
  return new PyList(found);
}

function finditer(self: PyPattern, string: Value, pos: Slot, endpos: Slot): Value {
  const search = new Search(self, string, pos, endpos);
  search.keepBuffer();
  return new NativeIterator(
    matchIteratorType,
    () => {
      if (search.matcher.start > search.matcher.end || !search.next()) return undefined;
      const found = search.match();
      search.advance();
      return found;
    },
    search,
  );
}

defineType(matchIteratorType, {
  subclassable: false,
  tp_iter: (self: Value) => self,
  tp_iternext: (self: NativeIterator) => {
    const item = self.advance?.();
    if (item === undefined) self.advance = undefined;
    return item;
  },
});

function split(self: PyPattern, string: Value, maxsplit: Slot): Value {
  const most = maxsplit === undefined ? 0 : Number(index(maxsplit));
  const search = new Search(self, string, undefined, undefined);
  const { matcher } = search;
  const parts: Value[] = [];
  let last = 0;
  for (let n = 0; (most === 0 || n < most) && search.next(); n++) {
    parts.push(search.slice(last, matcher.start));
    for (let group = 1; group <= self.groups; group++) parts.push(search.group(group, null));
    last = matcher.ptr;
    search.advance();
  }
  parts.push(search.slice(last, matcher.end));
  return new PyList(parts);
}

/** What sub() puts in the place of a match: always the same, or by the match. */
function replacementFor(self: PyPattern, repl: Value): Value | ((match: PyMatch) => Value) {
  if (isCallable(repl)) return (found) => call(repl, found);
  const text = stringOf(repl);
  if (text === undefined ? isLiteral(repl) : !text.includes('\\')) return repl;
  const template = callMethod(vm.importModule('re'), '_compile_template', self, repl);
  if (!(template instanceof PyTemplate)) return (found) => call(template, found);
  return template.parts.length === 1 ? template.parts[0] : (found) => expand(template, found);
}

/** Whether a bytes-like object has no backslash, so that nothing in it has to be understood. */
function isLiteral(repl: Value): boolean {
  return typeOf(repl).bf_getbuffer !== undefined && !bytesOf(repl).includes(0x5c);
}

/** pattern_subx: the new text and how many replacements were made. */
function replaced(self: PyPattern, repl: Value, string: Value, count: Slot): [Value, number] {
  const most = count === undefined ? 0 : Number(index(count));
  const replacement = replacementFor(self, repl);
  const search = new Search(self, string, undefined, undefined);
  const { matcher } = search;
  const parts: Value[] = [];
  let last = 0;
  let n = 0;
  while ((most === 0 || n < most) && search.next()) {
    if (last < matcher.start) parts.push(search.slice(last, matcher.start));
    last = matcher.ptr;
    const item = typeof replacement === 'function' ? replacement(search.match()) : replacement;
    if (item !== null) parts.push(item);
    n++;
    search.advance();
  }
  if (last < matcher.end) parts.push(search.slice(last, matcher.end));
  return [joined(search.subject, parts), n];
}

const FLAG_NAMES: readonly (readonly [flag: number, name: string])[] = [
  [SreFlag.IGNORECASE, 're.IGNORECASE'],
  [SreFlag.LOCALE, 're.LOCALE'],
  [SreFlag.MULTILINE, 're.MULTILINE'],
  [SreFlag.DOTALL, 're.DOTALL'],
  [SreFlag.UNICODE, 're.UNICODE'],
  [SreFlag.VERBOSE, 're.VERBOSE'],
  [SreFlag.DEBUG, 're.DEBUG'],
  [SreFlag.ASCII, 're.ASCII'],
];

function patternRepr(self: PyPattern): string {
  let { flags } = self;
  const kind = SreFlag.LOCALE | SreFlag.UNICODE | SreFlag.ASCII;
  if (self.isBytes === false && (flags & kind) === SreFlag.UNICODE) flags &= ~SreFlag.UNICODE;
  const names: string[] = [];
  for (const [flag, name] of FLAG_NAMES) {
    if ((flags & flag) === 0) continue;
    names.push(name);
    flags &= ~flag;
  }
  if (flags !== 0) names.push(`0x${flags.toString(16)}`);
  const source = Array.from(repr(self.pattern)).slice(0, 200).join('');
  return names.length === 0 ? `re.compile(${source})` : `re.compile(${source}, ${names.join('|')})`;
}

function samePattern(left: PyPattern, right: PyPattern): boolean {
  return (
    left === right ||
    (left.flags === right.flags &&
      left.isBytes === right.isBytes &&
      left.code.length === right.code.length &&
      left.code.every((word, i) => word === right.code[i]) &&
      equals(left.pattern, right.pattern))
  );
}

class Scanner extends PyObject {
  readonly search: Search;
  constructor(search: Search) {
    super(scannerType);
    this.search = search;
    search.keepBuffer();
  }

  get lease(): Search['lease'] {
    return this.search.lease;
  }
}

function scan(self: Scanner, find: 'search' | 'match'): Value {
  const { search } = self;
  if (search.matcher.start > search.matcher.end) return null;
  if (!search.next(find)) {
    // A scanner that has found its end stays there.
    search.matcher.start = search.matcher.end + 1;
    return null;
  }
  const found = search.match();
  search.advance();
  return found;
}

defineType(scannerType, {
  module: '_sre',
  subclassable: false,
  methods: {
    match: ['($self, /)', (self: Scanner) => scan(self, 'match')],
    search: ['($self, /)', (self: Scanner) => scan(self, 'search')],
  },
  members: {
    pattern: [(self: Scanner) => self.search.pattern],
  },
});

const WITH_RANGE = '($self, /, string, pos=0, endpos=sys.maxsize)';

defineType(patternType, {
  module: 're',
  doc: 'Compiled regular expression object.',
  subclassable: false,
  hasWeakrefs: true,
  tp_repr: patternRepr,
  tp_hash: (self: PyPattern) => {
    const hash = BigInt(hashOf(self.pattern)) ^ BigInt(self.flags) ^ (BigInt(self.code.length) << 20n);
    return Number(BigInt.asIntN(52, hash));
  },
  tp_richcompare: (self: PyPattern, other: Value, op: Compare) => {
    if ((op !== Compare.EQ && op !== Compare.NE) || !(other instanceof PyPattern)) return NotImplemented;
    return samePattern(self, other) === (op === Compare.EQ);
  },
  methods: {
    match: [WITH_RANGE, match],
    fullmatch: [WITH_RANGE, fullmatch],
    search: [WITH_RANGE, searchMethod],
    findall: [WITH_RANGE, findall],
    finditer: [WITH_RANGE, finditer],
    split: ['($self, /, string, maxsplit=0)', split],
    sub: [
      '($self, /, repl, string, count=0)',
      (self: PyPattern, repl: Value, string: Value, count: Slot) => replaced(self, repl, string, count)[0],
    ],
    subn: [
      '($self, /, repl, string, count=0)',
      (self: PyPattern, repl: Value, string: Value, count: Slot) => tupleOf(replaced(self, repl, string, count)),
    ],
    scanner: [
      WITH_RANGE,
      (self: PyPattern, string: Value, pos: Slot, endpos: Slot) => new Scanner(new Search(self, string, pos, endpos)),
    ],
    __copy__: ['($self, /)', (self: PyPattern) => self],
    __deepcopy__: ['($self, memo, /)', (self: PyPattern) => self],
  },
  classMethods: {
    __class_getitem__: ['($type, object, /)', newGenericAlias],
  },
  members: {
    pattern: [(self: PyPattern) => self.pattern],
    flags: [(self: PyPattern) => self.flags],
    groups: [(self: PyPattern) => self.groups],
  },
  getset: {
    groupindex: [
      (self: PyPattern) => (self.groupindex.used === 0 ? new PyDict() : new PyMappingProxy(self.groupindex)),
    ],
  },
});
