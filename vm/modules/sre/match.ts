import { vm } from '../../interpreter/state.ts';
import { defineType } from '../../objects/define.ts';
import { PyDict } from '../../objects/dict.ts';
import { indexError, typeError } from '../../objects/exception.ts';
import { newGenericAlias } from '../../objects/generic-alias.ts';
import { isInt } from '../../objects/int.ts';
import { newType, PyObject, type Slot, typeOf, type Value } from '../../objects/object.ts';
import { tupleOf } from '../../objects/tuple.ts';
import { index } from '../../operations/arithmetic.ts';
import { callMethod } from '../../operations/attribute.ts';
import { repr } from '../../operations/text.ts';
import type { Matcher } from '../../sre/matcher.ts';
import type { PyPattern } from './pattern.ts';
import { currentSliceOf, joined, type Subject } from './subject.ts';

export const matchType = newType('re.Match');
export const templateType = newType('_sre.SRE_Template');

/** The result of a successful match. `marks` are the ends of group 0, 1, …; -1 where a group took no part. */
export class PyMatch extends PyObject {
  readonly pattern: PyPattern;
  readonly subject: Subject;
  readonly marks: Int32Array;
  readonly pos: number;
  readonly endpos: number;
  readonly lastindex: number;

  constructor(pattern: PyPattern, subject: Subject, matcher: Matcher, pos: number) {
    super(matchType);
    this.pattern = pattern;
    this.subject = subject;
    this.pos = pos;
    this.endpos = matcher.end;
    this.lastindex = matcher.lastindex;
    this.marks = new Int32Array(2 * (pattern.groups + 1)).fill(-1);
    this.marks[0] = matcher.start;
    this.marks[1] = matcher.ptr;
    for (let group = 1; group <= pattern.groups; group++) {
      const span = matcher.span(group);
      if (span === undefined) continue;
      this.marks[2 * group] = span[0];
      this.marks[2 * group + 1] = span[1];
    }
  }

  /** The text of a group, or `missing`. */
  group(number: number, missing: Value = null): Value {
    const start = this.marks[2 * number];
    return start < 0 ? missing : currentSliceOf(this.subject, start, this.marks[2 * number + 1]);
  }
}

/** A replacement text with references to groups, as re._parser read it. */
export class PyTemplate extends PyObject {
  /** Literal texts and group numbers in turn. */
  readonly parts: readonly Value[];
  constructor(parts: readonly Value[]) {
    super(templateType);
    this.parts = parts;
  }
}

defineType(templateType, { module: '_sre', doc: 'Parsed template of a replacement.', subclassable: false });

/** `_sre.template(pattern, template)`. */
export function newTemplate(parts: readonly Value[]): PyTemplate {
  const valid = parts.length % 2 === 1 && parts.every((part, i) => i % 2 === 0 || (isInt(part) && index(part) >= 0));
  if (!valid) throw typeError('invalid template');
  return new PyTemplate(parts);
}

/** expand_template: groups that took no part are left out. */
export function expand(template: PyTemplate, match: PyMatch): Value {
  if (template.parts.length === 1) return template.parts[0];
  const parts: Value[] = [];
  template.parts.forEach((part, i) => {
    if (i % 2 === 0) {
      parts.push(part);
      return;
    }
    const group = Number(index(part));
    if (group > match.pattern.groups) throw indexError('no such group');
    const text = match.group(group);
    if (text !== null) parts.push(text);
  });
  return joined(match.subject, parts);
}

/** match_getindex: a group's number from its number or name. */
function groupNumber(self: PyMatch, group: Slot): number {
  if (group === undefined) return 0;
  let number: number | bigint = -1;
  if (isInt(group) || typeOf(group).nb_index !== undefined) {
    number = index(group);
  } else {
    const found = self.pattern.groupindex.get(group);
    if (found !== undefined && isInt(found)) number = index(found);
  }
  if (number < 0 || number > self.pattern.groups) throw indexError('no such group');
  return Number(number);
}

const getGroup = (self: PyMatch, group: Value): Value => self.group(groupNumber(self, group));

function groupMethod(self: PyMatch, groups: Value[]): Value {
  if (groups.length === 0) return self.group(0);
  if (groups.length === 1) return getGroup(self, groups[0]);
  return tupleOf(groups.map((group) => getGroup(self, group)));
}

const allGroups = (self: PyMatch, missing: Slot): Value =>
  tupleOf(Array.from({ length: self.pattern.groups }, (_, i) => self.group(i + 1, missing ?? null)));

function groupDict(self: PyMatch, missing: Slot): Value {
  const dict = new PyDict();
  for (const name of self.pattern.groupindex.keyList()) {
    dict.set(name, self.group(groupNumber(self, name), missing ?? null));
  }
  return dict;
}

const span = (self: PyMatch, group: number): Value => tupleOf([self.marks[2 * group], self.marks[2 * group + 1]]);

function expandMethod(self: PyMatch, template: Value): Value {
  const compiled = callMethod(vm.importModule('re'), '_compile_template', self.pattern, template);
  return expand(compiled as PyTemplate, self);
}

defineType(matchType, {
  module: 're',
  doc: 'The result of re.match() and re.search(); it is always true.',
  subclassable: false,
  tp_repr: (self: PyMatch) =>
    `<re.Match object; span=(${self.marks[0]}, ${self.marks[1]}), match=${repr(self.group(0))}>`,
  mp_subscript: (self: Value, group: Value) => getGroup(self as PyMatch, group),
  methods: {
    group: ['($self, /, *args)', groupMethod],
    start: ['($self, group=0, /)', (self: PyMatch, group: Slot) => self.marks[2 * groupNumber(self, group)]],
    end: ['($self, group=0, /)', (self: PyMatch, group: Slot) => self.marks[2 * groupNumber(self, group) + 1]],
    span: ['($self, group=0, /)', (self: PyMatch, group: Slot) => span(self, groupNumber(self, group))],
    groups: ['($self, /, default=None)', allGroups],
    groupdict: ['($self, /, default=None)', groupDict],
    expand: ['($self, /, template)', expandMethod],
    __copy__: ['($self, /)', (self: PyMatch) => self],
    __deepcopy__: ['($self, memo, /)', (self: PyMatch) => self],
  },
  classMethods: {
    __class_getitem__: ['($type, object, /)', newGenericAlias],
  },
  members: {
    string: [(self: PyMatch) => self.subject.object],
    re: [(self: PyMatch) => self.pattern],
    pos: [(self: PyMatch) => self.pos],
    endpos: [(self: PyMatch) => self.endpos],
  },
  getset: {
    lastindex: [(self: PyMatch) => (self.lastindex >= 0 ? self.lastindex : null)],
    lastgroup: [(self: PyMatch) => (self.lastindex >= 0 ? (self.pattern.indexgroup[self.lastindex] ?? null) : null)],
    regs: [(self: PyMatch) => tupleOf(Array.from({ length: self.pattern.groups + 1 }, (_, i) => span(self, i)))],
  },
});
