import { DEPRECATED_SIGNATURE, deprecated } from '../builtins/warn.ts';
import { close, resume, send, throwInto } from '../interpreter/suspend.ts';
import { contextType } from '../modules/contextvars.ts';
import { defineType } from './define.ts';
import type { PyMethodDescriptor } from './descriptor.ts';
import { typeError } from './exception.ts';
import type { PyGenerator } from './generator.ts';
import { newGenericAlias } from './generic-alias.ts';
import { coroutineType, generatorType, newType, PyObject, type Slot, type Value } from './object.ts';
import { addressOf } from './object-type.ts';
import { InlineCall } from './signature.ts';
import { stringOf } from './str.ts';

export const coroutineWrapperType = newType('coroutine_wrapper');

/** What `coroutine.__await__()` gives. */
export class PyCoroutineWrapper extends PyObject {
  readonly coroutine: PyGenerator;
  constructor(coroutine: PyGenerator) {
    super(coroutineWrapperType);
    this.coroutine = coroutine;
  }
}

function setName(field: 'name' | 'qualname') {
  return (self: PyGenerator, value: Slot): void => {
    if (value === undefined || stringOf(value) === undefined)
      throw typeError(`__${field}__ must be set to a string object`);
    self[field] = value;
  };
}

/** __name__ and __qualname__ of a generator, coroutine or async generator. */
export const generatorNames = (kind: string) => ({
  __name__: [(self: PyGenerator) => self.name, setName('name'), `name of the ${kind}`] as const,
  __qualname__: [(self: PyGenerator) => self.qualname, setName('qualname'), `qualified name of the ${kind}`] as const,
});

function throwMethod(self: PyGenerator, type: Value, value?: Value, traceback?: Value): Value {
  if (value !== undefined) {
    deprecated(`the (type, exc, tb) signature of throw() ${DEPRECATED_SIGNATURE}`);
  }
  return throwInto(self, type, value ?? null, traceback ?? null);
}

/** `__doc__` of send, throw and close, in CPython's words. */
const docs = {
  generator: {
    send: "send(value) -> send 'value' into generator,\nreturn next yielded value or raise StopIteration.",
    throw:
      'throw(value)\nthrow(type[,value[,tb]])\n\nRaise exception in generator, return next yielded value or raise\nStopIteration.\nthe (type, val, tb) signature is deprecated, \nand may be removed in a future version of Python.',
    close: 'close() -> raise GeneratorExit inside generator.',
  },
  coroutine: {
    send: "send(arg) -> send 'arg' into coroutine,\nreturn next iterated value or raise StopIteration.",
    throw:
      'throw(value)\nthrow(type[,value[,traceback]])\n\nRaise exception in coroutine, return next iterated value or raise\nStopIteration.\nthe (type, val, tb) signature is deprecated, \nand may be removed in a future version of Python.',
    close: 'close() -> raise GeneratorExit inside coroutine.',
  },
};

const mechanism = (kind: keyof typeof docs) => ({
  send: ['($self, value, /)', send, docs[kind].send] as const,
  throw: [
    '($self, type, value=<unrepresentable>, traceback=<unrepresentable>, /)',
    throwMethod,
    docs[kind].throw,
  ] as const,
  close: ['($self, /)', close, docs[kind].close] as const,
});

defineType(generatorType, {
  subclassable: false,
  hasWeakrefs: true,
  tp_repr: (self: PyGenerator) => `<generator object ${String(self.qualname)} at ${addressOf(self)}>`,
  tp_iter: (self: Value) => self,
  tp_iternext: (self: PyGenerator) => resume(self, null),
  methods: mechanism('generator'),
  classMethods: { __class_getitem__: ['($cls, object, /)', newGenericAlias] },
  getset: {
    ...generatorNames('generator'),
    gi_yieldfrom: [(self: PyGenerator) => self.delegate, undefined, 'object being iterated by yield from, or None'],
    gi_running: [(self: PyGenerator) => self.running],
    gi_suspended: [(self: PyGenerator) => self.suspended],
    gi_frame: [(self: PyGenerator) => self.frame ?? null],
    gi_code: [(self: PyGenerator) => self.code],
  },
});

defineType(coroutineType, {
  subclassable: false,
  hasWeakrefs: true,
  tp_repr: (self: PyGenerator) => `<coroutine object ${String(self.qualname)} at ${addressOf(self)}>`,
  am_await: (self: PyGenerator) => new PyCoroutineWrapper(self),
  methods: mechanism('coroutine'),
  classMethods: { __class_getitem__: ['($cls, object, /)', newGenericAlias] },
  getset: {
    ...generatorNames('coroutine'),
    cr_await: [(self: PyGenerator) => self.delegate, undefined, 'object being awaited on, or None'],
    cr_running: [(self: PyGenerator) => self.running],
    cr_suspended: [(self: PyGenerator) => self.suspended],
    cr_frame: [(self: PyGenerator) => self.frame ?? null],
    cr_code: [(self: PyGenerator) => self.code],
  },
  members: { cr_origin: [(self: PyGenerator) => self.origin] },
});

defineType(coroutineWrapperType, {
  subclassable: false,
  tp_iter: (self: Value) => self,
  tp_iternext: (self: PyCoroutineWrapper) => resume(self.coroutine, null),
  methods: {
    send: ['($self, value, /)', (self: PyCoroutineWrapper, value: Value) => send(self.coroutine, value)],
    throw: [
      '($self, type, value=<unrepresentable>, traceback=<unrepresentable>, /)',
      (self: PyCoroutineWrapper, type: Value, value?: Value, traceback?: Value) =>
        throwMethod(self.coroutine, type, value, traceback),
    ],
    close: ['($self, /)', (self: PyCoroutineWrapper) => close(self.coroutine)],
  },
});

/** Lets the run loop resume generators, and enter contexts, itself when it sees these methods called. */
export function markInlineCalls(): void {
  for (const type of [generatorType, coroutineType]) {
    const method = type.attributes.get('send') as PyMethodDescriptor;
    method.def.inline = InlineCall.SEND;
  }
  const contextRun = contextType.attributes.get('run') as PyMethodDescriptor;
  contextRun.def.inline = InlineCall.RUN;
}
