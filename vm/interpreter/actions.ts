import { CodeFlag } from '../../compiler/bytecode/code-object.ts';
import { displayHook } from '../builtins/display.ts';
import { importModule } from '../importing/import.ts';
import { InternalError } from '../internal-error.ts';
import { nextAwaitable, wrapAsyncValue } from '../objects/async-generator.ts';
import { PyCode } from '../objects/code.ts';
import { collectIfDue } from '../objects/collect.ts';
import { PyBuiltin, type PyMethodDescriptor } from '../objects/descriptor.ts';
import { PyDict } from '../objects/dict.ts';
import { updateDict } from '../objects/dict-type.ts';
import {
  assertionErrorType,
  attributeErrorType,
  baseExceptionGroupType,
  baseExceptionType,
  importErrorType,
  isException,
  newException,
  notImplementedErrorType,
  PyBaseException,
  runtimeError,
  runtimeErrorType,
  stopAsyncIterationType,
  stopIterationType,
  typeError,
  valueError,
} from '../objects/exception.ts';
import { PyFunction } from '../objects/function.ts';
import { PyGenerator } from '../objects/generator.ts';
import { PyList } from '../objects/list.ts';
import {
  boolType,
  bytearrayType,
  bytesType,
  coroutineType,
  dictType,
  floatType,
  frozensetType,
  generatorType,
  intType,
  type KwNames,
  listType,
  PyType,
  type Slot,
  setType,
  strType,
  tupleType,
  typeOf,
  typeType,
  type Value,
} from '../objects/object.ts';
import { objectInit, objectNew } from '../objects/object-type.ts';
import { PySet } from '../objects/set.ts';
import { stringOf } from '../objects/str.ts';
import { superLookup } from '../objects/super.ts';
import { PyInterpolation, PyTemplate } from '../objects/template.ts';
import { PyTuple, tupleOf } from '../objects/tuple.ts';
import { typeCall } from '../objects/type.ts';
import {
  newTypeAlias,
  newTypeParameter,
  setTypeParameterDefault,
  typeVarTupleType,
} from '../objects/type-parameters.ts';
import { positive } from '../operations/arithmetic.ts';
import { getAttribute, lookupAttribute, lookupTypeAttribute } from '../operations/attribute.ts';
import { call, callWith, lookupSpecial } from '../operations/call.ts';
import { matchGroup, prepareReraise } from '../operations/exception-group.ts';
import { forEach, getIterator, items, iterateNext, toArray } from '../operations/iterate.ts';
import { lengthOf, subscript } from '../operations/subscript.ts';
import { ascii, format, repr, str, strValue } from '../operations/text.ts';
import type { Frame } from './frame.ts';
import { lookupBuiltin } from './frame-builtins.ts';
import { handledException, holderOfHandled } from './handled.ts';
import { storeName } from './names.ts';
import { isRehearsing, refuelRehearsal, rehearse } from './rehearsal.ts';
import { FUEL_RATION, vm } from './state.ts';
import { awaitIterator, checkExceptionMatch, isIterableCoroutine } from './suspend.ts';
import { turnEnded } from './thread-switch.ts';
import { holdingThreads } from './threads.ts';
import { checkWatchdog } from './watchdog.ts';

// Each function here is the body of one instruction that isn't worth its lines in the run loop.

/** Objects that LOAD_COMMON_CONSTANT names, by operand (Python/bytecodes.c and pylifecycle.c of 3.14). */
export function commonConstant(index: number): Value {
  switch (index) {
    case 0:
      return assertionErrorType;
    case 1:
      return notImplementedErrorType;
    case 2:
      return tupleType;
    case 3:
      return vm.builtins.getString('all') as Value;
    case 4:
      return vm.builtins.getString('any') as Value;
    default:
      throw new InternalError(`common constant ${index}`);
  }
}

/** After so many rations of fuel a program isn't a short one: importing asyncio takes two. */
const LONG_RUN = 4;
/** Nor is it one when a ration has taken so many nanoseconds of processor time: raising takes long in code that V8 hasn't optimised. */
const SLOW_RATION = 400_000_000n;
let rations = 0;
/** At the end of the last ration. */
let processTime: bigint | undefined;

