import { LocalKind } from '../../compiler/bytecode/code-object.ts';
import { importModule } from '../importing/import.ts';
import { libraryText } from '../importing/library-texts.ts';
import { InternalError } from '../internal-error.ts';
import { runCode } from '../interpreter/call.ts';
import { frameLocals } from '../interpreter/names.ts';
import { vm } from '../interpreter/state.ts';
import { pythonException } from '../interpreter/unwind.ts';
import { integerInBase } from '../numbers/integer-text.ts';
import { PyByteArray, PyBytes } from '../objects/bytes.ts';
import { localsSnapshot } from '../objects/frame-locals.ts';
import '../objects/bytes-types.ts';
import { buildClass } from '../objects/build-class.ts';
import { PyCell } from '../objects/cell.ts';
import { PyCode } from '../objects/code.ts';
import { type Declaration, defineModule } from '../objects/define.ts';
import { classMethodType, type PyBuiltin, propertyType, staticMethodType } from '../objects/descriptor.ts';
import { PyDict } from '../objects/dict.ts';
import * as exceptions from '../objects/exception.ts';
import { newException, typeError, valueError } from '../objects/exception.ts';
import { exceptionTypes } from '../objects/exception-types.ts';
import { PyFloat } from '../objects/float.ts';
import { PyUnion } from '../objects/generic-types.ts';
import { CallableIterator } from '../objects/iterator.ts';
import { PyList } from '../objects/list.ts';
import { memoryviewType } from '../objects/memoryview.ts';
import type { PyModule } from '../objects/module.ts';
import {
  boolType,
  bytearrayType,
  bytesType,
  Compare,
  complexType,
  dictType,
  Ellipsis,
  floatType,
  frozensetType,
  intType,
  listType,
  NotImplemented,
  objectType,
  PyType,
  rangeType,
  type Slot,
  setType,
  sliceType,
  strType,
  tupleType,
  typeOf,
  typeType,
  type Value,
} from '../objects/object.ts';
import { InlineCall } from '../objects/signature.ts';
import { stringOf } from '../objects/str.ts';
import { superType } from '../objects/super.ts';
import { PyTuple } from '../objects/tuple.ts';
import { absolute, add, divmod, index, power } from '../operations/arithmetic.ts';
import { callMethod, getAttribute, lookupAttribute, setAttribute } from '../operations/attribute.ts';
import { call, callSpecial, isCallable, lookupSpecial } from '../operations/call.ts';
import { isLess, richCompare } from '../operations/compare.ts';
import { hashOf, identityOf } from '../operations/hash.ts';
import { forEach, getIterator, iterateNext, next, toArray } from '../operations/iterate.ts';
import { sortValues } from '../operations/sort.ts';
import { lengthOf, longLengthOf, setSubscript } from '../operations/subscript.ts';
import { asciiValue, format, reprValue, str } from '../operations/text.ts';
import { isTrue } from '../operations/truth.ts';
import { isOneCharacter } from '../text/strings.ts';
import { anextBuiltin } from './anext.ts';
import { breakpoint } from './breakpoint.ts';
import { compileBuiltin, compileSource } from './compile.ts';
import { enumerateType, filterType, mapType, reversedType, zipType } from './iterators.ts';

function attributeName(name: Value): string {
  const text = stringOf(name);
  if (text === undefined) throw typeError(`attribute name must be string, not '${typeOf(name).tp_name}'`);
  return text;
}

/** isinstance(value, type) (object_isinstance and _PyObject_RecursiveIsInstance). */
export function isInstance(value: Value, type: Value): boolean {
  if (typeOf(value) === type) return true;
  if (type instanceof PyType && type.type === typeType) {
    if (typeOf(value).isSubtype(type)) return true;
    if (typeof value !== 'object' || value === null) return false;
    if (value.type.genericGetattr && value.type.lookup('__class__') === objectType.attributes.get('__class__'))
      return false;
    const claimed = lookupAttribute(value, '__class__');
    return claimed instanceof PyType && claimed.isSubtype(type);
  }
  if (type instanceof PyTuple) return type.items.some((item) => isInstance(value, item));
  const check = lookupSpecial(type, '__instancecheck__');
  if (check !== undefined) return isTrue(call(check, value));
  if (lookupAttribute(type, '__bases__') instanceof PyTuple) return false;
  throw typeError('isinstance() arg 2 must be a type, a tuple of types, or a union');
}
vm.isInstance = isInstance;
vm.setItem = setSubscript;

