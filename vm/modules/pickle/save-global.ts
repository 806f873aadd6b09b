import { encodeAscii } from '../../codecs/single-byte.ts';
import { encodeUtf8 } from '../../codecs/utf8.ts';
import { vm } from '../../interpreter/state.ts';
import { pythonException } from '../../interpreter/unwind.ts';
import { PyDict } from '../../objects/dict.ts';
import {
  attributeErrorType,
  importErrorType,
  isException,
  runtimeError,
  typeError,
  unicodeEncodeErrorType,
  valueErrorType,
} from '../../objects/exception.ts';
import {
  Ellipsis,
  ellipsisType,
  NotImplemented,
  noneType,
  notImplementedType,
  type PyObject,
  type PyType,
  type Slot,
  typeOf,
  typeType,
  type Value,
} from '../../objects/object.ts';
import { stringOf } from '../../objects/str.ts';
import { PyTuple, tupleOf } from '../../objects/tuple.ts';
import { index } from '../../operations/arithmetic.ts';
import { getAttribute, lookupAttribute } from '../../operations/attribute.ts';
import { forEach } from '../../operations/iterate.ts';
import { subscript } from '../../operations/subscript.ts';
import { repr, str } from '../../operations/text.ts';
import { encodeHandler } from '../codecs/registry.ts';
import { picklingError, picklingErrorAfter } from './errors.ts';
import { importNamed } from './import-named.ts';
import { pickleLibrary } from './library.ts';
import { Opcode } from './opcodes.ts';
import { namesOf } from './own-strings.ts';
import { type Pickler, save } from './pickler.ts';
import { saveReduce } from './save-reduce.ts';

/** Writes a class whose metaclass is type (save_type). */
export function saveType(pickler: Pickler, type: PyType): void {
  const singleton = singletons.find(([own]) => own === type);
  if (singleton === undefined) saveGlobal(pickler, type, undefined);
  else saveReduce(pickler, tupleOf([typeType, tupleOf([singleton[1]])]), type);
}

/** Types that have no name in a module, and what they are the types of. */
const singletons: readonly (readonly [PyType, Value])[] = [
  [noneType, null],
  [ellipsisType, Ellipsis],
  [notImplementedType, NotImplemented],
];

/** Writes an object as the name by which its module has it; `name` instead of its `__qualname__` (save_global). */
export function saveGlobal(pickler: Pickler, value: PyObject, name: Slot): void {
  const { protocol, output } = pickler;
  const globalName = name ?? lookupAttribute(value, '__qualname__') ?? getAttribute(value, '__name__');
  const path = dottedPath(globalName);
  const moduleName = whichModule(value, globalName, path);
  if (protocol >= 2 && saveExtension(pickler, moduleName, globalName)) return;
  if (protocol >= 4) {
    const [ownModule, ownName] = namesOf(value, moduleName, globalName);
    save(pickler, ownModule);
    save(pickler, ownName);
    output.byte(Opcode.STACK_GLOBAL);
  } else saveByName(pickler, moduleName, path);
  pickler.put(value);
}

export function dottedPath(name: Value): string[] {
  const text = stringOf(name);
  if (text === undefined) throw typeError(`must be str, not ${typeOf(name).tp_name}`);
  return text.split('.');
}

/** Writes the code of an object that copyreg.add_extension() knows; false when there is none. */
function saveExtension({ output }: Pickler, moduleName: Value, globalName: Value): boolean {
  const registered = pickleLibrary().extensionRegistry.get(tupleOf([moduleName, globalName]));
  if (registered === undefined) return false;
  const code = index(registered);
  if (code <= 0 || code > 0x7fffffff) throw runtimeError(`extension code ${code} is out of range`);
  if (code <= 0xff) output.bytePair(Opcode.EXT1, Number(code));
  else if (code <= 0xffff) output.sized(Opcode.EXT2, Number(code), 2);
  else output.sized(Opcode.EXT4, Number(code), 4);
  return true;
}

/** GLOBAL, within as many calls of getattr() as the name has dots. */
function saveByName(pickler: Pickler, moduleName: Value, path: readonly string[]): void {
  const { protocol, output } = pickler;
  for (let i = 1; i < path.length; i++) {
    save(pickler, pickleLibrary().getattr);
    if (protocol < 2) output.byte(Opcode.MARK);
  }
  output.byte(Opcode.GLOBAL);
  let names: readonly [module: Value, name: Value] = [moduleName, path[0]];
  if (pickler.fixImports) names = namesOfPython2(...names);
  saveIdentifier(pickler, names[0], 'module');
  saveIdentifier(pickler, names[1], 'global');
  for (let i = 1; i < path.length; i++) {
    save(pickler, path[i]);
    output.byte(protocol < 2 ? Opcode.TUPLE : Opcode.TUPLE2);
    output.byte(Opcode.REDUCE);
  }
}

