import { Frame, FrameState, Return } from '../interpreter/frame.ts';
import { Opcode } from '../interpreter/opcode.ts';
import { Program } from '../interpreter/program.ts';
import { vm } from '../interpreter/state.ts';
import { asendType, athrowType } from './async-generator.ts';
import { PyCode } from './code.ts';
import { PyBuiltin, PyMethodDescriptor, PyWrapperDescriptor } from './descriptor.ts';
import { PyDict } from './dict.ts';
import { callReferenceCallback, finalizeGenerator, finalizeObject } from './finalization.ts';
import { PyFunction, PyMethod } from './function.ts';
import { PyGenerator } from './generator.ts';
import { coroutineWrapperType } from './generator-type.ts';
import { PyList } from './list.ts';
import { PyModule } from './module.ts';
import {
  coroutineType,
  generatorType,
  objectType,
  PyInstance,
  type PyObject,
  PyType,
  Shape,
  type Slot,
  type Value,
} from './object.ts';
import { declaredRoots } from './roots.ts';
import { BuiltinDef } from './signature.ts';
import { PyTuple } from './tuple.ts';
import { clearWeakReferences, dropReference, PyWeakref } from './weakref.ts';

/** What an object holds, handed one by one to `visit`: CPython's tp_traverse for every type at once. */
type Visit = (held: object) => void;

/** The list of objects that care is looked through when it has grown to this length, or to twice what the last time left. */
const THRESHOLD = 2000;

/**
 * Visits everything that an object holds. JavaScript's own fields are what is walked, so a type can't forget one. Left out
 * are what CPython holds weakly too (`PyWeakref.referent`, a type's subclasses, the links of the list of live generators) and caches.
 */
function traverse(object: object, visit: Visit): void {
  if (Array.isArray(object)) visitArray(object, object.length, visit);
  else if (object instanceof PyDict) {
    visitArray(object.keys, object.keys.length, visit);
    visitArray(object.values, object.values.length, visit);
    visitFields(object, dictFields, visit);
  } else if (object instanceof PyType) visitFields(object, typeFields, visit);
  else if (object instanceof PyGenerator) visitFields(object, generatorFields, visit);
  else if (object instanceof PyWeakref) visitFields(object, referenceFields, visit);
  else if (object instanceof PyCode) visitArray(object.readConsts, object.readConsts.length, visit);
  else if (object instanceof Frame) visitFrame(object, visit);
  else if (object instanceof Map) {
    for (const [key, value] of object) {
      if (typeof key === 'object' && key !== null) visit(key);
      if (typeof value === 'object' && value !== null) visit(value);
    }
  } else if (object instanceof Set) {
    for (const item of object) if (typeof item === 'object' && item !== null) visit(item);
  } else if (isLeaf(object)) return;
  else visitFields(object, nothing, visit);
}

/** What holds nothing that a program has made. */
const isLeaf = (object: object): boolean =>
  object instanceof BuiltinDef ||
  object instanceof PyWrapperDescriptor ||
  object instanceof PyMethodDescriptor ||
  object instanceof Program ||
  object instanceof Shape ||
  ArrayBuffer.isView(object);

const nothing: ReadonlySet<string> = new Set();
const dictFields = new Set(['keys', 'values', 'index', 'buckets']);
const typeFields = new Set(['subclasses', 'cache', 'rootShape']);
const generatorFields = new Set(['nextLive', 'previousLive', 'createdIn']);
const referenceFields = new Set(['referent']);
const frameFields = new Set(['stack', 'program', 'back', 'generator']);

function visitFields(object: object, except: ReadonlySet<string>, visit: Visit): void {
  for (const name in object) {
    const held = (object as Record<string, unknown>)[name];
    if (typeof held === 'object' && held !== null && !except.has(name)) visit(held);
  }
}

function visitArray(items: readonly unknown[], end: number, visit: Visit): void {
  for (let i = 0; i < end; i++) {
    const item = items[i];
    if (typeof item === 'object' && item !== null) visit(item);
  }
}

