import { vm } from '../interpreter/state.ts';
import { awaitIterator, sendSlow } from '../interpreter/suspend.ts';
import { anextAwaitableType } from '../objects/async-generator.ts';
import { defineType } from '../objects/define.ts';
import { isException, stopAsyncIterationType, stopIteration } from '../objects/exception.ts';
import { PyObject, type Slot, typeOf, type Value } from '../objects/object.ts';
import { callMethod } from '../operations/attribute.ts';

/** What anext() with a default gives: the awaitable, whose StopAsyncIteration is the default. */
class AnextAwaitable extends PyObject {
  readonly awaitable: Value;
  readonly fallback: Value;
  constructor(awaitable: Value, fallback: Value) {
    super(anextAwaitableType);
    this.awaitable = awaitable;
    this.fallback = fallback;
  }
}

export function anextAwaitable(awaitable: Value, fallback: Value): Value {
  return new AnextAwaitable(awaitable, fallback);
}

function iterator(self: AnextAwaitable): Value {
  return awaitIterator(self.awaitable, typeOf(self.awaitable));
}

function guarded(self: AnextAwaitable, step: () => Slot): Slot {
  try {
    return step();
  } catch (error) {
    if (!isException(error, stopAsyncIterationType)) throw error;
    vm.stopValue = self.fallback;
    return undefined;
  }
}

function orStop(result: Slot): Value {
  if (result !== undefined) return result;
  throw stopIteration(vm.stopValue);
}

defineType(anextAwaitableType, {
  subclassable: false,
  tp_iter: (self: Value) => self,
  am_await: (self: Value) => self,
  tp_iternext: (self: AnextAwaitable) => guarded(self, () => sendSlow(iterator(self), null)),
  methods: {
    send: [
      '($self, value, /)',
      (self: AnextAwaitable, value: Value) => orStop(guarded(self, () => sendSlow(iterator(self), value))),
    ],
    throw: [
      '($self, /, *args)',
      (self: AnextAwaitable, args: Value[]) =>
        orStop(guarded(self, () => callMethod(iterator(self), 'throw', ...args))),
    ],
    close: ['($self, /)', (self: AnextAwaitable) => callMethod(iterator(self), 'close')],
  },
});
