import { vm } from '../../interpreter/state.ts';
import type { ThreadState, Wait } from '../../interpreter/thread-state.ts';
import { block, waits } from '../../interpreter/threads.ts';
import { defineType } from '../../objects/define.ts';
import { runtimeError } from '../../objects/exception.ts';
import { type KwNames, newType, PyObject, type PyType, type Slot, type Value } from '../../objects/object.ts';
import { BuiltinDef } from '../../objects/signature.ts';
import { PyTuple, tupleOf } from '../../objects/tuple.ts';
import { identityOf } from '../../operations/hash.ts';
import { deadlineAfter, timeoutOf } from './timeout.ts';

/**
 * After having been asked in vain so often, a waiting thread gets the lock at its release. Whoever releases a lock and takes it
 * again before its turn is over would else keep the others out for ever (CPython: after one millisecond).
 */
const PATIENCE = 2;

/** The thread that has a mutex, and those that want it, in their order. */
export class Mutex {
  owner: ThreadState | undefined = undefined;
  private readonly claims: Claim[] = [];

  /** Takes it as soon as possible, but for so many seconds at most; whether it could. */
  acquire(what: string, seconds: number | undefined): Value {
    if (this.owner === undefined && this.claims.length === 0) {
      this.owner = vm.thread;
      return true;
    }
    if (seconds === 0) {
      if (this.owner !== undefined) return false;
      this.owner = vm.thread;
      return true;
    }
    const claim = new Claim(this, vm.thread, what, deadlineAfter(seconds));
    this.claims.push(claim);
    return block(claim);
  }

  release(): void {
    const next = this.claims.find((claim) => claim.refused > PATIENCE);
    this.owner = next?.thread;
    if (next !== undefined) next.granted = true;
  }

  withdraw(claim: Claim): void {
    this.claims.splice(this.claims.indexOf(claim), 1);
  }

  /** After a fork there are no other threads. */
  reset(): void {
    this.owner = undefined;
    this.claims.length = 0;
  }
}

/** A thread's wait for a mutex. */
class Claim implements Wait {
  readonly mutex: Mutex;
  readonly thread: ThreadState;
  readonly what: string;
  readonly deadline: bigint | undefined;
  /** How often it was asked for in vain. */
  refused = 0;
  /** It has been handed over. */
  granted = false;

  constructor(mutex: Mutex, thread: ThreadState, what: string, deadline: bigint | undefined) {
    this.mutex = mutex;
    this.thread = thread;
    this.what = what;
    this.deadline = deadline;
  }

  ready(): boolean {
    if (this.granted || this.mutex.owner === undefined) return true;
    this.refused++;
    return false;
  }

  finish(): Value {
    this.mutex.withdraw(this);
    if (!this.granted && this.mutex.owner !== undefined) return false;
    this.mutex.owner = this.thread;
    return true;
  }

  cancel(): void {
    this.mutex.withdraw(this);
    if (this.granted) this.mutex.release();
  }
}

export const lockType = newType('_thread.lock');
export const rlockType = newType('_thread.RLock');

export class Lock extends PyObject {
  readonly mutex = new Mutex();
}

const acquire = waits((self: Lock, blocking?: Slot, timeout?: Slot) =>
  self.mutex.acquire('lock.acquire()', timeoutOf(blocking, timeout)),
);

const enter = waits((self: Lock) => self.mutex.acquire('lock.__enter__()', undefined));

function release(self: Lock): void {
  if (self.mutex.owner === undefined) throw runtimeError('release unlocked lock');
  self.mutex.release();
}

const isLocked = (self: Lock): boolean => self.mutex.owner !== undefined;

const acquireDoc =
  'Lock the lock.  Without argument, this blocks if the lock is already locked (even by the same thread), waiting for another thread to release the lock, and return True once the lock is acquired.';

const lockBinder = new BuiltinDef('lock', 'lock', '()', () => null, false, null);