function visitStack({ state, stack, program, sp }: Frame, visit: Visit): void {
  visitArray(stack, state === FrameState.COMPLETED ? program.localCount : sp, visit);
}

function visitFrame(frame: Frame, visit: Visit): void {
  const { state } = frame;
  visitStack(frame, visit);
  visitFields(frame, frameFields, visit);
  if (frame.back !== undefined) visit(frame.back);
  // A generator is held by whoever resumes it; one that stands still isn't held by its frame.
  if (state === FrameState.EXECUTING && frame.generator !== undefined) visit(frame.generator);
}

/** Everything that can be reached, each with what it was reached from; undefined for roots. */
export type Parents = ReadonlyMap<object, object | undefined>;

/** Everything that can be reached from our own roots, with the ways to it. */
function markWithParents(): Parents {
  const marked = new Map<object, object | undefined>();
  const pending: object[] = [];
  let holder: object | undefined;
  const visit = (held: object): void => {
    if (marked.has(held)) return;
    marked.set(held, holder);
    pending.push(held);
  };
  visitRoots(visit);
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    holder = next;
    traverse(next, visit);
  }
  return marked;
}

/** Everything that can be reached from our own roots. */
function markReachable(): ReadonlySet<object> {
  const marked = new Set<object>();
  const pending: object[] = [];
  let count = 0;
  // A program may have millions of objects: each is looked for in the set no more than once.
  const visit = (held: object): void => {
    marked.add(held);
    if (marked.size === count) return;
    count++;
    pending.push(held);
  };
  visitRoots(visit);
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    // What these hold lies in an array of their own, which needn't be marked itself.
    const own =
      next instanceof PyInstance
        ? next.values
        : next instanceof PyList || next instanceof PyTuple
          ? next.items
          : nothingOwned;
    visitArray(own, own.length, visit);
    if (own === nothingOwned) traverse(next, visit);
    else {
      const { type, dict, slots } = next as PyObject;
      visit(type);
      if (dict !== undefined) visit(dict);
      if (slots !== undefined) visit(slots);
    }
  }
  return marked;
}

const nothingOwned: readonly unknown[] = [];

function visitRoots(visit: Visit): void {
  const root = (held: unknown): void => {
    if (typeof held === 'object' && held !== null) visit(held);
  };
  for (const held of declaredRoots()) root(held());
  root(vm.modules);
  root(vm.builtins);
  root(vm.builtinsModule);
  for (const thread of vm.threads) {
    root(thread);
    rootFrames(thread === vm.thread ? vm.frame : thread.frame, visit);
  }
  root(vm.stopValue);
  if (atSafepoint && vm.frame !== undefined) visitArray(vm.frame.stack, vm.frame.stack.length, visit);
}

/** What can be reached now, between two instructions; undefined where that can't be known. */
export function reachable(): Parents | undefined {
  return collecting || !rootsAreComplete() ? undefined : markWithParents();
}

/**
 * Looks for an object among what the frames of this thread hold and what that holds, nearest first, through no more than `limit`
 * objects and past no module, class or global variable. Gives what was passed, each with what it was reached from; undefined when
 * the object wasn't found, which says nothing about whether it can be reached.
 */
export function reachableNearby(object: PyObject, limit: number): Parents | undefined {
  const seen = new Map<object, object | undefined>();
  let holder: object | undefined;
  const visit = (held: object): void => {
    if (!seen.has(held)) seen.set(held, holder);
  };
  for (let frame = vm.frame; frame !== undefined; frame = frame.back) seen.set(frame, undefined);
  // A Map goes on to what is added while it is gone through.
  for (const next of seen.keys()) {
    holder = next;
    if (next instanceof Frame) visitStack(next, visit);
    else if (next instanceof PyFunction) {
      if (next.closure !== null) visit(next.closure);
    } else if (!(next instanceof PyModule || next instanceof PyType || next instanceof PyCode)) traverse(next, visit);
    if (seen.has(object)) return seen;
    if (seen.size > limit) return undefined;
  }
  return undefined;
}