/** Whether it has just become clear that the program isn't a short one. */
function becomesLong(): boolean {
  if (rations >= LONG_RUN) return false;
  const before = processTime;
  processTime = vm.host.processTime();
  rations = before !== undefined && processTime - before > SLOW_RATION ? LONG_RUN : rations + 1;
  return rations === LONG_RUN;
}

/** Fuel has run out; when that ends the turn of this thread, `vm.switching` says so. */
export function refuel(frame: Frame, entering: boolean): void {
  if (isRehearsing()) {
    refuelRehearsal();
    return;
  }
  const left = vm.fuelLeft + vm.fuel;
  const spent = left < 0;
  const isShared = vm.threads.length > 1;
  if (!spent) vm.fuel = left;
  else vm.fuel = isShared ? vm.turnFuel : FUEL_RATION;
  vm.fuelLeft = 0;
  if (vm.debugging !== undefined) {
    frame.sp = Math.max(frame.sp, frame.program.localCount);
    vm.debugging.outOfFuel(frame, entering);
  }
  vm.monitoring?.entered(frame);
  if (spent) {
    vm.lastReferences.ration();
    collectIfDue();
    if (vm.monitoring === undefined && vm.debugging === undefined && becomesLong()) {
      holdingThreads(rehearse);
      vm.host.longRunning?.();
    }
  }
  vm.onRation?.();
  if (vm.watchdog !== undefined) checkWatchdog();
  vm.checkSignals?.();
  if (spent && isShared && vm.threadsHeld === 0) vm.switching = turnEnded;
}

export function initReturned(result: Value): PyBaseException {
  return typeError(`__init__() should return None, not '${typeOf(result).tp_name}'`);
}

// Attributes and special methods.

const specialMethods = ['__enter__', '__exit__', '__aenter__', '__aexit__'];

/** LOAD_SPECIAL: puts the method at `at`, gives self or undefined. */
export function loadSpecial(stack: Slot[], at: number, which: number): Slot {
  const owner = stack[at] as Value;
  const name = specialMethods[which];
  const type = typeOf(owner);
  const found = type.lookup(name);
  if (found instanceof PyFunction) {
    stack[at] = found;
    return owner;
  }
  if (found === undefined) throw typeError(missingSpecial(type, which));
  const get = typeOf(found).tp_descr_get;
  stack[at] = get === undefined ? found : get(found, owner, type);
  return undefined;
}

/** _PyEval_SpecialMethods and _PyEval_SpecialMethodCanSuggest. */
function missingSpecial(type: PyType, which: number): string {
  const asynchronous = which >= 2;
  const protocol = asynchronous ? 'the asynchronous context manager' : 'the context manager';
  const name = specialMethods[which];
  const missed = `missed ${name} method`;
  let message = `'${type.tp_name}' object does not support ${protocol} protocol`;
  if (which === 1 || which === 3) message += ` (${missed})`;
  const other = asynchronous ? ['__enter__', '__exit__'] : ['__aenter__', '__aexit__'];
  if (other.every((method) => type.lookup(method) !== undefined)) {
    const keyword = asynchronous ? "'with'" : "'async with'";
    message = `'${type.tp_name}' object does not support ${protocol} protocol`;
    if (which === 1 || which === 3) message += ` (${missed})`;
    message += asynchronous
      ? ` but it supports the context manager protocol. Did you mean to use ${keyword}?`
      : ` but it supports the asynchronous context manager protocol. Did you mean to use ${keyword}?`;
  }
  return message;
}

/** LOAD_SUPER_ATTR: replaces super, class and self by the attribute (and self for a method); gives the new sp. */
export function loadSuperAttribute(stack: Slot[], sp: number, arg: number, name: string): number {
  const globalSuper = stack[sp - 3] as Value;
  const owner = stack[sp - 2] as Value;
  const self = stack[sp - 1] as Value;
  const at = sp - 3;
  const asMethod = (arg & 1) !== 0;
  if (globalSuper === superType() && owner instanceof PyType) {
    const found = superLookup(owner, self, name);
    if (found instanceof PyFunction && asMethod && !(self instanceof PyType && self.isSubtype(owner))) {
      stack[at] = found;
      stack[at + 1] = self;
      return at + 2;
    }
  }
  const instance = arg & 2 ? call(globalSuper, owner, self) : call(globalSuper);
  stack[at] = getAttribute(instance, name);
  if (asMethod) stack[at + 1] = undefined;
  return asMethod ? at + 2 : at + 1;
}

