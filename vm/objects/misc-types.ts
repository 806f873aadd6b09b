import { LocalKind } from '../../compiler/bytecode/code-object.ts';
import { positions } from '../../compiler/bytecode/positions.ts';
import { siteBuiltin } from '../builtins/site-builtins.ts';
import { Frame, FrameState } from '../interpreter/frame.ts';
import { shownBuiltins } from '../interpreter/frame-builtins.ts';
import { extraOf } from '../interpreter/frame-extra.ts';
import { jump, planJump, unboundLocals } from '../interpreter/jump.ts';
import { vm } from '../interpreter/state.ts';
import { checkMayJump, traceOpcodes } from '../interpreter/tracing.ts';
import { index } from '../operations/arithmetic.ts';
import { genericGetAttribute, getAttribute, lookupAttribute } from '../operations/attribute.ts';
import { callWith } from '../operations/call.ts';
import { equals } from '../operations/compare.ts';
import { hashOf, hashSequence, identityHash } from '../operations/hash.ts';
import { repr, str } from '../operations/text.ts';
import { bind } from './bind.ts';
import { PyBytes } from './bytes.ts';
import { PyCode } from './code.ts';
import { collect } from './collect.ts';
import { defineType } from './define.ts';
import { PyDict } from './dict.ts';
import {
  attributeError,
  attributeErrorType,
  indexErrorType,
  newException,
  runtimeError,
  typeError,
  valueError,
} from './exception.ts';
import { finalizeGenerator } from './finalization.ts';
import { localsOf } from './frame-locals.ts';
import { PyGenerator } from './generator.ts';
import { NativeIterator } from './iterator.ts';
import { PyList } from './list.ts';
import { PyModule } from './module.ts';
import {
  Compare,
  codeType,
  Ellipsis,
  ellipsisType,
  frameType,
  type KwNames,
  moduleType,
  NotImplemented,
  newType,
  noneType,
  notImplementedType,
  type PyType,
  type Slot,
  tracebackType,
  typeOf,
  type Value,
} from './object.ts';
import { addressOf } from './object-type.ts';
import { stringOf } from './str.ts';
import { PyTraceback } from './traceback.ts';
import { PyTuple, tupleOf } from './tuple.ts';

function singleton(type: PyType, value: Value, name: string, doc: string): void {
  defineType(type, {
    doc,
    subclassable: false,
    tp_new: (_type: PyType, args: Value[]) => {
      if (args.length > 0) throw typeError(`${type.tp_name} takes no arguments`);
      return value;
    },
    tp_repr: () => name,
    methods: value === null ? {} : { __reduce__: ['($self, /)', () => name] },
    nb_bool:
      value === null
        ? () => false
        : value === NotImplemented
          ? () => {
              throw typeError('NotImplemented should not be used in a boolean context');
            }
          : undefined,
    tp_hash: value === null ? () => hashOf(null) : identityHash,
  });
}
singleton(noneType, null, 'None', 'The type of the None singleton.');
singleton(notImplementedType, NotImplemented, 'NotImplemented', 'The type of the NotImplemented singleton.');
singleton(ellipsisType, Ellipsis, 'Ellipsis', 'The type of the Ellipsis singleton.');

// module

export function moduleRepr(self: PyModule): string {
  const name = self.dict.getString('__name__');
  const file = self.dict.getString('__file__');
  const shown = typeof name === 'string' ? repr(name) : "'?'";
  if (typeof file === 'string') return `<module ${shown} from ${repr(file)}>`;
  const loader = self.dict.getString('__loader__');
  return loader === undefined || loader === null ? `<module ${shown}>` : `<module ${shown} (built-in)>`;
}

function moduleAttribute(self: Value, name: string): Value {
  const module = self as PyModule;
  const own = module.dict.getString(name);
  if (own !== undefined) {
    const descriptor = module.type.lookup(name);
    if (descriptor === undefined || typeOf(descriptor).tp_descr_set === undefined) return own;
  }
  if (module.type.lookup(name) !== undefined) return genericGetAttribute(self, name);
  const hook = module.dict.getString('__getattr__');
  if (hook !== undefined) return callWith(hook, [name], undefined);
  const builtin = module === vm.builtinsModule ? siteBuiltin(name) : undefined;
  if (builtin !== undefined) return builtin;
  const moduleName = module.dict.getString('__name__');
  const spec = module.dict.getString('__spec__');
  const initializing = spec !== undefined && spec !== null && lookupAttribute(spec, '_initializing') === true;
  if (typeof moduleName !== 'string') throw attributeError(`module has no attribute '${name}'`, name, self);
  throw attributeError(
    initializing
      ? `partially initialized module '${moduleName}' has no attribute '${name}' (most likely due to a circular import)`
      : `module '${moduleName}' has no attribute '${name}'`,
    name,
    self,
  );
}