/**
 * Whether what `isWanted` names is held by a variable of a running function or its module, or by what these hold in turn, as far
 * as `limit` objects reach and past no module, class or function.
 */
export function isFoundNearby(isWanted: (object: object) => boolean, limit: number): boolean {
  const seen = new Set<object>();
  let found = false;
  const visit = (held: object): void => {
    if (seen.size > limit || seen.has(held)) found ||= isWanted(held);
    else seen.add(held);
  };
  for (let frame = vm.frame; frame !== undefined; frame = frame.back) {
    visitArray(frame.stack, frame.program.localCount, visit);
    visitArray(frame.globals.values, frame.globals.values.length, visit);
  }
  // A Set goes on to what is added while it is gone through.
  for (const next of seen) {
    if (found || isWanted(next)) return true;
    const isPassed =
      next instanceof PyModule || next instanceof PyType || next instanceof PyFunction || next instanceof PyCode;
    if (!isPassed && seen.size <= limit) traverse(next, visit);
  }
  return found;
}

/** Whether an object that can't be reached is part of a cycle; `marked` are those that can be. */
export function holdsItself(object: PyObject, marked: Parents): boolean {
  const seen = new Set<object>();
  const pending: object[] = [object];
  // A generator's own frame belongs to it; only one of its variables may make a cycle.
  const own = object instanceof PyGenerator ? object.frame : undefined;
  let found = own?.stack.includes(object) ?? false;
  let holder: object | undefined;
  const visit = (held: object): void => {
    if (held === object && holder !== own) found = true;
    if (seen.has(held) || marked.has(held)) return;
    seen.add(held);
    pending.push(held);
  };
  for (let next = pending.pop(); next !== undefined && !found; next = pending.pop()) {
    holder = next;
    traverse(next, visit);
  }
  return found;
}

/** Finalises objects that nothing reaches, whoever holds another before it, and ends their weak references. */
export function finalizeUnreachable(objects: readonly PyObject[]): void {
  for (const object of holdersFirst(objects)) {
    finalize(object);
    for (const reference of clearWeakReferences(object)) callReferenceCallback(reference);
  }
}

/** The frames of a thread, innermost first. */
function rootFrames(innermost: Frame | undefined, visit: Visit): void {
  let entered = false;
  for (let frame = innermost; frame !== undefined; frame = frame.back) {
    visit(frame);
    // What TypeScript that this frame called works with lies where the operands of the instruction lie.
    if (entered) visitArray(frame.stack, frame.stack.length, visit);
    entered = frame.onReturn === Return.ENTRY;
  }
}

/**
 * Whether our roots are all there is. TypeScript that calls Python code, such as sorted() with a key, may hold objects in its own
 * variables, which can't be looked through. Then nothing is known to be unreachable, so nothing is collected.
 */
function rootsAreComplete(): boolean {
  for (const thread of vm.threads) {
    let frame = thread === vm.thread ? vm.frame : thread.frame;
    for (; frame !== undefined; frame = frame.back) {
      const { back } = frame;
      if (frame.onReturn === Return.ENTRY && back !== undefined && !entersDirectly(back, frame)) return false;
    }
    // What native code is to get lies in no frame.
    if (thread.ended !== undefined && thread.frame !== undefined) return false;
  }
  return true;
}

/** Functions that hold nothing but their arguments while they run Python code. */
const transparent = new Set(['exec', 'eval', '__import__', '__build_class__', 'throw', 'close', 'aclose', 'athrow']);
/** Those that hold nothing else either, if what they run is their argument itself and no iterator of ours around it. */
const forwarding = new Set(['run', 'next', 'send', '__next__', '__call__', 'getattr', 'setattr', 'hasattr', 'delattr']);

