import { block, waits } from '../interpreter/threads.ts';
import { defineType, type ModuleDefinition } from '../objects/define.ts';
import { exceptionTypeRoot, newException, valueError } from '../objects/exception.ts';
import { newGenericAlias } from '../objects/generic-alias.ts';
import { newType, PyObject, type PyType, type Slot, type Value } from '../objects/object.ts';
import { isTrue } from '../operations/truth.ts';
import { deadlineAfter, secondsOf } from './thread/timeout.ts';

const emptyType = defineType(newType('_queue.Empty', exceptionTypeRoot), {
  module: '_queue',
  doc: 'Exception raised by Queue.get(block=0)/get_nowait().',
});

/** How many taken items lie at the front of the array before it is shortened. */
const MUCH = 64;

class SimpleQueue extends PyObject {
  items: Slot[] = [];
  /** Index of the first item that hasn't been taken. */
  first = 0;

  get size(): number {
    return this.items.length - this.first;
  }

  take(): Value {
    const item = this.items[this.first] as Value;
    this.items[this.first++] = undefined;
    if (this.first > MUCH && this.first * 2 > this.items.length) {
      this.items = this.items.slice(this.first);
      this.first = 0;
    }
    return item;
  }
}

function put(self: SimpleQueue, item: Value): void {
  self.items.push(item);
}

const get = waits((self: SimpleQueue, blocking?: Slot, timeout?: Slot): Value => {
  let seconds: number | undefined;
  if (blocking !== undefined && !isTrue(blocking)) seconds = 0;
  else if (timeout !== undefined && timeout !== null) {
    seconds = secondsOf(timeout);
    if (seconds < 0) throw valueError("'timeout' must be a non-negative number");
  }
  if (self.size > 0) return self.take();
  if (seconds === 0) throw newException(emptyType);
  return block({
    what: 'SimpleQueue.get()',
    deadline: deadlineAfter(seconds),
    ready: () => self.size > 0,
    finish() {
      if (self.size > 0) return self.take();
      throw newException(emptyType);
    },
  });
});

const queueType = defineType(newType('_queue.SimpleQueue'), {
  module: '_queue',
  doc: 'Simple, unbounded, reentrant FIFO queue.',
  signature: '()',
  allocate: (type) => new SimpleQueue(type),
  hasDict: false,
  hasWeakrefs: true,
  tp_new: (type: PyType) => type.allocate(type),
  methods: {
    put: ['($self, /, item, block=True, timeout=None)', put, 'Put the item on the queue.'],
    put_nowait: ['($self, /, item)', put, 'Put an item into the queue without blocking.'],
    get: ['($self, /, block=True, timeout=None)', get, 'Remove and return an item from the queue.'],
    get_nowait: [
      '($self, /)',
      (self: SimpleQueue) => get(self, false),
      'Remove and return an item from the queue without blocking.',
    ],
    empty: [
      '($self, /)',
      (self: SimpleQueue) => self.size === 0,
      'Return True if the queue is empty, False otherwise.',
    ],
    qsize: ['($self, /)', (self: SimpleQueue) => self.size, 'Return the approximate size of the queue.'],
  },
  classMethods: { __class_getitem__: ['($type, object, /)', newGenericAlias, 'See PEP 585'] },
});

/** CPython 3.14's Modules/_queuemodule.c. */
export const queue: ModuleDefinition = {
  name: '_queue',
  doc: 'C implementation of the Python queue module.\nThis module is an implementation detail, please do not use it directly.',
  attributes: { SimpleQueue: queueType, Empty: emptyType },
};