/** issubclass(derived, type) (object_issubclass). */
export function isSubclass(derived: Value, type: Value): boolean {
  if (type instanceof PyType && type.type === typeType && derived instanceof PyType) return derived.isSubtype(type);
  if (type instanceof PyTuple) return type.items.some((item) => isSubclass(derived, item));
  if (!(derived instanceof PyType) && !(lookupAttribute(derived, '__bases__') instanceof PyTuple)) {
    if (!(type instanceof PyUnion) && lookupSpecial(type, '__subclasscheck__') === undefined) {
      throw typeError('issubclass() arg 1 must be a class');
    }
  }
  const check = lookupSpecial(type, '__subclasscheck__');
  if (check !== undefined) return isTrue(call(check, derived));
  throw typeError('issubclass() arg 2 must be a class, a tuple of classes, or a union');
}

vm.isSubclass = isSubclass;

function minMax(
  name: string,
  args: Value[],
  key: Value,
  fallback: Slot,
  better: (a: Value, b: Value) => boolean,
): Value {
  if (args.length === 0) throw typeError(`${name} expected at least 1 argument, got 0`);
  if (args.length > 1 && fallback !== undefined) {
    throw typeError(`Cannot specify a default for ${name}() with multiple positional arguments`);
  }
  let best: Slot;
  let bestKey: Value = null;
  const consider = (item: Value): void => {
    const itemKey = key === null ? item : call(key, item);
    if (best !== undefined && !better(itemKey, bestKey)) return;
    best = item;
    bestKey = itemKey;
  };
  if (args.length > 1) args.forEach(consider);
  else forEach(args[0], consider);
  if (best !== undefined) return best;
  if (fallback === undefined) throw valueError(`${name}() iterable argument is empty`);
  return fallback;
}

/** The text stream that print() and friends use. */
function standardOutput(): Value {
  const sys = vm.modules.getString('sys') as PyModule;
  const stdout = sys.dict.getString('stdout');
  if (stdout === undefined) throw newException(exceptions.runtimeErrorType, 'lost sys.stdout');
  return stdout;
}

/** As input() flushes: what fails there is no matter of the reader's. */
function flushQuietly(stream: Value): void {
  try {
    callMethod(stream, 'flush');
  } catch (error) {
    pythonException(error);
  }
}

function print(args: Value[], sep: Value = ' ', end: Value = '\n', file: Value = null, flush: Value = false): void {
  const separator = sep === null ? ' ' : stringOf(sep);
  if (separator === undefined) throw typeError(`sep must be None or a string, not ${typeOf(sep).tp_name}`);
  const ending = end === null ? '\n' : stringOf(end);
  if (ending === undefined) throw typeError(`end must be None or a string, not ${typeOf(end).tp_name}`);
  const target = file === null ? standardOutput() : file;
  if (target === null) return;
  let text = '';
  for (let i = 0; i < args.length; i++) text += (i === 0 ? '' : separator) + str(args[i]);
  text += ending;
  callMethod(target, 'write', text);
  if (isTrue(flush)) callMethod(target, 'flush');
}

function namespaces(name: string, globals: Value, locals: Value): { globals: PyDict; locals: Value } {
  if (globals !== null && !(globals instanceof PyDict)) {
    throw typeError(
      name === 'eval'
        ? 'globals must be a real dict; try eval(code, {}, mapping)'
        : `exec() globals must be a dict, not ${typeOf(globals).tp_name}`,
    );
  }
  if (locals !== null && typeOf(locals).mp_subscript === undefined) {
    throw typeError(
      `${name === 'eval' ? 'locals' : 'exec() locals'} must be a mapping${name === 'eval' ? '' : ` or None, not ${typeOf(locals).tp_name}`}`,
    );
  }
  const frame = vm.frame;
  const space = globals ?? frame?.globals;
  if (space === undefined) throw new InternalError(`${name}() outside of a frame`);
  if (space.getString('__builtins__') === undefined) space.setString('__builtins__', vm.builtinsModule);
  const scope = locals ?? (globals === null && frame !== undefined ? frameLocals(frame) : space);
  return { globals: space, locals: scope };
}

