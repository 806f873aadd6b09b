import { vm } from '../interpreter/state.ts';
import { ThreadSwitch } from '../interpreter/thread-switch.ts';
import { defineType, type ModuleDefinition } from '../objects/define.ts';
import { PyMethodDescriptor } from '../objects/descriptor.ts';
import { keyError, lookupErrorType, newException, runtimeError, typeError, valueError } from '../objects/exception.ts';
import { newGenericAlias } from '../objects/generic-alias.ts';
import {
  Compare,
  type KwNames,
  NotImplemented,
  newType,
  PyObject,
  type PyType,
  type Slot,
  type Value,
} from '../objects/object.ts';
import { BuiltinDef } from '../objects/signature.ts';
import { tupleOf } from '../objects/tuple.ts';
import { callWith } from '../operations/call.ts';
import { equals } from '../operations/compare.ts';
import { identityOf } from '../operations/hash.ts';
import { getIterator } from '../operations/iterate.ts';
import { repr } from '../operations/text.ts';

export const contextType = newType('_contextvars.Context');
export const contextVarType = newType('_contextvars.ContextVar');
export const tokenType = newType('_contextvars.Token');

class ContextVar extends PyObject {
  readonly name: string;
  readonly fallback: Slot;
  constructor(type: PyType, name: string, fallback: Slot) {
    super(type);
    this.name = name;
    this.fallback = fallback;
  }
}

/** A mapping of variables to values. `vars` is shared between copies, and copied before it is changed. */
export class PyContext extends PyObject {
  vars: ReadonlyMap<ContextVar, Value>;
  previous: PyContext | undefined = undefined;
  entered = false;
  constructor(vars: ReadonlyMap<ContextVar, Value> = new Map(), type: PyType = contextType) {
    super(type);
    this.vars = vars;
  }
}

class Token extends PyObject {
  readonly context: PyContext;
  readonly variable: ContextVar;
  readonly oldValue: Slot;
  used = false;
  constructor(context: PyContext, variable: ContextVar, oldValue: Slot) {
    super(tokenType);
    this.context = context;
    this.variable = variable;
    this.oldValue = oldValue;
  }
}

const missing = new PyObject(
  defineType(newType('Token.MISSING'), { module: 'builtins', tp_repr: () => '<Token.MISSING>' }),
);

/** The context of the code that runs; made when first needed. */
export function currentContext(): PyContext {
  vm.thread.context ??= new PyContext();
  return vm.thread.context;
}

/** contextvars.copy_context(). */
export function copyContext(): PyContext {
  return new PyContext(currentContext().vars);
}

/** Makes a context the current one (PyContext_Enter). Raises RuntimeError when it is entered already. */
export function enterContext(context: Value): void {
  if (!(context instanceof PyContext)) throw typeError('an instance of Context was expected');
  if (context.entered) throw runtimeError(`cannot enter context: ${repr(context)} is already entered`);
  context.entered = true;
  context.previous = vm.thread.context;
  vm.thread.context = context;
}

/** Goes back to the context before (PyContext_Exit). */
export function exitContext(context: Value): void {
  if (!(context instanceof PyContext)) throw typeError('an instance of Context was expected');
  if (!context.entered) throw runtimeError(`cannot exit context: ${repr(context)} has not been entered`);
  if (context !== vm.thread.context) {
    throw runtimeError('cannot exit context: thread state references a different context object');
  }
  vm.thread.context = context.previous;
  context.previous = undefined;
  context.entered = false;
}

/** Leaves the context that Context.run has entered last in this thread. */
export function leaveContext(): void {
  exitContext(currentContext());
}

/** Calls with `context` as the current one (Context.run). Raises RuntimeError when it is entered already. */
export function runIn(context: PyContext, callable: Value, args: Value[], kwNames: KwNames): Value {
  enterContext(context);
  let result: Value;
  try {
    result = callWith(callable, args, kwNames);
  } catch (error) {
    // A call that waits is still in the context; it leaves it when the wait is over.
    if (!(error instanceof ThreadSwitch)) exitContext(context);
    throw error;
  }
  exitContext(context);
  return result;
}

/** What a variable of these is in the current context; undefined when it wasn't set there (PyContextVar_Get without a default). */
export function valueOfVariable(variable: Value): Slot {
  return vm.thread.context?.vars.get(variable as ContextVar);
}

function setVariable(variable: ContextVar, value: Slot): void {
  const context = currentContext();
  const vars = new Map(context.vars);
  if (value === undefined) vars.delete(variable);
  else vars.set(variable, value);
  context.vars = vars;
}

function variableOf(key: Value): ContextVar {
  if (key instanceof ContextVar) return key;
  throw typeError(`a ContextVar key was expected, got ${repr(key)}`);
}

/** Context.run(), whose arguments go on as they are: it is called for each step of a task. */
class ContextRun extends BuiltinDef {
  constructor() {
    super('run', 'Context.run', '($self, /, *args, **kwargs)', () => null, true, null);
  }

  override call(self: Slot, args: Value[], kwNames: KwNames): Value {
    if (args.length === (kwNames?.length ?? 0)) throw typeError('run() missing 1 required positional argument');
    return runIn(self as PyContext, args[0], args.slice(1), kwNames);
  }
}