function superType(): Slot {
  return vm.builtins.getString('super');
}

// Displays, formatting, unpacking.

export function buildSet(stack: readonly Slot[], start: number, count: number): PySet {
  const set = new PySet();
  for (let i = 0; i < count; i++) set.add(stack[start + i] as Value);
  return set;
}

export function buildMap(stack: readonly Slot[], start: number, count: number): PyDict {
  const dict = new PyDict();
  for (let i = 0; i < count; i++) dict.set(stack[start + 2 * i] as Value, stack[start + 2 * i + 1] as Value);
  return dict;
}

export function buildConstKeyMap(stack: readonly Slot[], start: number, count: number): PyDict {
  const dict = new PyDict();
  const keys = stack[start + count] as PyTuple;
  for (let i = 0; i < count; i++) dict.set(keys.items[i], stack[start + i] as Value);
  return dict;
}

export function buildString(stack: readonly Slot[], start: number, count: number): string {
  let text = '';
  for (let i = 0; i < count; i++) text += stringOf(stack[start + i] as Value);
  return text;
}

export function buildTemplate(strings: Value, interpolations: Value): Value {
  return new PyTemplate(strings as PyTuple, interpolations as PyTuple);
}

const conversions = [null, 's', 'r', 'a'];

/** `at` is where the value lies; the text of the expression follows, and the format specification if there is one. */
export function buildInterpolation(stack: readonly Slot[], at: number, arg: number): Value {
  const spec = arg & 1 ? (stack[at + 2] as Value) : '';
  return new PyInterpolation(stack[at] as Value, stack[at + 1] as Value, conversions[arg >> 2] as Value, spec);
}

export function setAdd(set: Value, item: Value): void {
  (set as PySet).add(item);
}

export function setUpdate(set: Value, iterable: Value): void {
  forEach(iterable, (item) => {
    (set as PySet).add(item);
  });
}

export function listExtend(list: PyList, iterable: Value): void {
  const type = typeOf(iterable);
  if (type.tp_iter === undefined && type.sq_item === undefined) {
    throw typeError(`Value after * must be an iterable, not ${type.tp_name}`);
  }
  for (const item of toArray(iterable)) list.items.push(item);
}

export function dictUpdate(dict: PyDict, other: Value): void {
  try {
    updateDict(dict, other);
  } catch (error) {
    if (isException(error, attributeErrorType)) throw typeError(`'${typeOf(other).tp_name}' object is not a mapping`);
    throw error;
  }
}

/** DICT_MERGE: `**mapping` of a call, where a key twice is an error. */
export function dictMerge(dict: PyDict, other: Value, callable: Value): void {
  if (!(other instanceof PyDict) && lookupAttribute(other, 'keys') === undefined) {
    throw typeError(`${functionText(callable)} argument after ** must be a mapping, not ${typeOf(other).tp_name}`);
  }
  // A subclass may iterate in an order of its own, as OrderedDict does.
  const keys =
    other instanceof PyDict && other.type.tp_iter === dictType.tp_iter
      ? other.keyList()
      : toArray(call(getAttribute(other, 'keys')));
  for (const key of keys) {
    if (dict.has(key)) {
      if (stringOf(key) === undefined) throw typeError('keywords must be strings');
      throw typeError(`${functionText(callable)} got multiple values for keyword argument '${str(key)}'`);
    }
    dict.set(key, subscript(other, key));
  }
}

/** `module.qualname()` as messages about a call name it (_PyObject_FunctionStr). */
export function functionText(callable: Value): string {
  const qualname = lookupAttribute(callable, '__qualname__');
  if (qualname === undefined) return str(callable);
  const module = lookupAttribute(callable, '__module__');
  const prefix = module !== undefined && module !== null && module !== 'builtins' ? `${str(module)}.` : '';
  return `${prefix}${str(qualname)}()`;
}

export function formatSimple(value: Value): Value {
  return stringOf(value) !== undefined && typeof value === 'string' ? value : format(value, '');
}

export function formatWithSpec(value: Value, spec: Value): Value {
  return format(value, spec);
}