function execute(
  name: string,
  source: Value,
  globals: Value,
  locals: Value,
  mode: 'exec' | 'eval',
  closure: Value = null,
): Value {
  const spaces = namespaces(name, globals, locals);
  let code: PyCode;
  if (source instanceof PyCode) {
    code = source;
    checkClosure(name, code, closure);
  } else {
    if (closure !== null) throw typeError('closure can only be used when source is a code object');
    const text = stringOf(source);
    if (text === undefined && typeOf(source).bf_getbuffer === undefined) {
      throw typeError(`${name}() arg 1 must be a string, bytes or code object`);
    }
    const settings = { filename: '<string>', mode, flags: 0, optimize: -1, inherit: true } as const;
    const compiled = text === undefined ? undefined : libraryText(mode, text);
    code =
      compiled ?? compileSource(text !== undefined && mode === 'eval' ? text.replace(/^[ \t]+/, '') : source, settings);
  }
  if (closure !== null) {
    const { PyFunction } = vm.classes;
    const func = new PyFunction(code, spaces.globals, vm.builtinsOf(spaces.globals));
    func.closure = closure as PyTuple;
    return runCode(code, spaces.globals, spaces.locals, func);
  }
  return runCode(code, spaces.globals, spaces.locals);
}

/** Whether a closure fits the code that is to be run with it (builtin_exec_impl). */
function checkClosure(name: string, { code }: PyCode, closure: Value): void {
  const free = code.co_localspluskinds.filter((kind) => kind & LocalKind.FREE).length;
  if (free === 0) {
    if (closure !== null) throw typeError('cannot use a closure with this code object');
    return;
  }
  if (name === 'eval') throw typeError('code object passed to eval() may not contain free variables');
  const fits =
    closure instanceof PyTuple &&
    closure.type === tupleType &&
    closure.items.length === free &&
    closure.items.every((cell) => cell instanceof PyCell);
  if (!fits) throw typeError(`code object requires a closure of exactly length ${free}`);
}

function roundValue(number: Value, digits: Value = null): Value {
  const result = digits === null ? callSpecial(number, '__round__') : callSpecial(number, '__round__', digits);
  if (result === undefined) throw typeError(`type ${typeOf(number).tp_name} doesn't define __round__ method`);
  return result;
}

function sum(iterable: Value, start: Value = 0): Value {
  if (stringOf(start) !== undefined) throw typeError("sum() can't sum strings [use ''.join(seq) instead]");
  if (start instanceof PyBytes) throw typeError("sum() can't sum bytes [use b''.join(seq) instead]");
  if (start instanceof PyByteArray) throw typeError("sum() can't sum bytearray [use b''.join(seq) instead]");
  let total = start;
  // Floats are summed with Neumaier's compensation, as CPython has done since 3.12.
  let compensation = 0;
  let compensated = false;
  forEach(iterable, (item) => {
    if (total instanceof PyFloat && total.type === floatType) {
      const x =
        item instanceof PyFloat && item.type === floatType ? item.value : typeof item === 'number' ? item : undefined;
      if (x !== undefined) {
        const before = total.value;
        const after = before + x;
        compensation += Math.abs(before) >= Math.abs(x) ? before - after + x : x - after + before;
        compensated = true;
        total = new PyFloat(after);
        return;
      }
    }
    total = add(settle(), item);
  });
  function settle(): Value {
    if (compensated && total instanceof PyFloat) {
      if (compensation !== 0 && Number.isFinite(compensation)) total = new PyFloat(total.value + compensation);
      compensation = 0;
      compensated = false;
    }
    return total;
  }
  return settle();
}

function prefixed(base: 2 | 8 | 16) {
  const prefix = base === 2 ? '0b' : base === 8 ? '0o' : '0x';
  return (value: Value): Value => {
    const text = integerInBase(index(value), base);
    return text.startsWith('-') ? `-${prefix}${text.slice(1)}` : prefix + text;
  };
}

function getattr(object: Value, name: Value, fallback?: Value): Value {
  const text = attributeName(name);
  if (fallback === undefined) return getAttribute(object, text);
  const found = lookupAttribute(object, text);
  return found === undefined ? fallback : found;
}

function input(prompt: Value = ''): Value {
  const sys = vm.modules.getString('sys') as PyModule;
  const stdin = sys.dict.getString('stdin');
  if (stdin === undefined) throw newException(exceptions.runtimeErrorType, 'input(): lost sys.stdin');
  if (prompt !== '') callMethod(standardOutput(), 'write', str(prompt));
  flushQuietly(standardOutput());
  const line = str(callMethod(stdin, 'readline'));
  if (line === '') throw newException(exceptions.eofErrorType, 'EOF when reading a line');
  return line.endsWith('\n') ? line.slice(0, -1) : line;
}

