import { CodeFlag } from '../../compiler/bytecode/code-object.ts';
import type { PyCode } from './code.ts';
import { PyDict } from './dict.ts';
import { functionType, inheritPyObject, methodType, PyObject, type PyType, type Slot, type Value } from './object.ts';
import type { PyTuple } from './tuple.ts';

/** A function made by `def` or `lambda`. */
export class PyFunction extends PyObject {
  code: PyCode;
  readonly globals: PyDict;
  readonly builtins: PyDict;
  name: string;
  qualname: string;
  module: Value;
  defaults: PyTuple | null = null;
  kwdefaults: PyDict | null = null;
  closure: PyTuple | null = null;
  annotations: PyDict | null = null;
  annotate: Value = null;
  typeParams: PyTuple | null = null;
  override dict: PyDict | undefined = undefined;
  /** `__doc__`; undefined until it is asked for. */
  private ownDoc: Slot;
  /** What the function was made of: its docstring is the first constant. */
  private readonly made: PyCode;

  constructor(code: PyCode, globals: PyDict, builtins: PyDict) {
    super(functionType);
    this.code = code;
    this.globals = globals;
    this.builtins = builtins;
    this.name = code.name;
    this.qualname = code.qualname;
    this.ownDoc = code.flags & CodeFlag.CO_HAS_DOCSTRING ? undefined : null;
    this.made = code;
    const module: Slot = globals.getString('__name__');
    this.module = module === undefined ? null : module;
  }

  get doc(): Value {
    if (this.ownDoc === undefined) {
      const [doc] = this.made.consts;
      this.ownDoc = typeof doc === 'string' ? doc : null;
    }
    return this.ownDoc;
  }

  set doc(value: Value) {
    this.ownDoc = value;
  }

  /** Annotations as MAKE_FUNCTION hands them: a dict, or a tuple of names and values in turn. */
  setAnnotations(given: Value): void {
    if (given instanceof PyDict) this.annotations = given;
    else {
      const { items } = given as PyTuple;
      this.annotations = new PyDict();
      for (let i = 0; i < items.length; i += 2) this.annotations.set(items[i], items[i + 1]);
    }
  }
}

/** A function bound to an object. */
export class PyMethod implements PyObject {
  type: PyType;
  readonly func: Value;
  readonly self: Value;
  constructor(func: Value, self: Value) {
    this.type = methodType;
    this.func = func;
    this.self = self;
  }
}

inheritPyObject(PyMethod);