defineType(moduleType, {
  doc: 'Create a module object.\n\nThe name must be a string; the optional docstring can have any type.',
  signature: '(name, doc=None)',
  hasDict: true,
  hasWeakrefs: true,
  identityEquality: true,
  allocate: (type: PyType) => new PyModule(type),
  tp_new: (type: PyType) => type.allocate(type),
  tp_init: (self: PyModule, args: Value[], kwNames: KwNames) => {
    const [name, doc] = bind('module', '(name, doc=None)', args, kwNames);
    if (stringOf(name as Value) === undefined)
      throw typeError(`module() argument 'name' must be str, not ${typeOf(name as Value).tp_name}`);
    self.dict.setString('__name__', name as Value);
    self.dict.setString('__doc__', doc ?? null);
    self.dict.setString('__package__', null);
    self.dict.setString('__loader__', null);
    self.dict.setString('__spec__', null);
  },
  tp_repr: moduleRepr,
  tp_getattro: moduleAttribute,
  members: { __dict__: [(self: PyModule) => self.dict] },
  getset: {
    __annotations__: [
      (self: PyModule) => {
        let found = self.dict.getString('__annotations__');
        if (found === undefined) {
          const annotate = self.dict.getString('__annotate__');
          found = annotate === undefined || annotate === null ? new PyDict() : callWith(annotate, [1], undefined);
          self.dict.setString('__annotations__', found);
        }
        return found;
      },
      (self: PyModule, value: Slot) => {
        if (value === undefined) self.dict.delete('__annotations__');
        else self.dict.setString('__annotations__', value);
      },
    ],
  },
  methods: {
    __dir__: [
      '($self, /)',
      (self: PyModule) => {
        const dict = getAttribute(self, '__dict__');
        if (!(dict instanceof PyDict))
          throw typeError(`${str(getAttribute(self, '__name__'))}.__dict__ is not a dictionary`);
        const hook = dict.getString('__dir__');
        return hook === undefined ? new PyList(dict.keyList()) : callWith(hook, [], undefined);
      },
    ],
  },
});

// code

const bytesOf = (bytes: Uint8Array): PyBytes => new PyBytes(bytes);
const namesWith = (self: PyCode, kind: number): PyTuple =>
  tupleOf(self.code.co_localsplusnames.filter((_, i) => (self.code.co_localspluskinds[i] & kind) !== 0));

const codeIteratorType = newType('positions_iterator');
defineType(codeIteratorType, {
  tp_iter: (self: Value) => self,
  tp_iternext: (self: NativeIterator) => self.advance?.(),
});

function orNone(value: number): Value {
  return value < 0 ? null : value;
}

