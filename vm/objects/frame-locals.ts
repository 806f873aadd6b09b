import { LocalKind } from '../../compiler/bytecode/code-object.ts';
import { setLocalVariable } from '../interpreter/debugging.ts';
import type { Frame } from '../interpreter/frame.ts';
import { extraOf } from '../interpreter/frame-extra.ts';
import { frameLocals } from '../interpreter/names.ts';
import { bitOr } from '../operations/arithmetic.ts';
import { callMethod } from '../operations/attribute.ts';
import { richCompare } from '../operations/compare.ts';
import { enterRepr, leaveRepr } from '../operations/recursive-repr.ts';
import { repr } from '../operations/text.ts';
import { PyCell } from './cell.ts';
import { defineType } from './define.ts';
import { PyDict } from './dict.ts';
import { keyError, valueError } from './exception.ts';
import { type Compare, NotImplemented, newType, PyObject, type Slot, type Value } from './object.ts';
import { stringOf } from './str.ts';

export const frameLocalsProxyType = newType('FrameLocalsProxy');

/** What `f_locals` of a function's frame gives: a mapping that reads and writes its variables (PEP 667). */
class FrameLocalsProxy extends PyObject {
  readonly frame: Frame;
  constructor(frame: Frame) {
    super(frameLocalsProxyType);
    this.frame = frame;
  }
}

/** f_locals: a new proxy for a function, the namespace itself for all else (frame_getlocals). */
export function localsOf(frame: Frame): Value {
  const fast = frame.hasFastLocals || hiddenLocals(frame) !== undefined;
  return fast ? new FrameLocalsProxy(frame) : (frame.locals as Value);
}

/**
 * The variables of an inlined comprehension that a module or class body is in the midst of: they alone are its locals then
 * (_PyFrame_HasHiddenLocals). Undefined elsewhere.
 */
function hiddenLocals(frame: Frame): PyDict | undefined {
  let found: PyDict | undefined;
  const { co_localsplusnames, co_localspluskinds } = frame.code.code;
  for (let index = 0; index < co_localspluskinds.length; index++) {
    if ((co_localspluskinds[index] & LocalKind.HIDDEN) === 0) continue;
    const slot = frame.stack[index];
    const value = slot instanceof PyCell ? slot.contents : slot;
    if (value === undefined) continue;
    found ??= new PyDict();
    found.setString(co_localsplusnames[index], value);
  }
  return found;
}

/** What locals() gives: a dict of now for a function, the namespace itself for all else (PyEval_GetLocals of PEP 667). */
export function localsSnapshot(frame: Frame): Value {
  if (!frame.hasFastLocals) return hiddenLocals(frame) ?? (frame.locals as Value);
  const dict = (frameLocals(frame) as PyDict).copy();
  const extra = frame.extra?.extraLocals;
  if (extra !== undefined) for (const [key, value] of extra.entries()) dict.set(key, value);
  return dict;
}

const snapshot = ({ frame }: FrameLocalsProxy): PyDict => localsSnapshot(frame) as PyDict;

function assign({ frame }: FrameLocalsProxy, key: Value, value: Value): void {
  const name = stringOf(key);
  if (name !== undefined && setLocalVariable(frame, name, value)) return;
  const extra = extraOf(frame);
  extra.extraLocals ??= new PyDict();
  extra.extraLocals.set(key, value);
}

function remove({ frame }: FrameLocalsProxy, key: Value): Value {
  const name = stringOf(key);
  if (name !== undefined && frame.code.code.co_localsplusnames.includes(name)) {
    throw valueError('cannot remove local variables from FrameLocalsProxy');
  }
  const removed = frame.extra?.extraLocals?.delete(key);
  if (removed === undefined) throw keyError(key);
  return removed;
}

function update(self: FrameLocalsProxy, other: Value): void {
  const given = new PyDict();
  callMethod(given, 'update', other);
  for (const [key, value] of given.entries()) assign(self, key, value);
}

const plain = (value: Value): Value => (value instanceof FrameLocalsProxy ? snapshot(value) : value);
const view = (name: string) => (self: FrameLocalsProxy) => callMethod(snapshot(self), name);

defineType(frameLocalsProxyType, {
  subclassable: false,
  tp_repr: (self: FrameLocalsProxy) => {
    if (!enterRepr(self)) return '{...}';
    try {
      return repr(snapshot(self));
    } finally {
      leaveRepr(self);
    }
  },
  tp_richcompare: (self: FrameLocalsProxy, other: Value, op: Compare) =>
    other instanceof FrameLocalsProxy || other instanceof PyDict
      ? richCompare(snapshot(self), plain(other), op)
      : NotImplemented,
  tp_iter: (self: FrameLocalsProxy) => callMethod(snapshot(self), '__iter__'),
  sq_length: (self: FrameLocalsProxy) => snapshot(self).size,
  sq_contains: (self: FrameLocalsProxy, key: Value) => snapshot(self).has(key),
  mp_subscript: (self: FrameLocalsProxy, key: Value) => {
    const value = snapshot(self).get(key);
    if (value === undefined) throw keyError(key);
    return value;
  },
  mp_ass_subscript: (self: FrameLocalsProxy, key: Value, value: Slot) => {
    if (value === undefined) remove(self, key);
    else assign(self, key, value);
  },
  nb_or: (left: Value, right: Value) => bitOr(plain(left), plain(right)),
  nb_inplace_or: (self: FrameLocalsProxy, other: Value) => {
    update(self, other);
    return self;
  },
  methods: {
    keys: ['($self, /)', view('keys')],
    values: ['($self, /)', view('values')],
    items: ['($self, /)', view('items')],
    copy: ['($self, /)', (self: FrameLocalsProxy) => snapshot(self)],
    get: [
      '($self, key, default=None, /)',
      (self: FrameLocalsProxy, key: Value, absent: Value = null) => snapshot(self).get(key) ?? absent,
    ],
    setdefault: [
      '($self, key, default=None, /)',
      (self: FrameLocalsProxy, key: Value, absent: Value = null) => {
        const value = snapshot(self).get(key);
        if (value === undefined) assign(self, key, absent);
        return value ?? absent;
      },
    ],
    update: ['($self, other, /)', update],
    pop: [
      '($self, key, default=<unrepresentable>, /)',
      (self: FrameLocalsProxy, key: Value, absent?: Value) => {
        if (absent !== undefined && !snapshot(self).has(key)) return absent;
        return remove(self, key);
      },
    ],
  },
});
