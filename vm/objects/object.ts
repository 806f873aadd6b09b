import type { PyDict } from './dict.ts';

/**
 * What a Python variable can hold. None is null, True and False are booleans; an int is a number while it is a safe
 * integer, else a bigint; a str is a JavaScript string. All else is a PyObject.
 */
export type Value = null | boolean | number | bigint | string | PyObject;

/** A place that may be empty: an unbound local, a missing argument, CPython's NULL. */
export type Slot = Value | undefined;

/** Keyword names of a call; their values are the last ones of the argument array, as in CPython's vectorcall. */
export type KwNames = readonly string[] | undefined;

/** Everything that isn't a plain JavaScript value. `type` is CPython's ob_type. */
export class PyObject {
  type: PyType;
  /** The instance's own `__dict__`, where it has one that is materialised. Only PyInstance and a few others declare it. */
  declare dict?: PyDict | undefined;
  /** Values of `__slots__`, by the index of their member descriptor. */
  declare slots?: Slot[];
  constructor(type: PyType) {
    this.type = type;
  }
}

/**
 * Makes a class one of PyObject's without a call of its constructor: V8 doesn't inline `super()` inside a `try`, as all of the run
 * loop is, and an object takes four times as long then. For what the loop itself makes all the time.
 */
export function inheritPyObject(derived: { prototype: PyObject }): void {
  Object.setPrototypeOf(derived.prototype, PyObject.prototype);
}

export const enum Compare {
  LT = 0,
  LE = 1,
  EQ = 2,
  NE = 3,
  GT = 4,
  GE = 5,
}

export type Hash = number | bigint;
export type Unary = (self: Value) => Value;
export type Binary = (left: Value, right: Value) => Value;
export type Ternary = (left: Value, right: Value, third: Value) => Value;
export type Call = (self: Value, args: Value[], kwNames: KwNames) => Value;

/** The bytes that an object lends, CPython's Py_buffer. `readonly` forbids writing through it. */
export interface Buffer {
  bytes: Uint8Array;
  readonly: boolean;
  format: string;
  itemsize: number;
  shape: readonly number[];
  /** Whose memory it is, where that isn't the object that lends it. */
  object?: Value;
  release(): void;
}

/**
 * CPython's type slots under their names. A type inherits the slots of its base; a class whose body defines
 * `__add__` gets an nb_add that calls it (type-slots.ts). Slots never return undefined unless said.
 */
export class TypeSlots extends PyObject {
  tp_new: ((type: PyType, args: Value[], kwNames: KwNames) => Value) | undefined = undefined;
  tp_init: ((self: Value, args: Value[], kwNames: KwNames) => void) | undefined = undefined;
  tp_del: ((self: Value) => void) | undefined = undefined;
  tp_repr: ((self: Value) => string) | undefined = undefined;
  tp_str: ((self: Value) => Value) | undefined = undefined;
  /** Undefined inherits; `unhashable` makes it raise. */
  tp_hash: ((self: Value) => Hash) | undefined = undefined;
  tp_call: Call | undefined = undefined;
  tp_getattro: ((self: Value, name: string) => Value) | undefined = undefined;
  /** A value of undefined deletes. */
  tp_setattro: ((self: Value, name: string, value: Slot) => void) | undefined = undefined;
  /** Gives NotImplemented when it doesn't know. */
  tp_richcompare: ((self: Value, other: Value, op: Compare) => Value) | undefined = undefined;
  tp_iter: Unary | undefined = undefined;
  /** Gives undefined when exhausted, with StopIteration's value in `vm.stopValue` if there is one (docs/vm.md). */
  tp_iternext: ((self: Value) => Slot) | undefined = undefined;
  tp_descr_get: ((self: Value, instance: Slot, owner: Slot) => Value) | undefined = undefined;
  tp_descr_set: ((self: Value, instance: Value, value: Slot) => void) | undefined = undefined;

  am_await: Unary | undefined = undefined;
  am_aiter: Unary | undefined = undefined;
  am_anext: Unary | undefined = undefined;