defineType(codeType, {
  doc: 'Create a code object.  Not for mere mortals.',
  subclassable: false,
  hasWeakrefs: true,
  tp_repr: (self: PyCode) =>
    `<code object ${self.code.co_name} at ${addressOf(self)}, file "${self.code.co_filename}", line ${self.code.co_firstlineno}>`,
  tp_hash: (self: PyCode) =>
    hashSequence([self.code.co_name, self.code.co_firstlineno, self.code.co_argcount].map(hashOf)),
  tp_richcompare: (self: PyCode, other: Value, op: Compare) => {
    if (!(other instanceof PyCode) || (op !== Compare.EQ && op !== Compare.NE)) return NotImplemented;
    const a = self.code;
    const b = other.code;
    const same =
      a === b ||
      (a.co_name === b.co_name &&
        a.co_firstlineno === b.co_firstlineno &&
        a.co_code.length === b.co_code.length &&
        a.co_code.every((byte, i) => byte === b.co_code[i]) &&
        self.consts.length === other.consts.length &&
        self.consts.every((value, i) => equals(value, other.consts[i])) &&
        a.co_names.join() === b.co_names.join() &&
        a.co_localsplusnames.join() === b.co_localsplusnames.join());
    return same === (op === Compare.EQ);
  },
  members: {
    co_argcount: [(self: PyCode) => self.code.co_argcount],
    co_posonlyargcount: [(self: PyCode) => self.code.co_posonlyargcount],
    co_kwonlyargcount: [(self: PyCode) => self.code.co_kwonlyargcount],
    co_stacksize: [(self: PyCode) => self.code.co_stacksize],
    co_flags: [(self: PyCode) => self.code.co_flags],
    co_names: [(self: PyCode) => tupleOf(self.code.co_names)],
    co_filename: [(self: PyCode) => self.code.co_filename],
    co_name: [(self: PyCode) => self.code.co_name],
    co_qualname: [(self: PyCode) => self.code.co_qualname],
    co_firstlineno: [(self: PyCode) => self.code.co_firstlineno],
    co_linetable: [(self: PyCode) => bytesOf(self.code.co_linetable)],
    co_exceptiontable: [(self: PyCode) => bytesOf(self.code.co_exceptiontable)],
    co_consts: [(self: PyCode) => tupleOf(self.consts)],
    co_nlocals: [(self: PyCode) => self.code.co_nlocals],
  },
  getset: {
    co_varnames: [(self: PyCode) => tupleOf(self.code.co_localsplusnames.slice(0, self.code.co_nlocals))],
    co_cellvars: [(self: PyCode) => namesWith(self, LocalKind.CELL)],
    co_freevars: [(self: PyCode) => namesWith(self, LocalKind.FREE)],
    co_code: [(self: PyCode) => bytesOf(self.code.co_code)],
    _co_code_adaptive: [(self: PyCode) => bytesOf(self.code.co_code)],
  },
  methods: {
    _varname_from_oparg: [
      '($self, /, oparg)',
      (self: PyCode, oparg: Value) => {
        const name = self.code.co_localsplusnames[Number(index(oparg))];
        if (name === undefined) throw newException(indexErrorType, 'tuple index out of range');
        return name;
      },
      '(internal-only) Return the local variable name for the given oparg.\n\nWARNING: this method is for internal use only and may change or go away.',
    ],
    co_positions: [
      '($self, /)',
      (self: PyCode) => {
        const found = positions(self.code);
        let at = 0;
        return new NativeIterator(codeIteratorType, () => {
          if (at >= found.length) return undefined;
          const row = tupleOf([orNone(found[at]), orNone(found[at + 1]), orNone(found[at + 2]), orNone(found[at + 3])]);
          at += 4;
          return row;
        });
      },
    ],
    co_lines: [
      '($self, /)',
      (self: PyCode) => {
        const found = positions(self.code);
        const units = found.length >> 2;
        let at = 0;
        return new NativeIterator(codeIteratorType, () => {
          if (at >= units) return undefined;
          const start = at;
          const line = found[at * 4];
          while (at < units && found[at * 4] === line) at++;
          return tupleOf([start * 2, at * 2, orNone(line)]);
        });
      },
    ],
    replace: [
      '($self, /, **changes)',
      (self: PyCode, changes: PyDict) => {
        const code = { ...self.code };
        const fields = code as unknown as Record<string, unknown>;
        let { consts } = self;
        for (const [key, value] of changes.entries()) {
          const name = key as string;
          if (name === 'co_consts') consts = (value as PyTuple).items.slice();
          else if (value instanceof PyTuple) fields[name] = value.items;
          else if (value instanceof PyBytes) fields[name] = value.bytes;
          else if (name in fields) fields[name] = value;
          else throw typeError(`replace() got an unexpected keyword argument '${name}'`);
        }
        return new PyCode(code, consts);
      },
    ],
  },
});

// frame

function mustBeBool(value: Slot): boolean {
  if (typeof value !== 'boolean') throw typeError('attribute value type must be bool');
  return value;
}

/** f_lineno = n: a jump, from where a trace function is told of it (frame_lineno_set_impl). */
function setLineNumber(frame: Frame, value: Slot): void {
  if (value === undefined) throw newException(attributeErrorType, 'cannot delete attribute');
  if (typeof value !== 'number' && typeof value !== 'bigint') throw valueError('lineno must be an integer');
  checkMayJump(frame);
  if (typeof value === 'bigint' || value > 0x7fffffff || value < -0x80000000) throw valueError('lineno out of range');
  const plan = planJump(frame, value);
  const unbound = unboundLocals(frame);
  if (unbound > 0) vm.warn?.('RuntimeWarning', `assigning None to ${unbound} unbound local${unbound === 1 ? '' : 's'}`);
  jump(frame, plan);
}