export function convertValue(value: Value, how: number): Value {
  return how === 1 ? strValue(value) : how === 2 ? repr(value) : ascii(value);
}

export function unpackSequence(stack: Slot[], sp: number, sequence: Value, count: number): number {
  const values = takeItems(sequence, count, -1);
  for (let i = count - 1; i >= 0; i--) stack[sp++] = values[i];
  return sp;
}

export function unpackEx(stack: Slot[], sp: number, sequence: Value, arg: number): number {
  const before = arg & 0xff;
  const after = arg >> 8;
  const values = takeItems(sequence, before, after);
  const rest = values.slice(before, values.length - after);
  for (let i = 0; i < after; i++) stack[sp++] = values[values.length - 1 - i];
  stack[sp++] = new PyList(rest);
  for (let i = before - 1; i >= 0; i--) stack[sp++] = values[i];
  return sp;
}

/** Items of a sequence to be unpacked: exactly `before`, or at least before + after with a star (_PyEval_UnpackIterableStackRef). */
function takeItems(sequence: Value, before: number, after: number): Value[] {
  const type = typeOf(sequence);
  if (type.tp_iter === undefined && type.sq_item === undefined) {
    throw typeError(`cannot unpack non-iterable ${type.tp_name} object`);
  }
  const values: Value[] = [];
  const iterator = items(sequence);
  while (values.length < before) {
    const { done, value } = iterator.next();
    if (done) {
      throw after < 0
        ? valueError(`not enough values to unpack (expected ${before}, got ${values.length})`)
        : valueError(`not enough values to unpack (expected at least ${before + after}, got ${values.length})`);
    }
    values.push(value);
  }
  if (after < 0) {
    if (iterator.next().done) return values;
    const known = sequence instanceof PyList || sequence instanceof PyTuple || sequence instanceof PyDict;
    const got = known && !type.heap ? `, got ${lengthOf(sequence)}` : '';
    throw valueError(`too many values to unpack (expected ${before}${got})`);
  }
  for (let step = iterator.next(); !step.done; step = iterator.next()) values.push(step.value);
  if (values.length < before + after) {
    throw valueError(`not enough values to unpack (expected at least ${before + after}, got ${values.length})`);
  }
  return values;
}

// Iteration and suspension.

/** GET_YIELD_FROM_ITER. */
export function yieldFromIterator(frame: Frame, iterable: Value): Value {
  if (iterable instanceof PyGenerator) {
    if (iterable.type === coroutineType) {
      if (!(frame.code.code.co_flags & (CodeFlag.CO_COROUTINE | CodeFlag.CO_ITERABLE_COROUTINE))) {
        throw typeError("cannot 'yield from' a coroutine object in a non-coroutine generator");
      }
      return iterable;
    }
    if (iterable.type === generatorType) return iterable;
  }
  return getIterator(iterable);
}

/** GET_AITER. */
export function asyncIterator(value: Value): Value {
  const type = typeOf(value);
  if (type.am_aiter === undefined) {
    throw typeError(`'async for' requires an object with __aiter__ method, got ${type.tp_name}`);
  }
  const iterator = type.am_aiter(value);
  if (typeOf(iterator).am_anext === undefined) {
    throw typeError(
      `'async for' received an object from __aiter__ that does not implement __anext__: ${typeOf(iterator).tp_name}`,
    );
  }
  return iterator;
}

/** GET_ANEXT. */
export function asyncNext(iterator: Value): Value {
  const type = typeOf(iterator);
  if (type.am_anext === undefined) {
    throw typeError(`'async for' requires an iterator with __anext__ method, got ${type.tp_name}`);
  }
  if (iterator instanceof PyGenerator) return nextAwaitable(iterator);
  const next = type.am_anext(iterator);
  if (next instanceof PyGenerator && (next.type === coroutineType || isIterableCoroutine(next))) return next;
  try {
    return awaitIterator(next, typeOf(next));
  } catch (error) {
    if (!(error instanceof PyBaseException)) throw error;
    const failure = typeError(`'async for' received an invalid object from __anext__: ${typeOf(next).tp_name}`);
    failure.cause = error;
    failure.context = error;
    failure.suppressContext = true;
    throw failure;
  }
}

/** What a StopIteration brings. */
export function stopValueOf(stop: PyBaseException): Value {
  return stop.members?.['value'] ?? null;
}

