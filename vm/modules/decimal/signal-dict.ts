import { defineType } from '../../objects/define.ts';
import { PyDict } from '../../objects/dict.ts';
import { keyError, valueError } from '../../objects/exception.ts';
import { PyList } from '../../objects/list.ts';
import { Compare, NotImplemented, type Slot, type Value } from '../../objects/object.ts';
import { tupleOf } from '../../objects/tuple.ts';
import { getIterator } from '../../operations/iterate.ts';
import { repr } from '../../operations/text.ts';
import { isSignalDict, SignalDict, signalBits, signalClasses, signalDictType, signalsOf } from './context.ts';

defineType(signalDictType, {
  module: 'decimal',
  tp_repr(self: SignalDict) {
    const items = signalClasses().signals.map(([bit, type]) => `${repr(type)}:${self.bits() & bit ? 'True' : 'False'}`);
    return `{${items.join(', ')}}`;
  },
  tp_iter: () => getIterator(new PyList(signalClasses().signals.map(([, type]) => type))),
  sq_length: () => signalClasses().signals.length,
  mp_subscript: (self: SignalDict, key: Value) => (self.bits() & bitOf(key)) !== 0,
  mp_ass_subscript(self: SignalDict, key: Value, value: Slot) {
    if (value === undefined) throw valueError('signal keys cannot be deleted');
    self.set(bitOf(key), value !== false && value !== 0 && value !== null);
  },
  tp_richcompare(self: SignalDict, other: Value, op: Compare) {
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
  if (found === undefined) throw keyError(key);
  return found[0];
}