defineType(lockType, {
  module: '_thread',
  doc: 'A lock object is a synchronization primitive.',
  subclassable: false,
  hasWeakrefs: true,
  tp_new(type: PyType, args: Value[], kwNames: KwNames) {
    lockBinder.bind(args, kwNames);
    return new Lock(type);
  },
  tp_repr: (self: Lock) =>
    `<${isLocked(self) ? 'locked' : 'unlocked'} _thread.lock object at 0x${identityOf(self).toString(16)}>`,
  methods: {
    acquire: ['($self, /, blocking=True, timeout=-1)', acquire, acquireDoc],
    acquire_lock: ['($self, /, blocking=True, timeout=-1)', acquire, acquireDoc],
    release: ['($self, /)', release, 'Release the lock.'],
    release_lock: ['($self, /)', release, 'Release the lock.'],
    locked: ['($self, /)', isLocked, 'Return whether the lock is in the locked state.'],
    locked_lock: ['($self, /)', isLocked],
    _at_fork_reinit: ['($self, /)', (self: Lock) => self.mutex.reset()],
    __enter__: ['($self, /)', enter, 'Lock the lock.'],
    __exit__: ['($self, /, *exc_info)', release, 'Release the lock.'],
  },
});

/** A mutex that its owner may acquire again. */
export class ReentrantMutex extends Mutex {
  /** How often the owner has acquired it beyond the first time. */
  again = 0;

  get isOwned(): boolean {
    return this.owner === vm.thread;
  }

  /** How often its owner has acquired it. */
  get count(): number {
    return this.owner === undefined ? 0 : this.again + 1;
  }

  override acquire(what: string, seconds: number | undefined): Value {
    if (!this.isOwned) return super.acquire(what, seconds);
    this.again++;
    return true;
  }

  override release(): void {
    if (this.again > 0) this.again--;
    else super.release();
  }

  override reset(): void {
    super.reset();
    this.again = 0;
  }
}

class RLock extends PyObject {
  readonly mutex = new ReentrantMutex();
}

const acquireReentrantly = waits((self: RLock, blocking?: Slot, timeout?: Slot) =>
  self.mutex.acquire('RLock.acquire()', timeoutOf(blocking, timeout)),
);

const enterReentrantly = waits((self: RLock) => self.mutex.acquire('RLock.__enter__()', undefined));

function releaseReentrantly(self: RLock): void {
  if (!self.mutex.isOwned) throw runtimeError('cannot release un-acquired lock');
  self.mutex.release();
}

defineType(rlockType, {
  module: '_thread',
  doc: 'A reentrant lock: the thread that holds it may acquire it again.',
  hasWeakrefs: true,
  allocate: (type) => new RLock(type),
  tp_new: (type: PyType) => new RLock(type),
  tp_repr(self: RLock) {
    const { owner } = self.mutex;
    const state = owner === undefined ? 'unlocked' : 'locked';
    return `<${state} ${self.type.tp_name} object owner=${owner?.ident ?? 0} count=${self.mutex.count} at 0x${identityOf(self).toString(16)}>`;
  },
  methods: {
    acquire: ['($self, /, blocking=True, timeout=-1)', acquireReentrantly, 'Lock the lock.'],
    release: ['($self, /)', releaseReentrantly, 'Release the lock.'],
    locked: ['($self, /)', (self: RLock) => self.mutex.owner !== undefined],
    __enter__: ['($self, /)', enterReentrantly, 'Lock the lock.'],
    __exit__: ['($self, /, *exc_info)', releaseReentrantly, 'Release the lock.'],
    _is_owned: ['($self, /)', (self: RLock) => self.mutex.isOwned, 'For internal use by `threading.Condition`.'],
    _recursion_count: ['($self, /)', (self: RLock) => (self.mutex.isOwned ? self.mutex.count : 0)],
    _acquire_restore: [
      '($self, state, /)',
      waits((self: RLock, state: Value) => restoreCount(self, state)),
      'For internal use by `threading.Condition`.',
    ],
    _release_save: [
      '($self, /)',
      (self: RLock) => {
        const { mutex } = self;
        if (mutex.owner === undefined) throw runtimeError('cannot release un-acquired lock');
        const state = tupleOf([mutex.count, mutex.owner.ident]);
        mutex.again = 0;
        mutex.release();
        return state;
      },
      'For internal use by `threading.Condition`.',
    ],
    _at_fork_reinit: ['($self, /)', (self: RLock) => self.mutex.reset()],
  },
});

/** Takes the lock again as often as _release_save() has found it taken. */
function restoreCount(self: RLock, state: Value): Value {
  const count = state instanceof PyTuple ? Number(state.items[0]) : 1;
  const { mutex } = self;
  return block({
    what: 'RLock.acquire()',
    deadline: undefined,
    ready: () => mutex.owner === undefined,
    finish: () => {
      mutex.owner = vm.thread;
      mutex.again = count - 1;
      return null;
    },
  });
}
