import { breakpointHook } from '../builtins/breakpoint.ts';
import { formatUnraisable, printException } from '../builtins/traceback-text.ts';
import type { Frame } from '../interpreter/frame.ts';
import { handledException } from '../interpreter/handled.ts';
import { intern } from '../interpreter/intern.ts';
import { eventNames } from '../interpreter/monitoring.ts';
import { FUEL_RATION, vm } from '../interpreter/state.ts';
import { frameOf } from '../interpreter/threads.ts';
import { setTracers } from '../interpreter/tracing.ts';
import { defineModule, defineType } from '../objects/define.ts';
import { PyDict } from '../objects/dict.ts';
import {
  newException,
  PyBaseException,
  recursionErrorType,
  runtimeError,
  systemExitType,
  typeError,
  valueError,
} from '../objects/exception.ts';
import { floatOf, PyFloat } from '../objects/float.ts';
import { PyList } from '../objects/list.ts';
import type { PyModule } from '../objects/module.ts';
import {
  type Compare,
  frozensetType,
  type KwNames,
  newType,
  PyObject,
  PyType,
  typeOf,
  type Value,
} from '../objects/object.ts';
import { PySet } from '../objects/set.ts';
import { stringOf } from '../objects/str.ts';
import { structSequence, structSequenceOf } from '../objects/struct-sequence.ts';
import { PyTraceback } from '../objects/traceback.ts';
import { emptyTuple, type PyTuple, tupleOf } from '../objects/tuple.ts';
import { index } from '../operations/arithmetic.ts';
import { callMethod, getAttribute, lookupAttribute } from '../operations/attribute.ts';
import { callSpecial } from '../operations/call.ts';
import { enterRepr, leaveRepr } from '../operations/recursive-repr.ts';
import { repr, str } from '../operations/text.ts';
import libraryNames from './library-names.json' with { type: 'json' };
import { makeMonitoring } from './monitoring.ts';
import { builtinModuleNames } from './registry.ts';

function frozenSetOf(items: readonly Value[]): PySet {
  const set = new PySet(frozensetType);
  for (const item of items) set.add(item);
  return set;
}

const versionInfo = structSequence('sys.version_info', ['major', 'minor', 'micro', 'releaselevel', 'serial']);
const flagsType = structSequence(
  'sys.flags',
  [
    'debug',
    'inspect',
    'interactive',
    'optimize',
    'dont_write_bytecode',
    'no_user_site',
    'no_site',
    'ignore_environment',
    'verbose',
    'bytes_warning',
    'quiet',
    'hash_randomization',
    'isolated',
    'dev_mode',
    'utf8_mode',
    'warn_default_encoding',
    'safe_path',
    'int_max_str_digits',
    'gil',
    'thread_inherit_context',
    'context_aware_warnings',
  ],
  18,
);
const floatInfo = structSequence('sys.float_info', [
  'max',
  'max_exp',
  'max_10_exp',
  'min',
  'min_exp',
  'min_10_exp',
  'dig',
  'mant_dig',
  'epsilon',
  'radix',
  'rounds',
]);
const intInfo = structSequence('sys.int_info', [
  'bits_per_digit',
  'sizeof_digit',
  'default_max_str_digits',
  'str_digits_check_threshold',
]);
const hashInfo = structSequence('sys.hash_info', [
  'width',
  'modulus',
  'inf',
  'nan',
  'imag',
  'algorithm',
  'hash_bits',
  'seed_bits',
  'cutoff',
]);
const threadInfo = structSequence('sys.thread_info', ['name', 'lock', 'version']);
const asyncgenHooks = structSequence('asyncgen_hooks', ['firstiter', 'finalizer']);

const namespaceType = newType('types.SimpleNamespace');

