import { vm } from '../../interpreter/state.ts';
import { ThreadState } from '../../interpreter/thread-state.ts';
import { collect } from '../../objects/collect.ts';
import { defineType } from '../../objects/define.ts';
import { PyDict } from '../../objects/dict.ts';
import { attributeError, typeError } from '../../objects/exception.ts';
import {
  type KwNames,
  newType,
  objectType,
  PyObject,
  type PyType,
  type Slot,
  type Value,
} from '../../objects/object.ts';
import { genericGetAttribute, genericSetAttribute } from '../../operations/attribute.ts';

export const localType = newType('_thread._local');

/** No thread: whoever uses it next looks for a namespace of its own. */
const NOBODY = new ThreadState(0);

/** threading.local: `dict` is the namespace of the thread that used it last. */
class Local extends PyObject {
  override dict: PyDict | undefined = new PyDict();
  owner: ThreadState = vm.thread;
  readonly namespaces = new Map<ThreadState, PyDict>();
  args: Value[] = [];
  kwNames: KwNames = undefined;
}

/** Notes the namespace of the thread that runs, until that ends. */
function remember(self: Local): void {
  const { thread } = vm;
  if (self.namespaces.has(thread)) return;
  self.namespaces.set(thread, self.dict as PyDict);
  if (thread === vm.mainThread) return;
  thread.atEnd.push(() => {
    const namespace = self.namespaces.get(thread);
    self.namespaces.delete(thread);
    if (self.owner === thread) {
      self.owner = NOBODY;
      self.dict = undefined;
    }
    // Nobody else may hold what was there; if it cares to know, it is told now.
    if (namespace?.valueList().some((value) => vm.finalizable.has(value as PyObject))) collect();
  });
}

/** Makes `dict` the namespace of the thread that runs; `__init__` fills a new one, as it filled the first (_ldict). */
function enter(self: Local): void {
  if (self.owner === vm.thread) return;
  const known = self.namespaces.get(vm.thread);
  self.owner = vm.thread;
  self.dict = known ?? new PyDict();
  remember(self);
  if (known !== undefined) return;
  try {
    self.type.tp_init?.(self, self.args, self.kwNames);
  } catch (error) {
    // The next use begins anew.
    self.namespaces.delete(vm.thread);
    self.owner = NOBODY;
    throw error;
  }
  enter(self);
}

defineType(localType, {
  module: '_thread',
  doc: 'Thread-local data',
  allocate: (type) => new Local(type),
  hasDict: true,
  hasWeakrefs: true,
  tp_new(type: PyType, args: Value[], kwNames: KwNames) {
    if (args.length > 0 && type.lookup('__init__') === objectType.attributes.get('__init__')) {
      throw typeError('Initialization arguments are not supported');
    }
    const self = type.allocate(type) as Local;
    self.args = args;
    self.kwNames = kwNames;
    remember(self);
    return self;
  },
  tp_getattro(self: Local, name: string) {
    enter(self);
    return name === '__dict__' ? (self.dict as Value) : genericGetAttribute(self, name);
  },
  tp_setattro(self: Local, name: string, value: Slot) {
    if (name === '__dict__') {
      throw attributeError(`'${self.type.tp_name}' object attribute '__dict__' is read-only`, name, self);
    }
    enter(self);
    genericSetAttribute(self, name, value);
  },
});