function saveIdentifier({ protocol, output }: Pickler, name: Value, kind: string): void {
  const text = stringOf(name);
  if (text === undefined) throw typeError('bad argument type for built-in operation');
  try {
    output.raw(protocol >= 3 ? encodeUtf8(text, encodeHandler('strict')) : encodeAscii(text, encodeHandler('strict')));
  } catch (error) {
    const exception = pythonException(error);
    if (!isException(exception, unicodeEncodeErrorType)) throw exception;
    throw picklingErrorAfter(
      exception,
      `can't pickle ${kind} identifier ${repr(name)} using pickle protocol ${protocol}`,
    );
  }
  output.latin1('\n');
}

/** Under which names Python 2 has an object (fix_imports). */
function namesOfPython2(moduleName: Value, globalName: Value): readonly [Value, Value] {
  const { reverseNameMapping, reverseImportMapping } = pickleLibrary();
  const names = reverseNameMapping.get(tupleOf([moduleName, globalName]));
  if (names !== undefined) return checkedPair(names, '_compat_pickle.REVERSE_NAME_MAPPING');
  const module = reverseImportMapping.get(moduleName);
  if (module === undefined) return [moduleName, globalName];
  return [checkedName(module, '_compat_pickle.REVERSE_IMPORT_MAPPING'), globalName];
}

/** A value of a table that programs may have changed: two names. */
export function checkedPair(pair: Value, table: string): readonly [Value, Value] {
  if (!(pair instanceof PyTuple) || pair.items.length !== 2) {
    throw runtimeError(`${table} values should be 2-tuples, not ${typeOf(pair).tp_name}`);
  }
  const [module, name] = pair.items;
  if (stringOf(module) === undefined || stringOf(name) === undefined) {
    const types = `(${typeOf(module).tp_name}, ${typeOf(name).tp_name})`;
    throw runtimeError(`${table} values should be pairs of str, not ${types}`);
  }
  return [module, name];
}

export function checkedName(name: Value, table: string): Value {
  if (stringOf(name) !== undefined) return name;
  throw runtimeError(`${table} values should be strings, not ${typeOf(name).tp_name}`);
}

/** The module that has `value` under this name; PicklingError when none has (whichmodule). */
function whichModule(value: Value, name: Value, path: readonly string[]): Value {
  if (path.includes('<locals>')) throw picklingError(`Can't pickle local object ${repr(value)}`);
  const moduleName = lookupAttribute(value, '__module__') ?? searchedModule(value, path) ?? '__main__';
  let module: Value;
  try {
    module = importNamed(moduleName);
  } catch (error) {
    const exception = pythonException(error);
    if (!isException(exception, importErrorType) && !isException(exception, valueErrorType)) throw exception;
    throw picklingErrorAfter(exception, `Can't pickle ${repr(value)}: ${str(exception)}`);
  }
  let found: Value;
  try {
    found = path.reduce(getAttribute, module);
  } catch (error) {
    const exception = pythonException(error);
    if (!isException(exception, attributeErrorType)) throw exception;
    throw picklingErrorAfter(
      exception,
      `Can't pickle ${repr(value)}: it's not found as ${str(moduleName)}.${str(name)}`,
    );
  }
  if (found === value) return moduleName;
  throw picklingError(`Can't pickle ${repr(value)}: it's not the same object as ${str(moduleName)}.${str(name)}`);
}

/** The first module of sys.modules that has an object without a `__module__`; undefined when none has. */
function searchedModule(value: Value, path: readonly string[]): Slot {
  const modules = getAttribute(vm.modules.getString('sys') as Value, 'modules');
  let found: Slot;
  const visit = (name: Value, module: Value): boolean => {
    if (module === null || stringOf(name) === '__main__') return false;
    let part: Slot = module;
    for (const each of path) if (part !== undefined) part = lookupAttribute(part, each);
    if (part === value) found = name;
    return found !== undefined;
  };
  if (modules instanceof PyDict && !modules.type.heap) {
    for (let at = modules.nextEntry(0); at >= 0; at = modules.nextEntry(at + 1)) {
      if (visit(modules.keys[at] as Value, modules.values[at])) break;
    }
  } else forEach(modules, (name) => visit(name, subscript(modules, name)));
  return found;
}
