import { bind } from '../../objects/bind.ts';
import { defineType } from '../../objects/define.ts';
import { PyDict } from '../../objects/dict.ts';
import { attributeError, overflowError, typeError } from '../../objects/exception.ts';
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
import { PyTuple, tupleOf } from '../../objects/tuple.ts';
import { index } from '../../operations/arithmetic.ts';
import { genericGetAttribute, genericSetAttribute, lookupAttribute } from '../../operations/attribute.ts';
import { identityOf, unhashable } from '../../operations/hash.ts';
import { isTrue } from '../../operations/truth.ts';
import { picklingError } from './errors.ts';
import { unboxed } from './own-strings.ts';
import { dump, Pickler, picklerType } from './pickler.ts';

const memoProxyType = newType('_pickle.PicklerMemoProxy');

/** A pickler's memo as programs see it. */
class PicklerMemoProxy extends PyObject {
  readonly pickler: Pickler;
  constructor(pickler: Pickler) {
    super(memoProxyType);
    this.pickler = pickler;
  }

  /** The number of each object and the object, by its id. */
  copy(): PyDict {
    const copy = new PyDict();
    for (const [value, number] of this.pickler.memo) copy.set(identityOf(value), tupleOf([number, unboxed(value)]));
    return copy;
  }
}

defineType(memoProxyType, {
  module: '_pickle',
  tp_hash: unhashable,
  methods: {
    clear: ['($self, /)', (self: PicklerMemoProxy) => self.pickler.memo.clear()],
    copy: ['($self, /)', (self: PicklerMemoProxy) => self.copy()],
    __reduce__: ['($self, /)', (self: PicklerMemoProxy) => tupleOf([dictType, tupleOf([self.copy()])])],
  },
});

/** The file that a pickler writes to (_Pickler_SetOutputStream). */
export function setOutput(pickler: Pickler, file: Value): void {
  const write = lookupAttribute(file, 'write');
  if (write === undefined) throw typeError("file must have a 'write' attribute");
  pickler.output.write = write;
}

function initialize(self: Pickler, args: Value[], kwNames: KwNames): void {
  const [file, protocol, fixImports, bufferCallback] = bind(
    'Pickler',
    '(file, protocol=None, fix_imports=True, buffer_callback=None)',
    args,
    kwNames,
  );
  if (self.output.write !== undefined) {
    self.output.write = undefined;
    self.memo = new Map();
    self.dispatchTable = undefined;
    self.bufferCallback = undefined;
    self.ownPersistentId = undefined;
  }
  self.setProtocol(protocol ?? null, fixImports === undefined || isTrue(fixImports));
  setOutput(self, file as Value);
  self.setBufferCallback(bufferCallback ?? null);
  self.output.clear();
  self.fast = 0;
  self.fastNesting = 0;
  self.fastOpen = undefined;
  self.dispatchTable ??= lookupAttribute(self, 'dispatch_table');
}

function setMemo(self: Pickler, memo: Slot): void {
  if (memo === undefined) throw typeError('attribute deletion is not supported');
  if (memo instanceof PicklerMemoProxy) self.memo = new Map(memo.pickler.memo);
  else if (memo instanceof PyDict) {
    const numbers = new Map<Value, number>();
    for (const entry of memo.valueList()) {
      if (!(entry instanceof PyTuple) || entry.items.length !== 2) {
        throw typeError("'memo' values must be 2-item tuples");
      }
      numbers.set(entry.items[1], Number(index(entry.items[0])));
    }
    self.memo = numbers;
  } else {
    const { tp_name } = typeOf(memo);
    throw typeError(`'memo' attribute must be a PicklerMemoProxy object or dict, not ${tp_name}`);
  }
}

/** A C int that programs set. */
function flagOf(value: Slot): number {
  if (value === undefined) throw typeError("can't delete numeric/char attribute");
  const flag = index(value);
  if (typeof flag === 'bigint') throw overflowError('Python int too large to convert to C int');
  return flag;
}

const PERSISTENT_ID = 'persistent_id';

defineType(picklerType, {
  module: '_pickle',
  signature: '(file, protocol=None, fix_imports=True, buffer_callback=None)',
  allocate: (type: PyType) => new Pickler(type),
  tp_new: (type: PyType) => type.allocate(type),
  tp_init: initialize,
  tp_getattro: (self: Pickler, name: string) =>
    name === PERSISTENT_ID && self.ownPersistentId !== undefined
      ? self.ownPersistentId
      : genericGetAttribute(self, name),
  tp_setattro(self: Pickler, name: string, value: Slot) {
    if (name === PERSISTENT_ID) self.ownPersistentId = value;
    else genericSetAttribute(self, name, value);
  },
  methods: {
    persistent_id: ['($self, obj, /)', () => null],
    dump: [
      '($self, $class, obj, /)',
      (self: Pickler, value: Value) => {
        if (self.output.write === undefined) {
          const { tp_name } = self.type;
          throw picklingError(`Pickler.__init__() was not called by ${tp_name}.__init__()`);
        }
        self.output.clear();
        dump(self, value);
        self.output.flush();
      },
    ],
    clear_memo: ['($self, /)', (self: Pickler) => self.memo.clear()],
  },
  members: {
    bin: [
      (self: Pickler) => Number(self.isBinary),
      (self: Pickler, value: Slot) => {
        self.isBinary = flagOf(value) !== 0;
      },
    ],
    fast: [
      (self: Pickler) => self.fast,
      (self: Pickler, value: Slot) => {
        self.fast = flagOf(value);
      },
    ],
    dispatch_table: [
      (self: Pickler) => self.dispatchTable,
      (self: Pickler, value: Slot) => {
        if (value === undefined && self.dispatchTable === undefined) {
          throw attributeError('dispatch_table', 'dispatch_table', self);
        }
        self.dispatchTable = value;
      },
    ],
  },
  getset: {
    memo: [(self: Pickler) => new PicklerMemoProxy(self), setMemo],
  },
});
