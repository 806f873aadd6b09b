import { deprecated } from '../../builtins/warn.ts';
import { vm } from '../../interpreter/state.ts';
import { makeThrown } from '../../interpreter/suspend.ts';
import { defineType } from '../../objects/define.ts';
import { PyBaseException, runtimeError, stopIteration, typeError } from '../../objects/exception.ts';
import { newType, PyObject, PyType, type Slot, type Value } from '../../objects/object.ts';
import { PyTraceback } from '../../objects/traceback.ts';
import { FutureState, type PyFuture, resultOf } from './future.ts';

export const futureIteratorType = newType('_asyncio.FutureIter');

/** What awaiting a future runs: yields the future itself while it is pending, then gives its result. */
export class FutureIterator extends PyObject {
  /** Undefined once it has been closed or something was thrown into it. */
  future: PyFuture | undefined;
  constructor(future: PyFuture) {
    super(futureIteratorType);
    this.future = future;
  }
}

/** FutureIter_am_send. */
function advance(self: FutureIterator): Slot {
  const { future } = self;
  if (future === undefined) {
    vm.stopValue = null;
    return undefined;
  }
  if (future.state === FutureState.PENDING) {
    if (future.blocking) throw runtimeError("await wasn't used with future");
    future.blocking = true;
    return future;
  }
  vm.stopValue = resultOf(future);
  return undefined;
}

/** FutureIter_throw. */
function throwInto(self: FutureIterator, type: Value, value: Value = null, traceback: Value = null): Value {
  if (traceback !== null && !(traceback instanceof PyTraceback)) {
    throw typeError('throw() third argument must be a traceback');
  }
  if (!(type instanceof PyType) && !(type instanceof PyBaseException)) {
    throw typeError('exceptions must be classes deriving BaseException or instances of such a class');
  }
  const exception = makeThrown(type, value, traceback);
  self.future = undefined;
  throw exception;
}

defineType(futureIteratorType, {
  module: '_asyncio',
  subclassable: false,
  tp_iter: (self: Value) => self,
  tp_iternext: advance,
  methods: {
    send: [
      '($self, value, /)',
      (self: FutureIterator, _value: Value) => {
        const result = advance(self);
        if (result === undefined) throw stopIteration(vm.stopValue);
        return result;
      },
    ],
    throw: [
      '($self, type, value=<unrepresentable>, traceback=<unrepresentable>, /)',
      (self: FutureIterator, type: Value, value?: Value, traceback?: Value) => {
        if (value !== undefined) {
          deprecated('the (type, exc, tb) signature of throw() is deprecated, use the single-arg signature instead.');
        }
        return throwInto(self, type, value, traceback);
      },
    ],
    close: [
      '($self, /)',
      (self: FutureIterator) => {
        self.future = undefined;
      },
    ],
  },
});
