import { pythonException } from '../../interpreter/unwind.ts';
import { PyGetSet } from '../../objects/descriptor.ts';
import { PyDict } from '../../objects/dict.ts';
import { attributeError, attributeErrorType, isException, typeError, valueError } from '../../objects/exception.ts';
import { PyList } from '../../objects/list.ts';
import { dictType, listType, PyType, type Slot, setType, typeOf, type Value } from '../../objects/object.ts';
import { PySet } from '../../objects/set.ts';
import { stringOf } from '../../objects/str.ts';
import { PyTuple, tupleOf } from '../../objects/tuple.ts';
import {
  callMethod,
  getAttribute,
  lookupAttribute,
  setAttribute,
  setOwnAttribute,
} from '../../operations/attribute.ts';
import { call, callWith } from '../../operations/call.ts';
import { setSubscript } from '../../operations/subscript.ts';
import { repr } from '../../operations/text.ts';
import { unpicklingError } from './errors.ts';
import { importNamed } from './import-named.ts';
import { pickleLibrary } from './library.ts';
import { checkedName, checkedPair, dottedPath } from './save-global.ts';
import { type Unpickler, unpicklerType } from './unpickler.ts';

/** Finds a class or function for the pickle: by find_class(), which a program may have written. */
function find(unpickler: Unpickler, module: Value, name: Value): Value {
  const ownFind = unpicklerType.attributes.get('find_class');
  if (unpickler.type.lookup('find_class') !== ownFind || unpickler.dict !== undefined) {
    return callMethod(unpickler, 'find_class', module, name);
  }
  return findClass(unpickler, module, name);
}

/** Unpickler.find_class: an attribute of a module, under the names of Python 2 where the pickle is that old. */
export function findClass({ protocol, fixImports }: Unpickler, moduleName: Value, globalName: Value): Value {
  let module = moduleName;
  let name = globalName;
  if (protocol < 3 && fixImports) [module, name] = namesOfPython3(module, name);
  const found = importNamed(module);
  if (protocol < 4) return getAttribute(found, attributeName(name));
  const path = dottedPath(name);
  try {
    return path.reduce(getAttribute, found);
  } catch (error) {
    const exception = pythonException(error);
    if (path.length === 1 || !isException(exception, attributeErrorType)) throw exception;
    const unresolved = attributeError(`Can't resolve path ${repr(name)} on module ${repr(module)}`, '', null);
    unresolved.members = undefined;
    unresolved.context = exception;
    throw unresolved;
  }
}

function attributeName(name: Value): string {
  const text = stringOf(name);
  if (text === undefined) throw typeError(`attribute name must be string, not '${typeOf(name).tp_name}'`);
  return text;
}

function namesOfPython3(module: Value, name: Value): readonly [Value, Value] {
  const { nameMapping, importMapping } = pickleLibrary();
  const names = nameMapping.get(tupleOf([module, name]));
  if (names !== undefined) return checkedPair(names, '_compat_pickle.NAME_MAPPING');
  const renamed = importMapping.get(module);
  return [renamed === undefined ? module : checkedName(renamed, '_compat_pickle.IMPORT_MAPPING'), name];
}

export function loadGlobal(unpickler: Unpickler, module: string, name: string): void {
  unpickler.stack.push(find(unpickler, module, name));
}

export function loadStackGlobal(unpickler: Unpickler): void {
  const name = unpickler.pop();
  const module = unpickler.pop();
  if (typeof name !== 'string' || typeof module !== 'string') throw unpicklingError('STACK_GLOBAL requires str');
  loadGlobal(unpickler, module, name);
}

/** An object that copyreg.add_extension() has given a code (load_extension). */
export function loadExtension(unpickler: Unpickler, code: number): void {
  const { extensionCache, invertedRegistry } = pickleLibrary();
  if (code <= 0) throw unpicklingError('EXT specifies code <= 0');
  let found: Slot = extensionCache.get(code);
  if (found === undefined) {
    const pair = invertedRegistry.get(code);
    if (pair === undefined) throw valueError(`unregistered extension code ${code}`);
    const [module, name] = pair instanceof PyTuple && pair.items.length === 2 ? pair.items : [null, null];
    if (stringOf(module) === undefined || stringOf(name) === undefined) {
      throw valueError(`_inverted_registry[${code}] isn't a 2-tuple of strings`);
    }
    found = find(unpickler, module, name);
    extensionCache.set(code, found);
  }
  unpickler.stack.push(found);
}

/** Makes an object as Python 2's classes were made (instantiate). */
function instantiate(cls: Value, args: Value[]): Value {
  if (args.length === 0 && cls instanceof PyType && lookupAttribute(cls, '__getinitargs__') === undefined) {
    return callMethod(cls, '__new__', cls);
  }
  return callWith(cls, args, undefined);
}

/** OBJ: the class lies below its arguments. */
export function loadObject(unpickler: Unpickler): void {
  const mark = unpickler.popMark();
  if (unpickler.stack.length - mark < 1) throw unpickler.underflow();
  const args = unpickler.popFrom(mark + 1);
  unpickler.stack.push(instantiate(unpickler.pop(), args));
}

/** INST: the class is named by two lines. */
export function loadInstance(unpickler: Unpickler, nextName: () => string): void {
  const mark = unpickler.popMark();
  const module = nextName();
  const cls = find(unpickler, module, nextName());
  unpickler.stack.push(instantiate(cls, unpickler.popFrom(mark)));
}