  nb_add: Binary | undefined = undefined;
  nb_subtract: Binary | undefined = undefined;
  nb_multiply: Binary | undefined = undefined;
  nb_remainder: Binary | undefined = undefined;
  nb_divmod: Binary | undefined = undefined;
  nb_power: Ternary | undefined = undefined;
  nb_negative: Unary | undefined = undefined;
  nb_positive: Unary | undefined = undefined;
  nb_absolute: Unary | undefined = undefined;
  nb_bool: ((self: Value) => boolean) | undefined = undefined;
  nb_invert: Unary | undefined = undefined;
  nb_lshift: Binary | undefined = undefined;
  nb_rshift: Binary | undefined = undefined;
  nb_and: Binary | undefined = undefined;
  nb_xor: Binary | undefined = undefined;
  nb_or: Binary | undefined = undefined;
  nb_int: Unary | undefined = undefined;
  nb_float: Unary | undefined = undefined;
  nb_index: Unary | undefined = undefined;
  nb_floor_divide: Binary | undefined = undefined;
  nb_true_divide: Binary | undefined = undefined;
  nb_matrix_multiply: Binary | undefined = undefined;
  nb_inplace_add: Binary | undefined = undefined;
  nb_inplace_subtract: Binary | undefined = undefined;
  nb_inplace_multiply: Binary | undefined = undefined;
  nb_inplace_remainder: Binary | undefined = undefined;
  nb_inplace_power: Binary | undefined = undefined;
  nb_inplace_lshift: Binary | undefined = undefined;
  nb_inplace_rshift: Binary | undefined = undefined;
  nb_inplace_and: Binary | undefined = undefined;
  nb_inplace_xor: Binary | undefined = undefined;
  nb_inplace_or: Binary | undefined = undefined;
  nb_inplace_floor_divide: Binary | undefined = undefined;
  nb_inplace_true_divide: Binary | undefined = undefined;
  nb_inplace_matrix_multiply: Binary | undefined = undefined;

  /** Both sq_length and mp_length. */
  sq_length: ((self: Value) => number) | undefined = undefined;
  sq_concat: Binary | undefined = undefined;
  sq_repeat: ((self: Value, count: number) => Value) | undefined = undefined;
  sq_contains: ((self: Value, item: Value) => boolean) | undefined = undefined;
  sq_inplace_concat: Binary | undefined = undefined;
  sq_inplace_repeat: ((self: Value, count: number) => Value) | undefined = undefined;
  /** Item by index, as the sequence protocol's iter(): negative ones are already made positive. */
  sq_item: ((self: Value, index: number) => Value) | undefined = undefined;
  mp_subscript: Binary | undefined = undefined;
  /** A value of undefined deletes. */
  mp_ass_subscript: ((self: Value, key: Value, value: Slot) => void) | undefined = undefined;

  bf_getbuffer: ((self: Value) => Buffer) | undefined = undefined;

  /** Takes over all slots; field by field, as types are made by hundreds in a start. */
  copySlots(base: TypeSlots): void {
    this.tp_new = base.tp_new;
    this.tp_init = base.tp_init;
    this.tp_del = base.tp_del;
    this.tp_repr = base.tp_repr;
    this.tp_str = base.tp_str;
    this.tp_hash = base.tp_hash;
    this.tp_call = base.tp_call;
    this.tp_getattro = base.tp_getattro;
    this.tp_setattro = base.tp_setattro;
    this.tp_richcompare = base.tp_richcompare;
    this.tp_iter = base.tp_iter;
    this.tp_iternext = base.tp_iternext;
    this.tp_descr_get = base.tp_descr_get;
    this.tp_descr_set = base.tp_descr_set;
    this.am_await = base.am_await;
    this.am_aiter = base.am_aiter;
    this.am_anext = base.am_anext;
    this.nb_add = base.nb_add;
    this.nb_subtract = base.nb_subtract;
    this.nb_multiply = base.nb_multiply;
    this.nb_remainder = base.nb_remainder;
    this.nb_divmod = base.nb_divmod;
    this.nb_power = base.nb_power;
    this.nb_negative = base.nb_negative;
    this.nb_positive = base.nb_positive;
    this.nb_absolute = base.nb_absolute;
    this.nb_bool = base.nb_bool;
    this.nb_invert = base.nb_invert;
    this.nb_lshift = base.nb_lshift;
    this.nb_rshift = base.nb_rshift;
    this.nb_and = base.nb_and;
    this.nb_xor = base.nb_xor;
    this.nb_or = base.nb_or;
    this.nb_int = base.nb_int;
    this.nb_float = base.nb_float;
    this.nb_index = base.nb_index;
    this.nb_floor_divide = base.nb_floor_divide;
    this.nb_true_divide = base.nb_true_divide;
    this.nb_matrix_multiply = base.nb_matrix_multiply;
    this.nb_inplace_add = base.nb_inplace_add;
    this.nb_inplace_subtract = base.nb_inplace_subtract;
    this.nb_inplace_multiply = base.nb_inplace_multiply;
    this.nb_inplace_remainder = base.nb_inplace_remainder;
    this.nb_inplace_power = base.nb_inplace_power;
    this.nb_inplace_lshift = base.nb_inplace_lshift;
    this.nb_inplace_rshift = base.nb_inplace_rshift;
    this.nb_inplace_and = base.nb_inplace_and;
    this.nb_inplace_xor = base.nb_inplace_xor;
    this.nb_inplace_or = base.nb_inplace_or;
    this.nb_inplace_floor_divide = base.nb_inplace_floor_divide;
    this.nb_inplace_true_divide = base.nb_inplace_true_divide;
    this.nb_inplace_matrix_multiply = base.nb_inplace_matrix_multiply;
    this.sq_length = base.sq_length;
    this.sq_concat = base.sq_concat;
    this.sq_repeat = base.sq_repeat;
    this.sq_contains = base.sq_contains;
    this.sq_inplace_concat = base.sq_inplace_concat;
    this.sq_inplace_repeat = base.sq_inplace_repeat;
    this.sq_item = base.sq_item;
    this.mp_subscript = base.mp_subscript;
    this.mp_ass_subscript = base.mp_ass_subscript;
    this.bf_getbuffer = base.bf_getbuffer;
  }
}

