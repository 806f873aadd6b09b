import { vm } from '../interpreter/state.ts';
import { defineType, type ModuleDefinition } from '../objects/define.ts';
import { PyDict } from '../objects/dict.ts';
import {
  newException,
  overflowError,
  runtimeError,
  runtimeErrorType,
  typeError,
  valueError,
} from '../objects/exception.ts';
import { floatOf, PyFloat } from '../objects/float.ts';
import { type KwNames, newType, PyObject, type PyType, type Slot, typeOf, type Value } from '../objects/object.ts';
import { tupleOf } from '../objects/tuple.ts';
import { genericGetAttribute } from '../operations/attribute.ts';
import { identityOf } from '../operations/hash.ts';
import { isTrue } from '../operations/truth.ts';

/** threading.TIMEOUT_MAX: what CPython's 64-bit nanoseconds hold, in seconds. */
const TIMEOUT_MAX = 9223372036;
/** How long a wait sleeps at once, in nanoseconds: a pause request or Ctrl-C is seen in between. */
const SLICE = 20_000_000n;

/** The one thread's number; what CPython gives is an address. */
const MAIN_THREAD = 1;

export const lockType = newType('_thread.lock');
export const rlockType = newType('_thread.RLock');

class Lock extends PyObject {
  locked = false;
}

class RLock extends PyObject {
  count = 0;
}

/** Seconds to wait: 0 for not at all, undefined for ever. Raises as lock_acquire_parse_args does. */
function timeoutOf(blocking: Slot, timeout: Slot): number | undefined {
  const blocks = blocking === undefined || isTrue(blocking);
  const seconds = timeout === undefined ? -1 : floatOf(timeout);
  if (seconds === undefined)
    throw typeError(`'${typeOf(timeout as Value).tp_name}' object cannot be interpreted as an integer or float`);
  if (!blocks) {
    if (seconds !== -1) throw valueError("can't specify a timeout for a non-blocking call");
    return 0;
  }
  if (seconds < 0) {
    if (seconds !== -1) throw valueError('timeout value must be a non-negative number');
    return undefined;
  }
  if (seconds > TIMEOUT_MAX) throw overflowError('timestamp out of range for platform time_t');
  return seconds;
}

/** Waits until `ready`, at most so long. A wait for ever that nobody can end still lets the program be paused or stopped. */
function waitUntil(ready: () => boolean, seconds: number | undefined): boolean {
  if (ready()) return true;
  if (seconds === 0) return false;
  const end = seconds === undefined ? undefined : vm.host.monotonic() + BigInt(Math.round(seconds * 1e9));
  for (;;) {
    const rest = end === undefined ? SLICE : end - vm.host.monotonic();
    if (rest <= 0n) return false;
    vm.host.sleep(rest < SLICE ? rest : SLICE);
    vm.onRation?.();
    if (ready()) return true;
  }
}

function acquire(self: Lock, blocking: Slot, timeout: Slot): Value {
  const got = waitUntil(() => !self.locked, timeoutOf(blocking, timeout));
  if (got) self.locked = true;
  return got;
}

function release(self: Lock): void {
  if (!self.locked) throw runtimeError('release unlocked lock');
  self.locked = false;
}

defineType(lockType, {
  module: '_thread',
  doc: 'A lock object is a synchronization primitive.',
  subclassable: false,
  hasWeakrefs: true,
  tp_new: (type: PyType) => new Lock(type),
  tp_repr: (self: Lock) =>
    `<${self.locked ? 'locked' : 'unlocked'} _thread.lock object at 0x${identityOf(self).toString(16)}>`,
  methods: {
    acquire: ['($self, /, blocking=True, timeout=-1)', acquire, 'Lock the lock.'],
    acquire_lock: ['($self, /, blocking=True, timeout=-1)', acquire],
    release: ['($self, /)', release, 'Release the lock.'],
    release_lock: ['($self, /)', release],
    locked: ['($self, /)', (self: Lock) => self.locked, 'Return whether the lock is in the locked state.'],
    locked_lock: ['($self, /)', (self: Lock) => self.locked],
    _at_fork_reinit: [
      '($self, /)',
      (self: Lock) => {
        self.locked = false;
      },
    ],
    __enter__: ['($self, /)', (self: Lock) => acquire(self, undefined, undefined), 'Lock the lock.'],
    __exit__: ['($self, /, *args)', release, 'Release the lock.'],
  },
});

function releaseRLock(self: RLock): void {
  if (self.count === 0) throw runtimeError('cannot release un-acquired lock');
  self.count--;
}

function acquireRLock(self: RLock, blocking?: Slot, timeout?: Slot): Value {
  timeoutOf(blocking, timeout);
  self.count++;
  return true;
}