/** cls.__new__(cls, *args, **kwargs), without asking the class for `__new__` (load_newobj). */
export function loadNewObject(unpickler: Unpickler, kwargs: Slot): void {
  const args = unpickler.pop();
  const cls = unpickler.pop();
  const opcode = kwargs === undefined ? 'NEWOBJ' : 'NEWOBJ_EX';
  const wrong = (what: string, value: Value) => unpicklingError(`${opcode} ${what}${typeOf(value).tp_name}`);
  if (!(cls instanceof PyType)) throw wrong('class argument must be a type, not ', cls);
  if (cls.tp_new === undefined) {
    throw unpicklingError(`${opcode} class argument '${typeOf(cls).tp_name}' doesn't have __new__`);
  }
  if (!(args instanceof PyTuple)) throw wrong('args argument must be a tuple, not ', args);
  if (kwargs !== undefined && !(kwargs instanceof PyDict)) throw wrong('kwargs argument must be a dict, not ', kwargs);
  const names = (kwargs?.keyList() ?? []) as string[];
  const values = kwargs === undefined ? args.items.slice() : [...args.items, ...kwargs.valueList()];
  unpickler.stack.push(cls.tp_new(cls, values, names.length === 0 ? undefined : names));
}

/** Calls what lies below its tuple of arguments (load_reduce). */
export function loadReduce(unpickler: Unpickler): void {
  const args = unpickler.pop();
  const callable = unpickler.pop();
  if (!(args instanceof PyTuple)) throw typeError('argument list must be a tuple');
  unpickler.stack.push(callWith(callable, args.items.slice(), undefined));
}

/** Appends what lies from `height` on to the object below it (do_append). */
export function append(unpickler: Unpickler, height: number): void {
  const { stack } = unpickler;
  if (height > stack.length || height <= unpickler.fence) throw unpickler.underflow();
  if (height === stack.length) return;
  const list = stack[height - 1];
  if (list instanceof PyList && list.type === listType) {
    if (stack.length === height + 1) list.items.push(stack.pop() as Value);
    else for (const item of stack.splice(height)) list.items.push(item);
    return;
  }
  const extend = lookupAttribute(list, 'extend');
  if (extend !== undefined) {
    call(extend, new PyList(stack.splice(height)));
    return;
  }
  const appendOne = getAttribute(list, 'append');
  for (const item of stack.splice(height)) call(appendOne, item);
}

/** Sets keys and values that lie from `height` on in the object below them (do_setitems). */
export function setItems(unpickler: Unpickler, height: number): void {
  const { stack } = unpickler;
  const { length } = stack;
  if (height > length || height <= unpickler.fence) throw unpickler.underflow();
  if (height === length) return;
  if ((length - height) % 2 !== 0) throw unpicklingError('odd number of items for SETITEMS');
  const dict = stack[height - 1];
  try {
    if (dict instanceof PyDict && dict.type === dictType) {
      for (let i = height; i < length; i += 2) dict.set(stack[i], stack[i + 1]);
    } else for (let i = height; i < length; i += 2) setSubscript(dict, stack[i], stack[i + 1]);
  } finally {
    stack.length = height;
  }
}

/** Adds what lies above the last MARK to the set below it (load_additems). */
export function addItems(unpickler: Unpickler): void {
  const { stack } = unpickler;
  const mark = unpickler.popMark();
  if (mark > stack.length || mark <= unpickler.fence) throw unpickler.underflow();
  if (mark === stack.length) return;
  const set = stack[mark - 1];
  const items = stack.splice(mark);
  if (set instanceof PySet && set.type.isSubtype(setType)) {
    for (const item of items) set.add(item);
    return;
  }
  const add = getAttribute(set, 'add');
  for (const item of items) call(add, item);
}

/** Gives an object its state: by `__setstate__`, or as attributes (load_build). */
export function build(unpickler: Unpickler): void {
  const { stack } = unpickler;
  if (stack.length - 2 < unpickler.fence) throw unpickler.underflow();
  let state: Value = unpickler.pop();
  const instance = stack[stack.length - 1];
  const setState = lookupAttribute(instance, '__setstate__');
  if (setState !== undefined) {
    call(setState, state);
    return;
  }
  let slots: Slot;
  if (state instanceof PyTuple && state.items.length === 2) [state, slots] = state.items;
  if (state !== null) {
    if (!(state instanceof PyDict)) throw unpicklingError('state is not a dictionary');
    setDictState(instance, state);
  }
  if (slots === undefined) return;
  if (!(slots instanceof PyDict)) throw unpicklingError('slot state is not a dictionary');
  for (const [key, value] of slots.entries()) setAttribute(instance, attributeName(key), value);
}

/** Puts a state into the object's `__dict__`, which isn't made for it as long as it is the usual one. */
function setDictState(instance: Value, state: PyDict): void {
  const type = typeOf(instance);
  let dict: Slot;
  if (!type.genericGetattr || !type.hasDict || !(type.lookup('__dict__') instanceof PyGetSet)) {
    dict = getAttribute(instance, '__dict__');
  }
  for (let at = state.nextEntry(0); at >= 0; at = state.nextEntry(at + 1)) {
    const key = state.keys[at] as Value;
    const value = state.values[at];
    if (dict === undefined && typeof key === 'string' && setOwnAttribute(instance, key, value)) continue;
    dict ??= getAttribute(instance, '__dict__');
    setSubscript(dict, key, value);
  }
}