export type SlotName = Exclude<keyof TypeSlots, 'copySlots'>;

/** What the attributes of instances are laid out as: the order in which names were first set, shared between instances. */
export class Shape {
  readonly names: readonly string[];
  readonly indices: Map<string, number>;
  readonly transitions = new Map<string, Shape>();
  constructor(names: readonly string[]) {
    this.names = names;
    this.indices = new Map(names.map((name, index) => [name, index]));
  }

  /** The shape after `name` is added. */
  extend(name: string): Shape {
    let next = this.transitions.get(name);
    if (next === undefined) {
      next = new Shape([...this.names, name]);
      this.transitions.set(name, next);
    }
    return next;
  }
}

/** More attributes than this make an instance use a real dict: shapes are copied when they grow. */
export const MAX_SHAPE_SIZE = 48;

let nextVersion = 1;

/** What a type's cache has for a name that is in no class of its MRO. */
const absent = new PyObject(undefined as unknown as PyType);

/** A type object. Slots sit beside its other fields, under CPython's names. */
export class PyType extends TypeSlots {
  tp_name: string;
  qualname: string;
  module: Value = 'builtins';
  bases: PyType[];
  base: PyType | undefined;
  mro: PyType[];
  /** The type's own namespace, by name; `__dict__` shows it as a mappingproxy. */
  attributes: Map<string, Value> = new Map();
  /** Changes whenever an attribute that instances may see changes; inline caches compare it. */
  version: number = nextVersion++;
  /** What lookup() found; emptied when version changes. */
  readonly cache: Map<string, Slot> = new Map();
  readonly subclasses: Set<PyType> = new Set();
  /** Made by a class statement or by type(): may be changed. */
  heap: boolean;
  /** May be a base (Py_TPFLAGS_BASETYPE). */
  subclassable = true;
  /** Instances have a `__dict__`. */
  hasDict = false;
  /** Instances may be weakly referenced. */
  hasWeakrefs = false;
  /** Names of `__slots__` of this class and its bases. */
  slotCount = 0;
  /** Makes an empty instance; inherited. */
  allocate: (type: PyType) => PyObject = allocateInstance;
  /** The type that fixed the instances' JavaScript class (CPython's solid base). */
  layout: PyType;
  /** Attributes are looked up as object does it: no __getattribute__ or __getattr__ of its own. */
  genericGetattr = true;
  isAbstract = false;
  /** Instances have a `__del__` written in Python: the collector is told of each. */
  finalizes = false;
  /** Bits of Py_TPFLAGS_ that patterns and `type` show: SEQUENCE, MAPPING. */
  matchesSequence = false;
  matchesMapping = false;
  /** Hash and equality are by identity although the slots aren't object's own. */
  identityEquality = false;
  /** Instances can only equal instances of types that don't share a hash with str, int or float: tuple, bytes, frozenset. */
  isolatedEquality = false;
  /** A subclass of int or str keeps its value in a box; methods of the type itself get the plain value. */
  unboxSelf = false;
  doc: Value = null;
  textSignature: string | null = null;
  rootShape: Shape = new Shape([]);