/** Whether the instruction that `caller` is at has started `entry` without TypeScript between them that holds objects. */
function entersDirectly(caller: Frame, entry: Frame): boolean {
  const index = caller.ip - 1;
  const operation = caller.program.pristine[index];
  switch (operation) {
    case Opcode.IMPORT_NAME:
    case Opcode.LOAD_ATTR:
    case Opcode.LOAD_ATTR_METHOD:
    case Opcode.LOAD_ATTR_INSTANCE_VALUE:
    case Opcode.LOAD_ATTR_SLOT:
    case Opcode.LOAD_ATTR_METHOD_NO_DICT:
    case Opcode.LOAD_ATTR_METHOD_WITH_SHAPE:
    case Opcode.LOAD_SUPER_ATTR:
    case Opcode.STORE_ATTR:
    case Opcode.STORE_ATTR_INSTANCE_VALUE:
    case Opcode.DELETE_ATTR:
    case Opcode.YIELD_DELEGATED:
    case Opcode.WITH_EXCEPT_START:
      return true;
    case Opcode.SEND:
      return entry.generator !== undefined && forwardsSend(caller.stack[caller.sp - 1]);
    case Opcode.CALL:
      return callEnters(caller, caller.sp - caller.program.args[index] - 2, entry);
    case Opcode.CALL_FUNCTION_EX:
      // What `*` takes from anything but a tuple or list lies in no place that is looked through.
      return holdsArguments(caller.stack[caller.sp - 2]) && callEnters(caller, caller.sp - 4, entry);
    default:
      return false;
  }
}

/** Whether sending to a value resumes a generator with nothing held between. */
function forwardsSend(receiver: Slot): boolean {
  if (typeof receiver !== 'object' || receiver === null) return false;
  const { type } = receiver;
  return (
    type === generatorType ||
    type === coroutineType ||
    type === coroutineWrapperType ||
    type === asendType ||
    type === athrowType
  );
}

const holdsArguments = (args: Slot): boolean => args instanceof PyTuple || args instanceof PyList;

function callEnters(caller: Frame, base: number, entry: Frame): boolean {
  const callable = caller.stack[base];
  if (callable instanceof PyBuiltin || callable instanceof PyMethodDescriptor) {
    const { name } = callable.def;
    if (transparent.has(name)) return true;
    return forwarding.has(name) && isAmongOperands(entry, caller.stack.slice(base, caller.sp));
  }
  if (typeof callable !== 'object' || callable === null) return false;
  if (entry.generator !== undefined && resumes(callable) === entry.generator) return true;
  if (entry.func === undefined) return false;
  const { func } = entry;
  // A class calls its own __new__ and __init__; what else it runs, such as the iterator that list() is given, it takes values from.
  if (callable instanceof PyType) {
    return callable.heap && (callable.lookup(func.name) === func || callable.type.lookup(func.name) === func);
  }
  return (callable instanceof PyMethod && callable.func === func) || callable.type.lookup(func.name) === func;
}

/** Whether what runs is an argument of the call itself. */
function isAmongOperands(entry: Frame, operands: readonly Slot[]): boolean {
  for (const operand of operands.flatMap((each) => (each instanceof PyTuple ? each.items : each))) {
    if (typeof operand !== 'object' || operand === null) continue;
    if (operand === entry.generator || operand === entry.func) return true;
    if (operand instanceof PyMethod && operand.func === entry.func) return true;
    if (entry.generator !== undefined) {
      if (operand instanceof PyBuiltin && operand.self === entry.generator) return true;
      if (resumes(operand) === entry.generator) return true;
    }
    if (entry.func === undefined) continue;
    if (operand.type.lookup(entry.func.name) === entry.func) return true;
    if (operand instanceof PyType && operand.lookup(entry.func.name) === entry.func) return true;
  }
  return false;
}