defineType(contextType, {
  module: '_contextvars',
  subclassable: false,
  hasWeakrefs: true,
  tp_new(type: PyType, args: Value[]) {
    if (args.length > 0) throw typeError('Context() does not accept any arguments');
    return new PyContext(new Map(), type);
  },
  tp_hash: undefined,
  tp_richcompare(self: PyContext, other: Value, op: Compare) {
    if (!(other instanceof PyContext) || (op !== Compare.EQ && op !== Compare.NE)) return NotImplemented;
    let same = self.vars.size === other.vars.size;
    if (same && self.vars !== other.vars) {
      for (const [variable, value] of self.vars) {
        const theirs = other.vars.get(variable);
        if (theirs === undefined || !equals(value, theirs)) same = false;
      }
    }
    return same === (op === Compare.EQ);
  },
  tp_iter: (self: PyContext) => getIterator(tupleOf([...self.vars.keys()])),
  sq_length: (self: PyContext) => self.vars.size,
  sq_contains: (self: PyContext, key: Value) => self.vars.has(variableOf(key)),
  mp_subscript(self: PyContext, key: Value) {
    const value = self.vars.get(variableOf(key));
    if (value === undefined) throw keyError(key);
    return value;
  },
  attributes: { run: new PyMethodDescriptor(new ContextRun(), contextType) },
  methods: {
    copy: ['($self, /)', (self: PyContext) => new PyContext(self.vars), 'Return a shallow copy of the context object.'],
    get: [
      '($self, key, default=None, /)',
      (self: PyContext, key: Value, fallback: Slot) => {
        const value = self.vars.get(variableOf(key));
        return value === undefined ? fallback : value;
      },
      'Return the value for `key` if `key` has the value in the context object.',
    ],
    keys: ['($self, /)', (self: PyContext) => getIterator(tupleOf([...self.vars.keys()]))],
    values: ['($self, /)', (self: PyContext) => getIterator(tupleOf([...self.vars.values()]))],
    items: ['($self, /)', (self: PyContext) => getIterator(tupleOf([...self.vars].map((pair) => tupleOf(pair))))],
  },
});

const contextVarBinder = new BuiltinDef(
  'ContextVar',
  'ContextVar',
  '(name, /, *, default=None)',
  () => null,
  false,
  null,
);

defineType(contextVarType, {
  module: '_contextvars',
  subclassable: false,
  hasWeakrefs: true,
  identityEquality: true,
  tp_new(type: PyType, args: Value[], kwNames: KwNames) {
    const [name, fallback] = contextVarBinder.bind(args, kwNames) as [Value, Slot];
    if (typeof name !== 'string') throw typeError('context variable name must be a str');
    return new ContextVar(type, name, fallback);
  },
  tp_repr(self: ContextVar) {
    const fallback = self.fallback === undefined ? '' : ` default=${repr(self.fallback)}`;
    return `<ContextVar name=${repr(self.name)}${fallback} at 0x${identityOf(self).toString(16)}>`;
  },
  methods: {
    get: [
      '($self, default=<unrepresentable>, /)',
      (self: ContextVar, fallback: Slot) => {
        for (const value of [currentContext().vars.get(self), fallback, self.fallback]) {
          if (value !== undefined) return value;
        }
        throw newException(lookupErrorType, self);
      },
      'Return a value for the context variable for the current context.',
    ],
    set: [
      '($self, value, /)',
      (self: ContextVar, value: Value) => {
        const context = currentContext();
        const token = new Token(context, self, context.vars.get(self));
        setVariable(self, value);
        return token;
      },
      'Call to set a new value for the context variable in the current context.',
    ],
    reset: ['($self, token, /)', reset, 'Reset the context variable.'],
  },
  classMethods: {
    __class_getitem__: ['($type, object, /)', newGenericAlias, 'See PEP 585'],
  },
  members: {
    name: [(self: ContextVar) => self.name],
  },
});

function reset(self: ContextVar, token: Value): void {
  if (!(token instanceof Token)) throw typeError(`expected an instance of Token, got ${repr(token)}`);
  if (token.used) throw runtimeError(`${repr(token)} has already been used once`);
  if (token.variable !== self) throw valueError(`${repr(token)} was created by a different ContextVar`);
  if (token.context !== currentContext()) throw valueError(`${repr(token)} was created in a different Context`);
  token.used = true;
  setVariable(self, token.oldValue);
}

defineType(tokenType, {
  module: '_contextvars',
  subclassable: false,
  tp_new() {
    throw runtimeError('Tokens can only be created by ContextVars');
  },
  tp_repr(self: Token) {
    return `<Token${self.used ? ' used' : ''} var=${repr(self.variable)} at 0x${identityOf(self).toString(16)}>`;
  },
  methods: {
    __enter__: ['($self, /)', (self: Token) => self, 'Enter into Token context manager.'],
    __exit__: [
      '($self, type, value, traceback, /)',
      (self: Token) => reset(self.variable, self),
      'Exit from Token context manager, restore the linked ContextVar.',
    ],
  },
  classMethods: {
    __class_getitem__: ['($type, object, /)', newGenericAlias, 'See PEP 585'],
  },
  getset: {
    var: [(self: Token) => self.variable],
    old_value: [(self: Token) => (self.oldValue === undefined ? missing : self.oldValue)],
  },
  attributes: { MISSING: missing },
});

/** CPython 3.14's Python/context.c and Modules/_contextvarsmodule.c. */
export const contextvars: ModuleDefinition = {
  name: '_contextvars',
  doc: 'Context Variables',
  functions: {
    copy_context: ['()', copyContext],
  },
  attributes: { Context: contextType, ContextVar: contextVarType, Token: tokenType },
};