  constructor(meta: PyType | undefined, name: string, bases: PyType[], heap: boolean) {
    super(meta as PyType);
    this.type = meta ?? this;
    this.tp_name = name;
    // A built-in type names its module too, as CPython's tp_name does.
    this.qualname = heap ? name : name.slice(name.lastIndexOf('.') + 1);
    this.bases = bases;
    this.base = bases[0];
    this.mro = [this];
    this.heap = heap;
    this.layout = this;
  }

  /** The attribute of the first class of the MRO that has it (_PyType_Lookup). */
  lookup(name: string): Slot {
    const cached = this.cache.get(name);
    if (cached !== undefined) return cached === absent ? undefined : cached;
    const { mro } = this;
    let found: Slot;
    for (let i = 0; i < mro.length && found === undefined; i++) found = mro[i].attributes.get(name);
    this.cache.set(name, found === undefined ? absent : found);
    return found;
  }

  /** Tells caches that attributes of this type have changed (PyType_Modified). */
  modified(): void {
    this.version = nextVersion++;
    this.cache.clear();
    for (const subclass of this.subclasses) subclass.modified();
  }

  isSubtype(other: PyType): boolean {
    if (this === other || this.mro.includes(other)) return true;
    // A class that is being made has no MRO yet.
    return this.mro.length === 0 && this.base !== undefined && this.base.isSubtype(other);
  }
}

/** An instance of a class whose layout is object's: attributes by shape until somebody asks for `__dict__`. */
export class PyInstance implements PyObject {
  type: PyType;
  /** Undefined once `dict` is materialised. */
  shape: Shape | undefined;
  values: Value[];
  dict: PyDict | undefined;
  declare slots?: Slot[];
  constructor(type: PyType) {
    this.type = type;
    this.shape = type.rootShape;
    this.values = [];
    this.dict = undefined;
  }
}

inheritPyObject(PyInstance);

function allocateInstance(type: PyType): PyObject {
  return new PyInstance(type);
}

/** A type made in TypeScript; defineType (define.ts) fills it. */
function builtinType(name: string, base: PyType | undefined, meta?: PyType): PyType {
  const type = new PyType(meta ?? typeType, name, base === undefined ? [] : [base], false);
  if (base !== undefined) {
    type.mro = [type, ...base.mro];
    base.subclasses.add(type);
  }
  return type;
}

export const objectType: PyType = new PyType(undefined, 'object', [], false);
export const typeType: PyType = new PyType(undefined, 'type', [objectType], false);
objectType.type = typeType;
typeType.mro = [typeType, objectType];
objectType.subclasses.add(typeType);

/** A new empty built-in type below `base`; its members come by defineType. */
export function newType(name: string, base: PyType = objectType): PyType {
  return builtinType(name, base);
}

// The types of plain JavaScript values, and those that operations test for. Declared here, filled in their own files,
// so that modules may import each other in any order.
export const noneType = newType('NoneType');
export const intType = newType('int');
export const boolType = newType('bool', intType);
export const floatType = newType('float');
export const complexType = newType('complex');
export const strType = newType('str');
export const bytesType = newType('bytes');
export const bytearrayType = newType('bytearray');
export const tupleType = newType('tuple');
export const listType = newType('list');
export const dictType = newType('dict');
export const setType = newType('set');
export const frozensetType = newType('frozenset');
export const sliceType = newType('slice');
export const rangeType = newType('range');
export const functionType = newType('function');
export const codeType = newType('code');
export const cellType = newType('cell');
export const frameType = newType('frame');
export const moduleType = newType('module');
export const tracebackType = newType('traceback');
export const generatorType = newType('generator');
export const coroutineType = newType('coroutine');
export const asyncGeneratorType = newType('async_generator');
export const methodType = newType('method');
export const notImplementedType = newType('NotImplementedType');
export const ellipsisType = newType('ellipsis');

class Singleton extends PyObject {}
export const NotImplemented: PyObject = new Singleton(notImplementedType);
export const Ellipsis: PyObject = new Singleton(ellipsisType);

/** Py_TYPE. */
export function typeOf(value: Value): PyType {
  switch (typeof value) {
    case 'number':
    case 'bigint':
      return intType;
    case 'string':
      return strType;
    case 'boolean':
      return boolType;
    default:
      return value === null ? noneType : value.type;
  }
}