// Calls.

/** Calls a method of a built-in type with self and arguments from the stack. */
export function callMethodDescriptor(
  descriptor: PyMethodDescriptor,
  stack: readonly Slot[],
  first: number,
  count: number,
): Value {
  const { def, owner } = descriptor;
  let self = stack[first] as Value;
  const type = typeOf(self);
  if (type !== owner && !type.isSubtype(owner)) {
    throw typeError(
      `descriptor '${def.name}' for '${owner.tp_name}' objects doesn't apply to a '${type.tp_name}' object`,
    );
  }
  if (owner.unboxSelf && !def.keepsBox) self = unbox(self);
  const given = count - 1;
  let result: Slot;
  if (given >= def.least && given <= def.most) {
    switch (given) {
      case 0:
        result = def.implementation(self);
        break;
      case 1:
        result = def.implementation(self, stack[first + 1]);
        break;
      case 2:
        result = def.implementation(self, stack[first + 1], stack[first + 2]);
        break;
      default:
        result = def.implementation(self, ...stack.slice(first + 1, first + count));
    }
    return result === undefined ? null : result;
  }
  return def.call(self, stack.slice(first + 1, first + count) as Value[], undefined);
}

/** The plain value of a str or int subclass's instance, for methods of str and int. */
export function unbox(self: Value): Value {
  if (typeof self === 'boolean') return self ? 1 : 0;
  if (typeof self === 'object' && self !== null && 'value' in self) return self.value as Value;
  return self;
}

export function callBuiltin(builtin: PyBuiltin, stack: readonly Slot[], first: number, count: number): Value {
  const { def, self } = builtin;
  let result: Slot;
  if (count >= def.least && count <= def.most) {
    if (def.hasSelf) {
      switch (count) {
        case 0:
          result = def.implementation(self);
          break;
        case 1:
          result = def.implementation(self, stack[first]);
          break;
        default:
          result = def.implementation(self, ...stack.slice(first, first + count));
      }
    } else {
      switch (count) {
        case 0:
          result = def.implementation();
          break;
        case 1:
          result = def.implementation(stack[first]);
          break;
        case 2:
          result = def.implementation(stack[first], stack[first + 1]);
          break;
        default:
          result = def.implementation(...stack.slice(first, first + count));
      }
    }
    return result === undefined ? null : result;
  }
  return def.call(self, stack.slice(first, first + count) as Value[], undefined);
}

/** A new instance for a class whose call is only object.__new__ and an `__init__` in Python; else undefined. */
export function instantiate(type: PyType): Value | undefined {
  if (!type.heap || type.tp_new !== objectNew || type.isAbstract) return undefined;
  if (type.type !== typeType && type.type.tp_call !== typeCall) return undefined;
  return type.lookup('__init__') instanceof PyFunction ? type.allocate(type) : undefined;
}

/** A new instance of a class that has object's own `__new__` and `__init__`; undefined for other classes. */
export function instantiatePlain(type: PyType): Value | undefined {
  if (!type.heap || type.tp_new !== objectNew || type.tp_init !== objectInit || type.isAbstract) return undefined;
  if (type.type !== typeType && type.type.tp_call !== typeCall) return undefined;
  return type.allocate(type);
}

export function keywordNames(names: PyTuple): readonly string[] {
  return names.items as readonly string[];
}

/** Arguments of CALL_KW: the object for a method call, if any, and what follows. */
export function callArguments(stack: readonly Slot[], base: number, sp: number): Value[] {
  const first = stack[base + 1] === undefined ? base + 2 : base + 1;
  return stack.slice(first, sp) as Value[];
}

/** CALL_FUNCTION_EX: `*args` and `**kwargs` as a vectorcall's. */
export function unpackCall(callable: Value, args: Value, kwargs: Slot): { args: Value[]; kwNames: KwNames } {
  if (!(args instanceof PyTuple)) {
    const type = typeOf(args);
    if (type.tp_iter === undefined && type.sq_item === undefined) {
      throw typeError(`${functionText(callable)} argument after * must be an iterable, not ${type.tp_name}`);
    }
  }
  const positional = args instanceof PyTuple ? args.items.slice() : toArray(args);
  if (kwargs === undefined || kwargs === null) return { args: positional, kwNames: undefined };
  let dict = kwargs as Value;
  if (!(dict instanceof PyDict)) {
    dict = new PyDict();
    dictMerge(dict as PyDict, kwargs, callable);
  }
  const keywords = dict as PyDict;
  if (keywords.used === 0) return { args: positional, kwNames: undefined };
  const names: string[] = [];
  for (const [key, value] of keywords.entries()) {
    const name = stringOf(key);
    if (name === undefined) throw typeError('keywords must be strings');
    names.push(name);
    positional.push(value);
  }
  return { args: positional, kwNames: names };
}

