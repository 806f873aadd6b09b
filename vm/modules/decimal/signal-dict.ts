import { vm } from '../../interpreter/state.ts';
import { defineType } from '../../objects/define.ts';
import { PyDict } from '../../objects/dict.ts';
import { valueError } from '../../objects/exception.ts';
import { PyList } from '../../objects/list.ts';
import { Compare, NotImplemented, type PyType, type Slot, typeOf, type Value } from '../../objects/object.ts';
import { addRoot } from '../../objects/roots.ts';
import { tupleOf } from '../../objects/tuple.ts';
import { getAttribute } from '../../operations/attribute.ts';
import { call } from '../../operations/call.ts';
import { getIterator } from '../../operations/iterate.ts';
import { repr } from '../../operations/text.ts';
import {
  isSignalDict,
  noSuchSignal,
  type PyContext,
  SignalDict,
  signalBits,
  signalClasses,
  signalDictMixin,
  signalsOf,
} from './context.ts';

let signalDictClass: PyType | undefined;
addRoot(() => signalDictClass);

/** A context's flags or traps for a program. The class is a MutableMapping, so it is made when it is first asked for. */
export function signalDictOf(context: PyContext, which: 'flags' | 'traps'): SignalDict {
  if (signalDictClass === undefined) {
    const abstract = vm.importModule('_collections_abc');
    const mapping = getAttribute(abstract, 'MutableMapping');
    signalDictClass = call(typeOf(mapping), 'SignalDict', tupleOf([signalDictMixin, mapping]), new PyDict()) as PyType;
  }
  return new SignalDict(signalDictClass, context, which);
}

/** Forgets the class, which belongs to the library of the machine that runs. */
export function forgetSignalDict(): void {
  signalDictClass = undefined;
}

defineType(signalDictMixin, {
  module: 'decimal',
  allocate: (type) => new SignalDict(type, undefined, 'flags'),
  tp_new: (type: PyType) => type.allocate(type),
  tp_repr(self: SignalDict) {
    const items = signalClasses().signals.map(([bit, type]) => `${repr(type)}:${self.bits() & bit ? 'True' : 'False'}`);
    return `{${items.join(', ')}}`;
  },
  tp_iter: (self: SignalDict) => {
    self.owner();
    return getIterator(new PyList(signalClasses().signals.map(([, type]) => type)));
  },
  sq_length: (self: SignalDict) => {
    self.owner();
    return signalClasses().signals.length;
  },
  mp_subscript: (self: SignalDict, key: Value) => (self.bits() & bitOf(key)) !== 0,
  mp_ass_subscript(self: SignalDict, key: Value, value: Slot) {
    if (value === undefined) throw valueError('signal keys cannot be deleted');
    self.set(bitOf(key), value !== false && value !== 0 && value !== null);
  },
  tp_richcompare(self: SignalDict, other: Value, op: Compare) {
    self.owner();
    if (op !== Compare.EQ && op !== Compare.NE) return NotImplemented;
    if (!(other instanceof SignalDict) && !(other instanceof PyDict)) return NotImplemented;
    // A dict of anything but all signals is no set of flags.
    if (other instanceof PyDict && !isSignalDict(other)) return NotImplemented;
    const same =
      signalsOf(self.bits()).length === signalsOf(signalBits(other)).length &&
      signalsOf(self.bits()).every((type) => signalsOf(signalBits(other)).includes(type));
    return same === (op === Compare.EQ);
  },
  methods: {
    copy: [
      '($self, /)',
      (self: SignalDict) => {
        const copy = new PyDict();
        for (const [bit, type] of signalClasses().signals) copy.set(type, (self.bits() & bit) !== 0);
        return copy;
      },
    ],
    keys: ['($self, /)', () => new PyList(signalClasses().signals.map(([, type]) => type))],
    values: [
      '($self, /)',
      (self: SignalDict) => new PyList(signalClasses().signals.map(([bit]) => (self.bits() & bit) !== 0)),
    ],
    items: [
      '($self, /)',
      (self: SignalDict) =>
        new PyList(signalClasses().signals.map(([bit, type]) => tupleOf([type, (self.bits() & bit) !== 0]))),
    ],
  },
});

function bitOf(key: Value): number {
  const found = signalClasses().signals.find(([, type]) => type === key);
  if (found === undefined) throw noSuchSignal();
  return found[0];
}