/** types.SimpleNamespace. */
export class PyNamespace extends PyObject {
  override dict = new PyDict();
}
defineType(namespaceType, {
  module: 'types',
  doc: 'A simple attribute-based namespace.',
  hasDict: true,
  allocate: (type: PyType) => new PyNamespace(type),
  tp_new: (type: PyType) => new PyNamespace(type),
  tp_init: (self: PyNamespace, args: Value[], kwNames: KwNames) => {
    const given = args.length - (kwNames?.length ?? 0);
    if (given > 1) throw typeError(`${self.type.tp_name} expected at most 1 argument, got ${given}`);
    if (given === 1) {
      const given = new PyDict();
      callMethod(given, 'update', args[0]);
      for (const [key, value] of given.entries()) {
        if (stringOf(key) === undefined) throw typeError('keywords must be strings');
        self.dict.set(key, value);
      }
    }
    kwNames?.forEach((name: string, i: number) => {
      self.dict.setString(name, args[given + i]);
    });
  },
  tp_repr: (self: PyNamespace) => {
    const name = self.type === namespaceType ? 'namespace' : self.type.tp_name;
    if (!enterRepr(self)) return `${name}(...)`;
    try {
      const parts = [...self.dict.entries()].map(([key, value]) => `${str(key)}=${repr(value)}`);
      return `${name}(${parts.join(', ')})`;
    } finally {
      leaveRepr(self);
    }
  },
  tp_richcompare: (self: PyNamespace, other: Value, op: Compare) =>
    typeOf(self.dict).tp_richcompare!(self.dict, other instanceof PyNamespace ? other.dict : null, op),
  members: { __dict__: [(self: PyNamespace) => self.dict] },
  methods: {
    __reduce__: ['($self, /)', (self: PyNamespace) => tupleOf([self.type, emptyTuple, self.dict])],
    __replace__: [
      '($self, /, **changes)',
      (self: PyNamespace, changes: PyDict) => {
        const copy = new PyNamespace(self.type);
        callMethod(copy.dict, 'update', self.dict);
        callMethod(copy.dict, 'update', changes);
        return copy;
      },
    ],
  },
});

function frameAt(depth: Value): Frame {
  let frame = vm.frame;
  for (let left = Number(depth); left > 0 && frame !== undefined; left--) frame = frame.back;
  if (frame === undefined) throw valueError('call stack is not deep enough');
  return frame;
}

/** sys.displayhook (sys_displayhook). */
function displayHook(value: Value): void {
  if (value === null) return;
  const builtins = vm.builtinsModule as PyModule;
  builtins.dict.setString('_', null);
  const out = (vm.modules.getString('sys') as PyModule).dict.getString('stdout');
  if (out === undefined) throw runtimeError('lost sys.stdout');
  if (out === null) return;
  callMethod(out, 'write', `${repr(value)}\n`);
  builtins.dict.setString('_', value);
}

/** sys.excepthook (PyErr_Display): an exception without a traceback of its own is shown with the one given. */
function displayException(value: Value, traceback: Value): void {
  if (!(value instanceof PyBaseException)) {
    const err = (vm.modules.getString('sys') as PyModule).dict.getString('stderr');
    if (err === undefined || err === null) return;
    const text =
      value === null
        ? 'NoneType: None'
        : `TypeError: print_exception(): Exception expected for value, ${typeOf(value).tp_name} found`;
    callMethod(err, 'write', `${text}\n`);
    return;
  }
  if (value.traceback === null && traceback instanceof PyTraceback) value.traceback = traceback;
  printException(value);
}

function excInfo(): PyTuple {
  const exception = handledException();
  return exception === null ? tupleOf([null, null, null]) : tupleOf([exception.type, exception, exception.traceback]);
}

/** The size of an object as CPython's on 64 bits would be, where the type tells one. */
function sizeOf(object: Value, fallback?: Value): Value {
  const size = callSpecial(object, '__sizeof__');
  if (size !== undefined) return index(size);
  if (fallback !== undefined) return fallback;
  throw typeError(`Type ${typeOf(object).tp_name} doesn't define __sizeof__`);
}