/** The coroutine that calling an object, or a method of it, resumes: that of a task of `_asyncio`. */
function resumes(callable: PyObject): Slot {
  const object = callable instanceof PyBuiltin ? callable.self : callable;
  return typeof object === 'object' && object !== null ? (object as { resumes?: Slot }).resumes : undefined;
}

/** A collection takes some milliseconds. */
const IDLE_LONG_ENOUGH = 50_000_000n;
/** How many objects that care there were after the last collection in an idle moment. */
let caredLastTime = 0;

let collecting = false;
let atSafepoint = false;

/**
 * Finds the objects that care and that nothing reaches any more, ends their weak references and finalises them; gives how
 * many there were. Deterministic: the order is that of their making, but whoever holds another comes before it, as
 * reference counting would have it.
 */
export function collect(): number {
  if (collecting || !rootsAreComplete()) return 0;
  collecting = true;
  try {
    const marked = markReachable();
    const dead = caringObjects().filter((object) => !marked.has(object));
    const callbacks: PyWeakref[] = [];
    for (const reference of [...vm.weakReferences]) {
      if (!marked.has(reference)) dropReference(reference);
    }
    const lost = new Set<PyObject>();
    for (const { referent } of vm.weakReferences) {
      if (referent !== undefined && !marked.has(referent)) lost.add(referent);
    }
    for (const object of lost) callbacks.push(...clearWeakReferences(object));
    for (const reference of callbacks) callReferenceCallback(reference);
    for (const object of holdersFirst(dead)) finalize(object);
    forgetSubclasses(dead.length > 0 ? markReachable() : marked);
    return dead.length + lost.size;
  } finally {
    collecting = false;
    vm.collectAt = Math.max(THRESHOLD, 2 * (vm.generatorCount + vm.weakReferences.size + vm.finalizable.size));
  }
}

/** As collect(), from the run loop between two instructions, when the list of objects that care has doubled. */
export function collectIfDue(): void {
  if (vm.generatorCount + vm.weakReferences.size + vm.finalizable.size < vm.collectAt) return;
  atSafepoint = true;
  try {
    collect();
  } finally {
    atSafepoint = false;
    vm.collectAt = Math.max(THRESHOLD, 2 * (vm.generatorCount + vm.weakReferences.size + vm.finalizable.size));
  }
}

/**
 * As collectIfDue(), while the program waits this long, in nanoseconds: there is time, so less has to have changed. Gives whether
 * anything was finalised.
 */
export function collectWhileIdle(nanoseconds: bigint): boolean {
  const caring = vm.generatorCount + vm.weakReferences.size + vm.finalizable.size;
  if (nanoseconds < IDLE_LONG_ENOUGH || caring === caredLastTime) return false;
  const count = collect();
  caredLastTime = vm.generatorCount + vm.weakReferences.size + vm.finalizable.size;
  return count > 0;
}

function finalize(object: PyObject): void {
  if (object instanceof PyGenerator) finalizeGenerator(object);
  else finalizeObject(object);
}

/** Unfinished generators and objects with `__del__`, oldest first. */
function caringObjects(): PyObject[] {
  const found: PyObject[] = [...vm.finalizable];
  for (let next = vm.firstGenerator; next !== undefined; next = next.nextLive) found.push(next);
  return found;
}

/** Classes that nothing reaches any more are no subclasses of those that stay. */
function forgetSubclasses(marked: ReadonlySet<object>): void {
  const types = new Set<PyType>([objectType]);
  // A Set goes on to what is added while it is gone through.
  for (const type of types) {
    for (const subclass of type.subclasses) {
      if (subclass.heap && !marked.has(subclass)) type.subclasses.delete(subclass);
      else types.add(subclass);
    }
  }
}

