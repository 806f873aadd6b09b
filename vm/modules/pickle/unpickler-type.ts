import { bind } from '../../objects/bind.ts';
import { defineType } from '../../objects/define.ts';
import { PyDict } from '../../objects/dict.ts';
import { typeError, valueError } from '../../objects/exception.ts';
import { integerOf } from '../../objects/int.ts';
import {
  dictType,
  type KwNames,
  newType,
  PyObject,
  type PyType,
  type Slot,
  typeOf,
  type Value,
} from '../../objects/object.ts';
import { stringOf } from '../../objects/str.ts';
import { tupleOf } from '../../objects/tuple.ts';
import { genericGetAttribute, genericSetAttribute } from '../../operations/attribute.ts';
import { unhashable } from '../../operations/hash.ts';
import { getIterator } from '../../operations/iterate.ts';
import { isTrue } from '../../operations/truth.ts';
import { unpicklingError } from './errors.ts';
import { findClass } from './load-objects.ts';
import { load, Unpickler, unpicklerType } from './unpickler.ts';

const memoProxyType = newType('_pickle.UnpicklerMemoProxy');

/** An unpickler's memo as programs see it. */
class UnpicklerMemoProxy extends PyObject {
  readonly unpickler: Unpickler;
  constructor(unpickler: Unpickler) {
    super(memoProxyType);
    this.unpickler = unpickler;
  }

  /** The objects by their numbers. */
  copy(): PyDict {
    const copy = new PyDict();
    this.unpickler.memo.forEach((value, number) => {
      if (value !== undefined) copy.set(number, value);
    });
    return copy;
  }
}

defineType(memoProxyType, {
  module: '_pickle',
  tp_hash: unhashable,
  methods: {
    clear: [
      '($self, /)',
      (self: UnpicklerMemoProxy) => {
        self.unpickler.memo = [];
      },
    ],
    copy: ['($self, /)', (self: UnpicklerMemoProxy) => self.copy()],
    __reduce__: ['($self, /)', (self: UnpicklerMemoProxy) => tupleOf([dictType, tupleOf([self.copy()])])],
  },
});

function setMemo(self: Unpickler, memo: Slot): void {
  if (memo === undefined) throw typeError('attribute deletion is not supported');
  if (memo instanceof UnpicklerMemoProxy) self.memo = memo.unpickler.memo.slice();
  else if (memo instanceof PyDict) {
    const values: Slot[] = [];
    for (const [key, value] of memo.entries()) {
      const number = integerOf(key);
      if (number === undefined) throw typeError('memo key must be integers');
      if (number < 0) throw valueError('memo key must be positive integers.');
      values[Number(number)] = value;
    }
    self.memo = values;
  } else {
    const { tp_name } = typeOf(memo);
    throw typeError(`'memo' attribute must be an UnpicklerMemoProxy object or dict, not ${tp_name}`);
  }
}

/** What load(), loads() and Unpickler() are told by keyword; `caller` is the one that errors name. */
export function setOptions(self: Unpickler, caller: string, options: readonly Slot[]): void {
  const [fixImports, encoding, errors, buffers] = options;
  self.fixImports = fixImports === undefined || isTrue(fixImports);
  self.encoding = nameOption(caller, 'encoding', encoding) ?? 'ASCII';
  self.errors = nameOption(caller, 'errors', errors) ?? 'strict';
  self.buffers = buffers === undefined || buffers === null ? undefined : getIterator(buffers);
}

function nameOption(caller: string, option: string, value: Slot): string | undefined {
  if (value === undefined) return undefined;
  const text = stringOf(value);
  if (text === undefined) {
    throw typeError(
      `${caller}() argument '${option}' must be str, not ${value === null ? 'None' : typeOf(value).tp_name}`,
    );
  }
  if (text.includes('\0')) throw valueError('embedded null character');
  return text;
}

const OPTIONS = "*, fix_imports=True, encoding='ASCII', errors='strict', buffers=()";

function initialize(self: Unpickler, args: Value[], kwNames: KwNames): void {
  const [file, ...options] = bind('Unpickler', `(file, ${OPTIONS})`, args, kwNames);
  if (self.input.read !== undefined) {
    self.input.release();
    self.ownPersistentLoad = undefined;
  }
  self.input.setFile(file as Value);
  setOptions(self, 'Unpickler', options);
  self.memo = [];
  self.memoLength = 0;
  self.protocol = 0;
}

const PERSISTENT_LOAD = 'persistent_load';

defineType(unpicklerType, {
  module: '_pickle',
  signature: `(file, ${OPTIONS})`,
  allocate: (type: PyType) => new Unpickler(type),
  tp_new: (type: PyType) => type.allocate(type),
  tp_init: initialize,
  tp_getattro: (self: Unpickler, name: string) =>
    name === PERSISTENT_LOAD && self.ownPersistentLoad !== undefined
      ? self.ownPersistentLoad
      : genericGetAttribute(self, name),
  tp_setattro(self: Unpickler, name: string, value: Slot) {
    if (name === PERSISTENT_LOAD) self.ownPersistentLoad = value;
    else genericSetAttribute(self, name, value);
  },
  methods: {
    persistent_load: [
      '($self, $class, pid, /)',
      () => {
        throw unpicklingError(
          'A load persistent id instruction was encountered, but no persistent_load function was specified.',
        );
      },
    ],
    load: [
      '($self, $class, /)',
      (self: Unpickler) => {
        if (self.input.read === undefined) {
          const { tp_name } = self.type;
          throw unpicklingError(`Unpickler.__init__() was not called by ${tp_name}.__init__()`);
        }
        return load(self);
      },
    ],
    find_class: ['($self, $class, module_name, global_name, /)', findClass],
  },
  getset: {
    memo: [(self: Unpickler) => new UnpicklerMemoProxy(self), setMemo],
  },
});