// Intrinsics.

export function intrinsic1(frame: Frame, which: number, value: Value): Value {
  switch (which) {
    case 1:
      displayHook(value);
      return null;
    case 2:
      importStar(frame, value);
      return null;
    case 3:
      return stopIterationError(frame, value as PyBaseException);
    case 4:
      return wrapAsyncValue(value);
    case 5:
      return positive(value);
    case 6:
      return tupleOf((value as PyList).items.slice());
    case 7:
      return newTypeParameter('TypeVar', value as string, undefined, undefined);
    case 8:
      return newTypeParameter('ParamSpec', value as string, undefined, undefined);
    case 9:
      return newTypeParameter('TypeVarTuple', value as string, undefined, undefined);
    case 10:
      return subscriptGeneric(value);
    case 11:
      return newTypeAlias(value as PyTuple);
    default:
      throw new InternalError(`intrinsic ${which}`);
  }
}

export function intrinsic2(which: number, first: Value, second: Value): Value {
  switch (which) {
    case 1:
      return prepareReraise(first as PyBaseException, second as PyList);
    case 2:
      return newTypeParameter('TypeVar', first as string, second, undefined);
    case 3:
      return newTypeParameter('TypeVar', first as string, undefined, second);
    case 4:
      (first as PyFunction).typeParams = second as PyTuple;
      return first;
    case 5:
      setTypeParameterDefault(first, second);
      return first;
    default:
      throw new InternalError(`intrinsic ${which}`);
  }
}

/** INTRINSIC_SUBSCRIPT_GENERIC (_Py_subscript_generic). */
function subscriptGeneric(parameters: Value): Value {
  const typing = importModule('typing', null, null, 0);
  const generic = getAttribute(typing, 'Generic');
  // unpack_typevartuples: a TypeVarTuple stands for as many as it gets.
  const unpacked = (parameters as PyTuple).items.map((parameter) =>
    typeOf(parameter) === typeVarTupleType ? (iterateNext(getIterator(parameter)) ?? parameter) : parameter,
  );
  return subscript(generic, tupleOf(unpacked));
}

/** INTRINSIC_STOPITERATION_ERROR: PEP 479. */
function stopIterationError(frame: Frame, exception: PyBaseException): Value {
  const { co_flags } = frame.code.code;
  let message: string | undefined;
  if (exception.type.isSubtype(stopIterationType)) {
    message = 'generator raised StopIteration';
    if (co_flags & CodeFlag.CO_ASYNC_GENERATOR) message = 'async generator raised StopIteration';
    else if (co_flags & CodeFlag.CO_COROUTINE) message = 'coroutine raised StopIteration';
  } else if (co_flags & CodeFlag.CO_ASYNC_GENERATOR && exception.type.isSubtype(stopAsyncIterationType)) {
    message = 'async generator raised StopAsyncIteration';
  }
  if (message === undefined) return exception;
  const error = newException(runtimeErrorType, message);
  error.cause = exception;
  error.context = exception;
  error.suppressContext = true;
  return error;
}

/** `from module import *` (import_all_from). */
export function importStar(frame: Frame, module: Value): void {
  const all = lookupAttribute(module, '__all__');
  let names: Value[];
  const skipUnderscores = all === undefined;
  if (all === undefined) {
    const dict = lookupAttribute(module, '__dict__');
    if (dict === undefined) throw newException(importErrorType, 'from-import-* object has no __dict__ and no __all__');
    names = toArray(dict);
  } else names = toArray(all);
  for (const name of names) {
    const text = stringOf(name);
    if (text === undefined) {
      throw typeError(
        `${all === undefined ? 'Key' : 'Item'} in ${str(getAttribute(module, '__name__'))}.${
          all === undefined ? '__dict__' : '__all__'
        } must be str, not ${typeOf(name).tp_name}`,
      );
    }
    if (skipUnderscores && text.startsWith('_')) continue;
    storeName(frame, text, getAttribute(module, text));
  }
}