/** f_trace: a frame that runs already tells of its lines from now on (frame_trace_set_impl). */
function setFrameTrace(frame: Frame, trace: Value): void {
  const extra = extraOf(frame);
  extra.trace = trace;
  if (trace !== null && extra.traceOpcodes) traceOpcodes(frame);
}

defineType(frameType, {
  subclassable: false,
  identityEquality: true,
  tp_repr: (self: Frame) =>
    `<frame at ${addressOf(self)}, file '${self.code.code.co_filename}', line ${self.line ?? 'None'}, code ${self.code.code.co_name}>`,
  members: {
    f_trace_lines: [
      (self: Frame) => self.extra?.traceLines ?? true,
      (self: Frame, value: Slot) => {
        extraOf(self).traceLines = mustBeBool(value);
      },
    ],
  },
  getset: {
    f_back: [(self: Frame) => self.back ?? null],
    f_code: [(self: Frame) => self.code],
    f_globals: [(self: Frame) => self.globals],
    f_builtins: [(self: Frame) => shownBuiltins(self.builtins)],
    f_locals: [(self: Frame) => localsOf(self)],
    f_lasti: [(self: Frame) => self.lasti],
    f_lineno: [(self: Frame) => self.line ?? null, setLineNumber],
    f_generator: [(self: Frame) => self.generator ?? null],
    f_trace: [
      (self: Frame) => self.extra?.trace ?? null,
      (self: Frame, value: Slot) => setFrameTrace(self, value ?? null),
    ],
    f_trace_opcodes: [
      (self: Frame) => self.extra?.traceOpcodes ?? false,
      (self: Frame, value: Slot) => {
        extraOf(self).traceOpcodes = mustBeBool(value);
        if (value === true) traceOpcodes(self);
      },
    ],
  },
  methods: {
    clear: [
      '($self, /)',
      (self: Frame) => {
        if (self.state === FrameState.EXECUTING) throw runtimeError('cannot clear an executing frame');
        if (self.state === FrameState.SUSPENDED || self.state === FrameState.SUSPENDED_YIELD_FROM) {
          throw runtimeError('cannot clear a suspended frame');
        }
        if (self.generator !== undefined) {
          finalizeGenerator(self.generator);
          self.generator?.finish();
        }
        const heldUnfinished = self.stack.some((held) => held instanceof PyGenerator && held.frame !== undefined);
        self.stack.fill(undefined);
        // Whoever clears frames wants what they hold to end: a coroutine that was never awaited is told of now.
        if (heldUnfinished) collect();
      },
    ],
  },
});

defineType(tracebackType, {
  doc: 'Create a new traceback object.',
  signature: '(tb_next, tb_frame, tb_lasti, tb_lineno)',
  subclassable: false,
  identityEquality: true,
  tp_new: (_type: PyType, args: Value[], kwNames: KwNames) => {
    const [next, frame, lasti, line] = bind('traceback', '(tb_next, tb_frame, tb_lasti, tb_lineno)', args, kwNames);
    if (next !== null && !(next instanceof PyTraceback)) {
      throw typeError(`expected traceback object or None, got '${typeOf(next as Value).tp_name}'`);
    }
    if (!(frame instanceof Frame)) {
      throw typeError(`TracebackType() argument 'tb_frame' must be frame, not ${typeOf(frame as Value).tp_name}`);
    }
    return new PyTraceback(next, frame, Number(index(lasti as Value)), Number(index(line as Value)));
  },
  methods: {
    __dir__: ['($self, /)', () => new PyList(['tb_frame', 'tb_next', 'tb_lasti', 'tb_lineno'])],
  },
  members: {
    tb_frame: [(self: PyTraceback) => self.frame],
    tb_lasti: [(self: PyTraceback) => self.lasti],
  },
  getset: {
    tb_lineno: [(self: PyTraceback) => self.lineno],
    tb_next: [
      (self: PyTraceback) => self.next,
      (self: PyTraceback, value: Slot) => {
        if (value !== null && !(value instanceof PyTraceback)) {
          throw typeError(`expected traceback object, got '${typeOf(value ?? null).tp_name}'`);
        }
        for (let entry: PyTraceback | null = value; entry !== null; entry = entry.next) {
          if (entry === self) throw valueError('traceback loop detected');
        }
        self.next = value;
      },
    ],
  },
});