const functions: Record<string, Declaration> = {
  abs: ['(number, /)', absolute, 'Return the absolute value of the argument.'],
  all: [
    '(iterable, /)',
    (iterable: Value) => {
      let all = true;
      forEach(iterable, (item) => {
        all = isTrue(item);
        return !all;
      });
      return all;
    },
  ],
  any: [
    '(iterable, /)',
    (iterable: Value) => {
      let any = false;
      forEach(iterable, (item) => {
        any = isTrue(item);
        return any;
      });
      return any;
    },
  ],
  ascii: ['(obj, /)', asciiValue],
  bin: ['(number, /)', prefixed(2)],
  callable: ['(obj, /)', isCallable],
  chr: [
    '(i, /)',
    (value: Value) => {
      const code = index(value);
      if (code < 0 || code > 0x10ffff) throw valueError('chr() arg not in range(0x110000)');
      return String.fromCodePoint(Number(code));
    },
  ],
  breakpoint: [
    '(*args, **kws)',
    breakpoint,
    'Call sys.breakpointhook(*args, **kws).\n\nsys.breakpointhook() must accept whatever arguments are passed.\n\nBy default, this drops you into the pdb debugger.',
  ],
  compile: [
    '(source, filename, mode, flags=0, dont_inherit=False, optimize=-1, *, _feature_version=-1)',
    compileBuiltin,
  ],
  delattr: ['(obj, name, /)', (object: Value, name: Value) => setAttribute(object, attributeName(name), undefined)],
  dir: [
    '(object=<unrepresentable>, /)',
    (object?: Value) => {
      if (object === undefined) {
        const frame = vm.frame;
        if (frame === undefined) throw newException(exceptions.systemErrorType, 'frame does not exist');
        return new PyList(sortValues(toArray(callMethod(frameLocals(frame), 'keys')), null, false));
      }
      const found = callSpecial(object, '__dir__');
      if (found === undefined) throw typeError('object does not provide __dir__');
      return new PyList(sortValues(toArray(found), null, false));
    },
  ],
  divmod: ['(x, y, /)', divmod],
  eval: [
    '(source, /, globals=None, locals=None)',
    (source: Value, globals: Value = null, locals: Value = null) => execute('eval', source, globals, locals, 'eval'),
  ],
  exec: [
    '(source, /, globals=None, locals=None, *, closure=None)',
    (source: Value, globals: Value = null, locals: Value = null, closure: Value = null) => {
      execute('exec', source, globals, locals, 'exec', closure);
    },
  ],
  format: [
    "(value, format_spec='', /)",
    (value: Value, spec: Value = '') => {
      if (stringOf(spec) === undefined) throw typeError(`format() argument 2 must be str, not ${typeOf(spec).tp_name}`);
      return format(value, spec);
    },
  ],
  getattr: ['(object, name, default=<unrepresentable>, /)', getattr],
  globals: ['()', () => vm.frame?.globals ?? null],
  hasattr: [
    '(obj, name, /)',
    (object: Value, name: Value) => lookupAttribute(object, attributeName(name)) !== undefined,
  ],
  hash: ['(obj, /)', hashOf],
  hex: ['(number, /)', prefixed(16)],
  id: ['(obj, /)', identityOf],
  input: ["(prompt='', /)", input],
  isinstance: ['(obj, class_or_tuple, /)', isInstance],
  issubclass: ['(cls, class_or_tuple, /)', isSubclass],
  iter: [
    '(object, sentinel=<unrepresentable>, /)',
    (object: Value, sentinel?: Value) => {
      if (sentinel === undefined) return getIterator(object);
      if (!isCallable(object)) throw typeError('iter(v, w): v must be callable');
      return new CallableIterator(object, sentinel);
    },
  ],
  aiter: [
    '(async_iterable, /)',
    (object: Value) => {
      const { am_aiter, tp_name } = typeOf(object);
      if (am_aiter === undefined) throw typeError(`'${tp_name}' object is not an async iterable`);
      const iterator = am_aiter(object);
      if (typeOf(iterator).am_anext === undefined) {
        throw typeError(`aiter() returned not an async iterator of type '${typeOf(iterator).tp_name}'`);
      }
      return iterator;
    },
  ],
  anext: ['(aiterator, default=<unrepresentable>, /)', anextBuiltin],
  len: ['(obj, /)', longLengthOf, 'Return the number of items in a container.'],
  locals: ['()', () => (vm.frame === undefined ? null : localsSnapshot(vm.frame))],
  max: [
    '(*args, key=None, default=<unrepresentable>)',
    (args: Value[], key: Value = null, fallback?: Value) =>
      minMax('max', args, key, fallback, (a, b) => isTrue(richCompare(a, b, Compare.GT))),
  ],
  min: [
    '(*args, key=None, default=<unrepresentable>)',
    (args: Value[], key: Value = null, fallback?: Value) => minMax('min', args, key, fallback, isLess),
  ],
  next: [
    '(iterator, default=<unrepresentable>, /)',
    (iterator: Value, fallback?: Value) => {
      if (fallback === undefined) return next(iterator);
      try {
        const item = iterateNext(iterator);
        return item === undefined ? fallback : item;
      } catch (error) {
        if (exceptions.isException(error, exceptions.stopIterationType)) return fallback;
        throw error;
      }
    },
  ],
  oct: ['(number, /)', prefixed(8)],
  ord: [
    '(c, /)',
    (value: Value) => {
      const text = stringOf(value);
      if (text !== undefined) {
        if (isOneCharacter(text)) return text.codePointAt(0)!;
        throw typeError(`ord() expected a character, but string of length ${lengthOf(text)} found`);
      }
      if (value instanceof PyBytes || value instanceof PyByteArray) {
        if (value.bytes.length === 1) return value.bytes[0];
        throw typeError(`ord() expected a character, but string of length ${value.bytes.length} found`);
      }
      throw typeError(`ord() expected string of length 1, but ${typeOf(value).tp_name} found`);
    },
  ],
  pow: [
    '(base, exp, mod=None)',
    (base: Value, exponent: Value, modulus: Value = null) => power(base, exponent, modulus),
  ],
  print: ["(*args, sep=' ', end='\\n', file=None, flush=False)", print],
  repr: ['(obj, /)', reprValue],
  round: ['(number, ndigits=None)', roundValue],
  setattr: [
    '(obj, name, value, /)',
    (object: Value, name: Value, value: Value) => setAttribute(object, attributeName(name), value),
  ],
  sorted: [
    '(iterable, /, *, key=None, reverse=False)',
    (iterable: Value, key: Value = null, reverse: Value = false) =>
      new PyList(sortValues(toArray(iterable), key, isTrue(reverse))),
  ],
  sum: ['(iterable, /, start=0)', sum],
  vars: [
    '(object=<unrepresentable>, /)',
    (object?: Value) => {
      if (object === undefined) return vm.frame === undefined ? null : frameLocals(vm.frame);
      const dict = lookupAttribute(object, '__dict__');
      if (dict === undefined) throw typeError('vars() argument must have __dict__ attribute');
      return dict;
    },
  ],
  __import__: [
    '(name, globals=None, locals=None, fromlist=(), level=0)',
    (name: Value, globals: Value = null, _locals: Value = null, fromList: Value = null, level: Value = 0) => {
      const text = stringOf(name);
      if (text === undefined) throw typeError(`__import__() argument 1 must be str, not ${typeOf(name).tp_name}`);
      return importModule(text, globals instanceof PyDict ? globals : null, fromList, Number(index(level)));
    },
  ],
};