/** Orders objects so that each comes after those that hold it, those of a cycle by age. Modules hold nothing here: they hold all. */
function holdersFirst(objects: readonly PyObject[]): PyObject[] {
  if (objects.length < 2) return [...objects];
  const wanted = new Set<object>(objects);
  const held = new Set<object>();
  const visitAll = newTraversal(wanted, held);
  for (const object of objects) visitAll(object);
  const walk = newTraversal(wanted, new Set());
  const sources = objects.filter((object) => !held.has(object));
  const ordered = sources
    .reverse()
    .flatMap((object) => walk(object))
    .reverse();
  return [...ordered, ...objects.flatMap((object) => walk(object).reverse())];
}

/** Walks from one object after the other to what hasn't been visited; gives the wanted ones, those held before their holders. */
function newTraversal(wanted: ReadonlySet<object>, held: Set<object>): (from: PyObject) => PyObject[] {
  const visited = new Set<object>();
  for (const module of vm.modules.valueList()) {
    if (!(module instanceof PyModule)) continue;
    visited.add(module);
    visited.add(module.dict);
  }
  const left = Symbol('left');
  const pending: (object | typeof left)[] = [];
  const visit = (found: object): void => {
    if (wanted.has(found)) held.add(found);
    if (!visited.has(found)) pending.push(found);
  };
  return (from) => {
    const finished: PyObject[] = [];
    pending.push(from);
    for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
      if (next === left) {
        finished.push(pending.pop() as PyObject);
        continue;
      }
      const object = next as object;
      if (visited.has(object)) continue;
      visited.add(object);
      if (wanted.has(object)) pending.push(object, left);
      traverse(object, visit);
    }
    return finished;
  };
}

/** The end of the interpreter: what nobody reaches is finalised first, then all the rest, names of `__main__` in their order. */
export function finalizeAll(): void {
  if (isSilentEnd()) return;
  collect();
  const main = vm.modules.getString('__main__');
  const named = main instanceof PyModule ? new Set<Value>(main.dict.valueList()) : new Set<Value>();
  collecting = true;
  try {
    for (let caring = caringObjects(); caring.length > 0; caring = caringObjects()) {
      const inOrder = [...[...named].filter((value) => caring.includes(value as PyObject)), ...caring] as PyObject[];
      for (const object of holdersFirst([...new Set(inOrder)])) {
        finalize(object);
        if (object instanceof PyGenerator) object.finish();
      }
    }
  } finally {
    collecting = false;
  }
}

/**
 * Whether nobody can notice the end of the interpreter, so that looking for what is unreachable can be left out: most short
 * programs end so. No object has `__del__`, no coroutine or async generator is alive, no generator stands where closing it runs
 * code of its own, and the only callbacks of weak references are the library's, which tidy up its own tables.
 */
function isSilentEnd(): boolean {
  if (vm.finalizable.size > 0) return false;
  for (let next = vm.firstGenerator; next !== undefined; next = next.nextLive) if (!endsSilently(next)) return false;
  for (const { callback } of vm.weakReferences) if (callback !== null && !isTidying(callback)) return false;
  return true;
}

/** RESUME's operand says that no handler but the whole function's own stands around the yield before it. */
const RESUME_OPARG_DEPTH1_MASK = 4;

/** Whether closing it would run nothing (gen_close, which leaves such frames alone too). */
function endsSilently({ type, frame, finalizer }: PyGenerator): boolean {
  if (frame === undefined) return true;
  if (frame.state === FrameState.CREATED) return type !== coroutineType && finalizer === null;
  if (type !== generatorType || frame.state !== FrameState.SUSPENDED || frame.program.blockStack) return false;
  const resume = frame.program.offsets[frame.index] + 2;
  return (frame.code.code.co_code[resume + 1] & RESUME_OPARG_DEPTH1_MASK) !== 0;
}

/** The files of the library's weak containers, and of locks of modules. */
const tidyingFiles = new Set(
  ['weakref.py', '_weakrefset.py', 'logging/__init__.py'].map((file) => `<library>/${file}`),
);
tidyingFiles.add('<frozen importlib._bootstrap>');

function isTidying(callback: Value): boolean {
  return callback instanceof PyFunction && tidyingFiles.has(callback.code.code.co_filename);
}