// Definitions and imports.

export function makeFunction(frame: Frame, code: Value): PyFunction {
  if (!(code instanceof PyCode)) throw new InternalError('MAKE_FUNCTION without a code object');
  return new PyFunction(code, frame.globals, frame.builtins);
}

/** SET_FUNCTION_ATTRIBUTE: which of them is a bit. */
export function setFunctionAttribute(func: PyFunction, which: number, value: Value): void {
  switch (which) {
    case 0x01:
      func.defaults = value as PyTuple;
      break;
    case 0x02:
      func.kwdefaults = value as PyDict;
      break;
    case 0x04:
      func.setAnnotations(value);
      break;
    case 0x08:
      func.closure = value as PyTuple;
      break;
    case 0x10:
      func.annotate = value;
      break;
    default:
      throw new InternalError(`function attribute ${which}`);
  }
}

export function importName(frame: Frame, name: string, fromList: Value, level: Value): Value {
  const custom = lookupBuiltin(frame.builtins, '__import__');
  if (custom === undefined) throw newException(importErrorType, '__import__ not found');
  const locals = frame.locals ?? null;
  if (custom instanceof PyBuiltin) return importModule(name, frame.globals, fromList, level as number);
  return call(custom, name, frame.globals, locals, fromList, level);
}

/** IMPORT_FROM (_PyEval_ImportFrom). */
export function importFrom(module: Value, name: string): Value {
  const found = lookupAttribute(module, name);
  if (found !== undefined) return found;
  const moduleName = lookupAttribute(module, '__name__');
  if (typeof moduleName === 'string') {
    const submodule = vm.modules.getString(`${moduleName}.${name}`);
    if (submodule !== undefined) return submodule;
  }
  const spec = lookupAttribute(module, '__spec__');
  const file = lookupAttribute(module, '__file__');
  const where = typeof file === 'string' ? file : 'unknown location';
  const initializing = spec !== undefined && spec !== null && lookupAttribute(spec, '_initializing') === true;
  const shown = typeof moduleName === 'string' ? moduleName : '<unknown module name>';
  const exception = newException(
    importErrorType,
    initializing
      ? `cannot import name '${name}' from partially initialized module '${shown}' (most likely due to a circular import) (${where})`
      : `cannot import name '${name}' from '${shown}' (${where})`,
  );
  exception.members = { name: shown, path: typeof file === 'string' ? file : null, name_from: name };
  throw exception;
}

// Exceptions.

/** Whether a bare raise has something to raise again. */
export const isHandling = (): boolean => handledException() !== null;

/** RAISE_VARARGS (do_raise): what to throw. */
export function raise(count: number, exception: Slot, cause: Slot): PyBaseException {
  if (count === 0) {
    const handled = handledException();
    if (handled === null) return runtimeError('No active exception to reraise');
    return handled;
  }
  const raised = instanceOf(exception as Value, 'exceptions must derive from BaseException');
  if (count === 2) {
    if (cause === null) raised.cause = null;
    else raised.cause = instanceOf(cause as Value, 'exception causes must derive from BaseException');
    raised.suppressContext = true;
  }
  setContextOf(raised);
  return raised;
}

function setContextOf(raised: PyBaseException): void {
  if (raised.traceback !== null) chain(raised);
}

function chain(raised: PyBaseException): void {
  const handled = handledException();
  if (handled === null || handled === raised) return;
  for (let outer: PyBaseException = handled; outer.context !== null; outer = outer.context) {
    if (outer.context === raised) {
      outer.context = null;
      break;
    }
  }
  raised.context = handled;
}

function instanceOf(value: Value, message: string): PyBaseException {
  if (value instanceof PyBaseException) return value;
  if (value instanceof PyType && value.isSubtype(baseExceptionType)) {
    const made = call(value);
    if (made instanceof PyBaseException) return made;
    throw typeError(
      `calling ${repr(value)} should have returned an instance of BaseException, not ${repr(typeOf(made))}`,
    );
  }
  throw typeError(message);
}