function checkedDepth(name: string, depth: Value): number {
  const value = Number(index(depth));
  if (value < 0) throw valueError(`${name} must be >= 0`);
  return value;
}

/** The interval that a turn's ration of fuel stands for, in seconds. */
const USUAL_INTERVAL = 0.005;
const LEAST_TURN = 20;

/** Turns are measured in fuel, not in time, so that runs repeat; they become shorter and longer as the interval does. */
function setSwitchInterval(interval: Value): void {
  const seconds = floatOf(interval);
  if (seconds === undefined) throw typeError(`must be real number, not ${typeOf(interval).tp_name}`);
  if (seconds <= 0) throw valueError('switch interval must be strictly positive');
  // CPython keeps microseconds.
  vm.switchInterval = 1e-6 * Math.trunc(seconds * 1e6);
  const fuel = Math.round((FUEL_RATION * seconds) / USUAL_INTERVAL);
  vm.turnFuel = Math.min(FUEL_RATION, Math.max(LEAST_TURN, fuel));
}

export interface SysOptions {
  readonly argv: readonly string[];
  readonly path: readonly string[];
  readonly executable: string;
}

/** The sys module of a new interpreter; its streams come later, from io. */
export function makeSys(options: SysOptions): PyModule {
  const module = defineModule({
    name: 'sys',
    doc: 'This module provides access to some objects used or maintained by the\ninterpreter and to functions that interact strongly with the interpreter.',
    functions: {
      exit: [
        '(status=None, /)',
        (status: Value = null) => {
          const exception = new PyBaseException(systemExitType, status === null ? emptyTuple : tupleOf([status]));
          exception.members = { code: status };
          throw exception;
        },
      ],
      exc_info: ['()', excInfo],
      exception: ['()', handledException],
      _getframe: ['(depth=0, /)', (depth: Value = 0) => frameAt(depth)],
      _getframemodulename: [
        '(depth=0)',
        (depth: Value = 0) => {
          try {
            return frameAt(depth).func?.module ?? frameAt(depth).globals.getString('__name__') ?? null;
          } catch {
            return null;
          }
        },
      ],
      _current_frames: [
        '()',
        () => {
          const frames = new PyDict();
          for (const thread of vm.threads) {
            const frame = frameOf(thread);
            if (frame !== undefined) frames.set(thread.ident, frame);
          }
          return frames;
        },
      ],
      _current_exceptions: [
        '()',
        () => {
          const dict = new PyDict();
          for (const thread of vm.threads) {
            dict.set(thread.ident, handledException(thread === vm.thread ? vm.frame : thread.frame, thread));
          }
          return dict;
        },
      ],
      getrecursionlimit: ['()', () => vm.recursionLimit],
      setrecursionlimit: [
        '(limit, /)',
        (limit: Value) => {
          const value = Number(index(limit));
          if (value < 1) throw valueError('recursion limit must be greater or equal than 1');
          if (vm.depth >= value) {
            throw newException(
              recursionErrorType,
              `cannot set the recursion limit to ${value} at the recursion depth ${vm.depth}: the limit is too low`,
            );
          }
          vm.recursionLimit = value;
        },
      ],
      intern: [
        '(string, /)',
        (text: Value) => {
          if (typeof text !== 'string') throw typeError(`can't intern ${typeOf(text).tp_name}`);
          return intern(text);
        },
      ],
      _is_interned: ['(string, /)', () => true],
      getsizeof: ['(object, default=<unrepresentable>)', sizeOf],
      getrefcount: ['(object, /)', () => 2],
      getdefaultencoding: ['()', () => 'utf-8'],
      getfilesystemencoding: ['()', () => 'utf-8'],
      getfilesystemencodeerrors: ['()', () => 'surrogateescape'],
      is_finalizing: ['()', () => vm.finalizing],
      displayhook: ['(object, /)', displayHook],
      excepthook: [
        '(exctype, value, traceback, /)',
        (_type: Value, value: Value, traceback: Value) => displayException(value, traceback),
      ],
      unraisablehook: [
        '(unraisable, /)',
        (unraisable: Value) => {
          const exception = getAttribute(unraisable, 'exc_value');
          const message = lookupAttribute(unraisable, 'err_msg');
          const object = lookupAttribute(unraisable, 'object');
          const err = (vm.modules.getString('sys') as PyModule).dict.getString('stderr') as Value;
          const head = typeof message === 'string' ? message : 'Exception ignored in';
          callMethod(
            err,
            'write',
            object === undefined || object === null ? `${head}:\n` : `${head}: ${repr(object)}\n`,
          );
          callMethod(err, 'write', formatUnraisable(exception as PyBaseException));
          callMethod(err, 'flush');
        },
      ],
      breakpointhook: ['(*args, **kws)', breakpointHook],
      audit: ['(event, /, *args)', () => undefined],
      addaudithook: ['(hook)', () => undefined],
      gettrace: ['()', () => vm.thread.tracers.trace],
      settrace: [
        '($module, function, /)',
        (hook: Value) => {
          vm.thread.tracers.trace = hook;
          setTracers();
        },
      ],
      getprofile: ['()', () => vm.thread.tracers.profile],
      setprofile: [
        '($module, function, /)',
        (hook: Value) => {
          vm.thread.tracers.profile = hook;
          setTracers();
        },
      ],
      _settraceallthreads: [
        '($module, function, /)',
        (hook: Value) => {
          for (const { tracers } of vm.threads) tracers.trace = hook;
          setTracers();
        },
      ],
      _setprofileallthreads: [
        '($module, function, /)',
        (hook: Value) => {
          for (const { tracers } of vm.threads) tracers.profile = hook;
          setTracers();
        },
      ],
      get_coroutine_origin_tracking_depth: ['()', () => vm.thread.originTrackingDepth],
      set_coroutine_origin_tracking_depth: [
        '(depth)',
        (depth: Value) => {
          vm.thread.originTrackingDepth = checkedDepth('depth', depth);
        },
      ],
      get_asyncgen_hooks: [
        '()',
        () => structSequenceOf(asyncgenHooks, [vm.thread.asyncGenFirstIter, vm.thread.asyncGenFinalizer]),
      ],
      set_asyncgen_hooks: [
        '(firstiter=<unrepresentable>, finalizer=<unrepresentable>)',
        (firstIter?: Value, finalizer?: Value) => {
          for (const [name, hook] of [
            ['firstiter', firstIter],
            ['finalizer', finalizer],
          ] as const) {
            if (hook !== undefined && hook !== null && typeOf(hook).tp_call === undefined) {
              throw typeError(`callable ${name} expected, got ${typeOf(hook).tp_name}`);
            }
          }
          if (firstIter !== undefined) vm.thread.asyncGenFirstIter = firstIter;
          if (finalizer !== undefined) vm.thread.asyncGenFinalizer = finalizer;
        },
      ],
      get_int_max_str_digits: ['()', () => vm.intMaxStrDigits],
      set_int_max_str_digits: [
        '(maxdigits)',
        (digits: Value) => {
          const value = Number(index(digits));
          if (value !== 0 && value < 640) throw valueError('maxdigits must be 0 or larger than 640');
          vm.intMaxStrDigits = value;
        },
      ],
      getswitchinterval: ['()', () => new PyFloat(vm.switchInterval)],
      setswitchinterval: ['(interval, /)', setSwitchInterval],
      call_tracing: ['(func, args, /)', (func: Value, args: PyTuple) => callMethod(func, '__call__', ...args.items)],
      _clear_type_descriptors: [
        '(type, /)',
        (type: Value) => {
          if (!(type instanceof PyType)) throw typeError('argument must be a type');
          if (!type.heap) throw typeError('argument is immutable');
          for (const name of ['__dict__', '__weakref__']) type.attributes.delete(name);
          type.modified();
        },
      ],
      _clear_type_cache: ['()', () => undefined],
      _clear_internal_caches: ['()', () => undefined],
      activate_stack_trampoline: [
        '(backend, /)',
        () => {
          throw valueError('perf trampoline not available');
        },
      ],
      is_stack_trampoline_active: ['()', () => false],
      _is_gil_enabled: ['()', () => true],
    },
    attributes: {
      version: '3.14.2 (coroscope) [TypeScript]',
      version_info: structSequenceOf(versionInfo, [3, 14, 2, 'final', 0]),
      hexversion: 0x030e02f0,
      api_version: 1013,
      _git: tupleOf(['Coroscope', '', '']),
      copyright: '',
      platform: 'linux',
      byteorder: 'little',
      maxsize: 2n ** 63n - 1n,
      maxunicode: 0x10ffff,
      abiflags: '',
      float_repr_style: 'short',
      platlibdir: 'lib',
      pycache_prefix: null,
      dont_write_bytecode: true,
      executable: options.executable,
      _base_executable: options.executable,
      prefix: '/usr',
      base_prefix: '/usr',
      exec_prefix: '/usr',
      base_exec_prefix: '/usr',
      argv: new PyList(options.argv.slice()),
      orig_argv: new PyList([options.executable, ...options.argv]),
      path: new PyList(options.path.slice()),
      meta_path: new PyList([]),
      path_hooks: new PyList([]),
      path_importer_cache: new PyDict(),
      warnoptions: new PyList([]),
      _xoptions: new PyDict(),
      modules: vm.modules,
      builtin_module_names: tupleOf([...new Set([...builtinModuleNames, 'builtins', 'sys'])].sort()),
      stdlib_module_names: frozenSetOf(libraryNames.names.split(' ')),
      flags: structSequenceOf(flagsType, [
        0,
        0,
        0,
        vm.optimize,
        1,
        1,
        1,
        0,
        0,
        0,
        0,
        1,
        0,
        false,
        1,
        0,
        false,
        4300,
        1,
        0,
        0,
      ]),
      float_info: structSequenceOf(floatInfo, [
        new PyFloat(Number.MAX_VALUE),
        1024,
        308,
        new PyFloat(2.2250738585072014e-308),
        -1021,
        -307,
        15,
        53,
        new PyFloat(Number.EPSILON),
        2,
        1,
      ]),
      int_info: structSequenceOf(intInfo, [30, 4, 4300, 640]),
      hash_info: structSequenceOf(hashInfo, [64, 2n ** 61n - 1n, 314159, 0, 1000003, 'siphash13', 64, 128, 0]),
      thread_info: structSequenceOf(threadInfo, ['pthread', 'semaphore', null]),
    },
  });
  const implementation = new PyNamespace(namespaceType);
  implementation.dict.setString('name', 'coroscope');
  implementation.dict.setString('cache_tag', 'cpython-314');
  implementation.dict.setString('version', module.dict.getString('version_info') as Value);
  implementation.dict.setString('hexversion', 0x030e02f0);
  implementation.dict.setString('_multiarch', 'x86_64-linux-gnu');
  module.dict.setString('implementation', implementation);
  const events = new PyNamespace(namespaceType);
  for (const [bit, event] of eventNames.entries()) events.dict.setString(event, 1 << bit);
  events.dict.setString('NO_EVENTS', 0);
  const monitoring = makeMonitoring(events);
  module.dict.setString('monitoring', monitoring);
  vm.modules.setString('sys.monitoring', monitoring);
  for (const hook of ['breakpointhook', 'displayhook', 'excepthook', 'unraisablehook']) {
    module.dict.setString(`__${hook}__`, module.dict.getString(hook) as Value);
  }
  return module;
}