defineType(rlockType, {
  module: '_thread',
  doc: 'A reentrant lock: the thread that holds it may acquire it again.',
  hasWeakrefs: true,
  allocate: (type) => new RLock(type),
  tp_new: (type: PyType) => new RLock(type),
  tp_repr(self: RLock) {
    const state = self.count === 0 ? 'unlocked' : 'locked';
    const owner = self.count === 0 ? 0 : MAIN_THREAD;
    return `<${state} ${self.type.tp_name} object owner=${owner} count=${self.count} at 0x${identityOf(self).toString(16)}>`;
  },
  methods: {
    acquire: ['($self, /, blocking=True, timeout=-1)', acquireRLock, 'Lock the lock.'],
    release: ['($self, /)', releaseRLock, 'Release the lock.'],
    locked: ['($self, /)', (self: RLock) => self.count > 0],
    __enter__: ['($self, /)', (self: RLock) => acquireRLock(self), 'Lock the lock.'],
    __exit__: ['($self, /, *args)', releaseRLock, 'Release the lock.'],
    _is_owned: ['($self, /)', (self: RLock) => self.count > 0],
    _recursion_count: ['($self, /)', (self: RLock) => self.count],
    _acquire_restore: [
      '($self, state, /)',
      (self: RLock, state: Value) => {
        self.count = Number((state as { items?: Value[] }).items?.[0] ?? 0);
      },
    ],
    _release_save: [
      '($self, /)',
      (self: RLock) => {
        if (self.count === 0) throw runtimeError('cannot release un-acquired lock');
        const { count } = self;
        self.count = 0;
        return tupleOf([count, MAIN_THREAD]);
      },
    ],
    _at_fork_reinit: [
      '($self, /)',
      (self: RLock) => {
        self.count = 0;
      },
    ],
  },
});

/** threading.local: with one thread, an object with attributes. */
class Local extends PyObject {
  override dict: PyDict | undefined = new PyDict();
}

const localType = defineType(newType('_thread._local'), {
  module: '_thread',
  doc: 'Thread-local data',
  allocate: (type) => new Local(type),
  hasDict: true,
  hasWeakrefs: true,
  tp_new(type: PyType, args: Value[], kwNames: KwNames) {
    if ((args.length > 0 || kwNames !== undefined) && type.lookup('__init__') === localType.base?.lookup('__init__')) {
      throw typeError('Initialization arguments are not supported');
    }
    return type.allocate(type);
  },
  tp_getattro: genericGetAttribute,
});

/** What start_joinable_thread() gives. */
class ThreadHandle extends PyObject {
  ident: Value = null;
  done = false;
}

const threadHandleType = defineType(newType('_thread._ThreadHandle'), {
  module: '_thread',
  allocate: (type) => new ThreadHandle(type),
  tp_new: (type: PyType) => new ThreadHandle(type),
  methods: {
    join: ['($self, timeout=None, /)', () => null],
    is_done: ['($self, /)', (self: ThreadHandle) => self.done],
    _set_done: [
      '($self, /)',
      (self: ThreadHandle) => {
        self.done = true;
      },
    ],
  },
  getset: { ident: [(self: ThreadHandle) => self.ident] },
});

function cannotStart(): never {
  throw newException(runtimeErrorType, "can't start new thread: Coroscope's virtual machine runs one thread");
}

/** CPython 3.14's Modules/_threadmodule.c, for one thread: locks work, starting another thread says that it can't. */
export const thread = (): ModuleDefinition => ({
  name: '_thread',
  doc: 'This module provides primitive operations to write multi-threaded programs.',
  functions: {
    allocate_lock: ['()', () => new Lock(lockType), 'Create a new lock object.'],
    allocate: ['()', () => new Lock(lockType)],
    get_ident: ['()', () => MAIN_THREAD, 'Return a non-zero integer that uniquely identifies the current thread.'],
    get_native_id: ['()', () => vm.host.pid],
    _get_main_thread_ident: ['()', () => MAIN_THREAD],
    _is_main_interpreter: ['()', () => true],
    _count: ['()', () => 0],
    daemon_threads_allowed: ['()', () => true],
    stack_size: ['(size=0, /)', () => 0],
    start_new_thread: ['(function, args, kwargs={}, /)', cannotStart],
    start_new: ['(function, args, kwargs={}, /)', cannotStart],
    start_joinable_thread: ['(function, handle=None, daemon=True)', cannotStart],
    _make_thread_handle: [
      '(ident, /)',
      (ident: Value) => {
        const handle = new ThreadHandle(threadHandleType);
        handle.ident = ident;
        return handle;
      },
    ],
    _shutdown: ['()', () => null],
    interrupt_main: ['(signum=2, /)', () => null],
    set_name: ['(name)', () => null],
    exit: [
      '()',
      () => {
        throw newException(vm.builtins.getString('SystemExit') as PyType);
      },
    ],
  },
  attributes: {
    error: runtimeErrorType,
    LockType: lockType,
    lock: lockType,
    RLock: rlockType,
    _local: localType,
    _ThreadHandle: threadHandleType,
    TIMEOUT_MAX: new PyFloat(TIMEOUT_MAX),
  },
});