/** CHECK_EG_MATCH: (exception, pattern -- rest, match). */
export function checkGroupMatch(stack: Slot[], sp: number): void {
  const exception = stack[sp - 2] as PyBaseException;
  const pattern = stack[sp - 1] as Value;
  checkExceptionMatch(exception, pattern);
  const patterns = pattern instanceof PyTuple ? pattern.items : [pattern];
  if (patterns.some((type) => (type as PyType).isSubtype(baseExceptionGroupType))) {
    throw typeError('catching ExceptionGroup with except* is not allowed. Use except instead.');
  }
  const [match, rest] = matchGroup(exception, pattern);
  if (match !== null) holderOfHandled(vm.frame).handled = match;
  stack[sp - 2] = rest;
  stack[sp - 1] = match;
}

/** WITH_EXCEPT_START: calls `__exit__` with the exception. */
export function withExceptStart(stack: readonly Slot[], sp: number): Value {
  const exception = stack[sp - 1] as PyBaseException;
  const self = stack[sp - 4];
  const exit = stack[sp - 5] as Value;
  const args: Value[] = [exception.type, exception, exception.traceback];
  if (self !== undefined) args.unshift(self);
  return callWith(exit, args, undefined);
}

// Patterns.

export function matchKeys(subject: Value, keys: PyTuple): Value {
  const values: Value[] = [];
  const seen = new PySet();
  const get = subject instanceof PyDict && subject.type === dictType ? undefined : getAttribute(subject, 'get');
  const missing = new PyList([]);
  for (const key of keys.items) {
    if (seen.has(key)) throw valueError(`mapping pattern checks duplicate key (${repr(key)})`);
    seen.add(key);
    const value = get === undefined ? (subject as PyDict).get(key) : call(get, key, missing);
    if (value === undefined || value === missing) return null;
    values.push(value);
  }
  return tupleOf(values);
}

/** Classes whose one positional pattern is the subject itself (_Py_TPFLAGS_MATCH_SELF). */
const matchesSelf = new Set<PyType>([
  boolType,
  bytearrayType,
  bytesType,
  dictType,
  floatType,
  frozensetType,
  intType,
  listType,
  setType,
  strType,
  tupleType,
]);

/** MATCH_CLASS (_PyEval_MatchClass). */
export function matchClass(subject: Value, pattern: Value, count: number, keywords: PyTuple): Value {
  if (!(pattern instanceof PyType)) throw typeError('called match pattern must be a class');
  if (!isInstance(subject, pattern)) return null;
  const values: Value[] = [];
  const seen = new Set<string>();
  const read = (name: string): boolean => {
    if (seen.has(name)) throw typeError(`${pattern.tp_name}() got multiple sub-patterns for attribute '${name}'`);
    seen.add(name);
    const value = lookupAttribute(subject, name);
    if (value === undefined) return false;
    values.push(value);
    return true;
  };
  if (count > 0) {
    let names: readonly Value[] = [];
    let self = false;
    const matchArgs = lookupTypeAttribute(pattern, '__match_args__');
    if (matchArgs === undefined) self = pattern.mro.some((type) => matchesSelf.has(type));
    else if (matchArgs instanceof PyTuple) names = matchArgs.items;
    else throw typeError(`${pattern.tp_name}.__match_args__ must be a tuple (got ${typeOf(matchArgs).tp_name})`);
    const allowed = self ? 1 : names.length;
    if (count > allowed) {
      throw typeError(
        `${pattern.tp_name}() accepts ${allowed} positional sub-pattern${allowed === 1 ? '' : 's'} (${count} given)`,
      );
    }
    if (self) values.push(subject);
    else {
      for (const name of names.slice(0, count)) {
        const text = stringOf(name);
        if (text === undefined) {
          throw typeError(`__match_args__ elements must be strings (got ${typeOf(name).tp_name})`);
        }
        if (!read(text)) return null;
      }
    }
  }
  for (const name of keywords.items) if (!read(name as string)) return null;
  return tupleOf(values);
}

function isInstance(subject: Value, type: PyType): boolean {
  if (typeOf(subject).isSubtype(type)) return true;
  const check = lookupSpecial(type, '__instancecheck__');
  return check !== undefined && type.type !== typeType && call(check, subject) === true;
}