/** The builtins module of a new interpreter. */
export function makeBuiltins(): PyModule {
  const module = defineModule({
    name: 'builtins',
    doc: "Built-in functions, types, exceptions, and other objects.\n\nThis module provides direct access to all 'built-in'\nidentifiers of Python; for example, builtins.len is\nthe full name for the built-in function len().\n\nThis module is not normally accessed explicitly by most\napplications, but can be useful in modules that provide\nobjects with the same name as a builtin and also need access\nto the built-in version of that object.",
    functions,
  });
  const { dict } = module;
  dict.setString('__build_class__', buildClass);
  for (const type of [
    boolType,
    bytearrayType,
    bytesType,
    complexType,
    dictType,
    floatType,
    frozensetType,
    intType,
    listType,
    objectType,
    rangeType,
    setType,
    sliceType,
    strType,
    tupleType,
    typeType,
    superType,
    propertyType,
    classMethodType,
    staticMethodType,
    enumerateType,
    filterType,
    mapType,
    reversedType,
    zipType,
    memoryviewType,
    ...exceptionTypes(),
  ]) {
    dict.setString(type.tp_name, type);
  }
  dict.setString('EnvironmentError', exceptions.osErrorType);
  dict.setString('IOError', exceptions.osErrorType);
  dict.setString('Ellipsis', Ellipsis);
  dict.setString('NotImplemented', NotImplemented);
  dict.setString('None', null);
  dict.setString('True', true);
  dict.setString('False', false);
  dict.setString('__debug__', true);
  (dict.getString('next') as PyBuiltin).def.inline = InlineCall.NEXT;
  return module;
}
