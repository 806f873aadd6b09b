import { writeUnraisable } from '../builtins/unraisable.ts';
import { MISSING, monitors } from '../interpreter/monitoring.ts';
import { MonitoringEvent } from '../interpreter/monitoring-event.ts';
import { vm } from '../interpreter/state.ts';
import { bind } from '../objects/bind.ts';
import type { PyCode } from '../objects/code.ts';
import { defineType, type ModuleDefinition } from '../objects/define.ts';
import { PyBuiltin, PyMethodDescriptor } from '../objects/descriptor.ts';
import { newException, PyBaseException, runtimeErrorType, typeError, valueError } from '../objects/exception.ts';
import { floatOf, PyFloat } from '../objects/float.ts';
import { PyList } from '../objects/list.ts';
import { type KwNames, newType, PyObject, type PyType, type Slot, typeOf, type Value } from '../objects/object.ts';
import type { BuiltinDef } from '../objects/signature.ts';
import { structSequence, structSequenceOf } from '../objects/struct-sequence.ts';
import { index } from '../operations/arithmetic.ts';
import { callMethod, getAttribute } from '../operations/attribute.ts';
import { call } from '../operations/call.ts';
import { repr } from '../operations/text.ts';
import { isTrue } from '../operations/truth.ts';

// CPython's _lsprof, of which cProfile is made: how often functions are called, and how long they take (Modules/_lsprof.c). It is
// one of the tools of sys.monitoring.

const PROFILER_ID = 2;

/** How often something was called, and how long that took, in the timer's units. */
class Tally {
  total = 0;
  /** Without what it called. */
  inline = 0;
  calls = 0;
  recursiveCalls = 0;
  /** Calls that have not returned. */
  depth = 0;

  enter(): void {
    this.depth++;
  }

  leave(total: number, inline: number): void {
    if (--this.depth === 0) this.total += total;
    else this.recursiveCalls++;
    this.inline += inline;
    this.calls++;
  }
}

/** A function, and those that it called. */
class Entry extends Tally {
  /** A code object, or what says which built-in function it is. */
  readonly shown: Value;
  readonly called = new Map<Entry, Tally>();
  constructor(shown: Value) {
    super();
    this.shown = shown;
  }
}

/** A call that has not returned. */
interface Context {
  readonly entry: Entry;
  startedAt: number;
  /** What its own calls took. */
  inCalls: number;
}

class PyProfiler extends PyObject {
  timer: Slot = undefined;
  /** Seconds that one of the timer's integers stands for; 0 where it gives seconds. */
  unit = 0;
  subcalls = true;
  builtins = true;
  enabled = false;
  /** While the program's own timer runs, which may do nothing to the profiler. */
  private inTimer = false;
  readonly entries = new Map<PyCode | BuiltinDef, Entry>();
  contexts: Context[] = [];

  now(): number {
    if (this.timer === undefined) return Number(vm.host.monotonic());
    this.inTimer = true;
    try {
      const time = call(this.timer);
      if (this.unit > 0) return Number(index(time));
      const seconds = floatOf(time) ?? Number(index(time));
      return Math.floor(seconds * NANOSECONDS);
    } catch (error) {
      if (!(error instanceof PyBaseException)) throw error;
      writeUnraisable(error, null, this.timer);
      return 0;
    } finally {
      this.inTimer = false;
    }
  }

  /** RuntimeError while the timer runs; `action` is what was to be done. */
  checkTimer(action: string): void {
    if (this.inTimer) throw newException(runtimeErrorType, `cannot ${action} profiler in external timer`);
  }

  enter(key: PyCode | BuiltinDef, shown: () => Value): void {
    let entry = this.entries.get(key);
    if (entry === undefined) {
      entry = new Entry(shown());
      this.entries.set(key, entry);
    }
    const caller = this.contexts.at(-1)?.entry;
    const context: Context = { entry, startedAt: 0, inCalls: 0 };
    this.contexts.push(context);
    entry.enter();
    if (this.subcalls && caller !== undefined) {
      if (!caller.called.has(entry)) caller.called.set(entry, new Tally());
      caller.called.get(entry)?.enter();
    }
    context.startedAt = this.now();
  }

  leave(key: PyCode | BuiltinDef): void {
    const context = this.contexts.at(-1);
    if (context === undefined) return;
    const entry = this.entries.get(key);
    if (entry === undefined) this.contexts.pop();
    else this.stop(context, entry);
  }

  private stop(context: Context, entry: Entry): void {
    const total = this.now() - context.startedAt;
    const inline = total - context.inCalls;
    this.contexts.pop();
    const caller = this.contexts.at(-1);
    if (caller !== undefined) caller.inCalls += total;
    entry.leave(total, inline);
    if (this.subcalls) caller?.entry.called.get(entry)?.leave(total, inline);
  }

  /** Ends the calls that are still under way. */
  flush(): void {
    for (let context = this.contexts.at(-1); context !== undefined; context = this.contexts.at(-1)) {
      this.stop(context, context.entry);
    }
  }
}

const NANOSECONDS = 1e9;

const profilerType = newType('_lsprof.Profiler');
const entryFields = ['code', 'callcount', 'reccallcount', 'totaltime', 'inlinetime', 'calls'];
const entryType = structSequence('_lsprof.profiler_entry', entryFields);
const subentryType = structSequence('_lsprof.profiler_subentry', entryFields.slice(0, -1));

type Callback = (profiler: PyProfiler, args: readonly Value[]) => void;

const started: Callback = (profiler, [code]) => profiler.enter(code as PyCode, () => code);
const returned: Callback = (profiler, [code]) => profiler.leave(code as PyCode);
const called: Callback = (profiler, [, , callable, argument]) => {
  const builtin = profiler.builtins ? builtinCalled(callable, argument) : undefined;
  if (builtin !== undefined) profiler.enter(builtin.def, () => shownBuiltin(builtin));
};
const builtinReturned: Callback = (profiler, [, , callable, argument]) => {
  const builtin = profiler.builtins ? builtinCalled(callable, argument) : undefined;
  if (builtin !== undefined) profiler.leave(builtin.def);
};

const callbacks: readonly [event: MonitoringEvent, name: string, callback: Callback][] = [
  [MonitoringEvent.PY_START, '_pystart_callback', started],
  [MonitoringEvent.PY_RESUME, '_pystart_callback', started],
  [MonitoringEvent.PY_THROW, '_pystart_callback', started],
  [MonitoringEvent.PY_RETURN, '_pyreturn_callback', returned],
  [MonitoringEvent.PY_YIELD, '_pyreturn_callback', returned],
  [MonitoringEvent.PY_UNWIND, '_pyreturn_callback', returned],
  [MonitoringEvent.CALL, '_ccall_callback', called],
  [MonitoringEvent.C_RETURN, '_creturn_callback', builtinReturned],
  [MonitoringEvent.C_RAISE, '_creturn_callback', builtinReturned],
];

/** The built-in function or bound method that a call calls; undefined for all else (get_cfunc_from_callable). */
function builtinCalled(callable: Value, argument: Value): PyBuiltin | undefined {
  if (callable instanceof PyBuiltin) return callable;
  if (!(callable instanceof PyMethodDescriptor) || argument === MISSING) return undefined;
  return new PyBuiltin(callable.def, argument, null);
}

/** How a built-in function is told of (normalizeUserObj). */
function shownBuiltin({ def, self, module }: PyBuiltin): string {
  const method = self === undefined ? undefined : typeOf(self).lookup(def.name);
  if (method !== undefined) return repr(method);
  return module === null ? `<built-in method ${def.name}>` : `<built-in method ${String(module)}.${def.name}>`;
}

const monitoring = (): Value => getAttribute(vm.modules.getString('sys') as Value, 'monitoring');

function enable(profiler: PyProfiler, subcalls: Value, builtins: Value): void {
  profiler.subcalls = isTrue(subcalls);
  profiler.builtins = isTrue(builtins);
  try {
    callMethod(monitoring(), 'use_tool_id', PROFILER_ID, 'cProfile');
  } catch (error) {
    if (!(error instanceof PyBaseException)) throw error;
    throw valueError('Another profiling tool is already active');
  }
  let events = 0;
  for (const [event, , callback] of callbacks) {
    events |= 1 << event;
    monitors().callbacks[PROFILER_ID][event] = (_frame, _event, args) => {
      callback(profiler, args);
      return null;
    };
  }
  callMethod(monitoring(), 'set_events', PROFILER_ID, events);
  profiler.enabled = true;
}

function disable(profiler: PyProfiler): void {
  profiler.checkTimer('disable');
  if (!profiler.enabled) return;
  callMethod(monitoring(), 'free_tool_id', PROFILER_ID);
  profiler.enabled = false;
  profiler.flush();
}

function stats(profiler: PyProfiler): Value {
  const factor = profiler.timer === undefined || profiler.unit === 0 ? 1 / NANOSECONDS : profiler.unit;
  const fields = (shown: Value, tally: Tally): Value[] => [
    shown,
    tally.calls,
    tally.recursiveCalls,
    new PyFloat(factor * tally.total),
    new PyFloat(factor * tally.inline),
  ];
  const infos: Value[] = [];
  for (const entry of profiler.entries.values()) {
    if (entry.calls === 0) continue;
    const calls = [...entry.called].map(([to, tally]) => structSequenceOf(subentryType, fields(to.shown, tally)));
    infos.push(
      structSequenceOf(entryType, [...fields(entry.shown, entry), calls.length > 0 ? new PyList(calls) : null]),
    );
  }
  return new PyList(infos);
}

defineType(profilerType, {
  module: '_lsprof',
  signature: '(timer=None, timeunit=0.0, subcalls=True, builtins=True)',
  allocate: (type: PyType) => new PyProfiler(type),
  tp_new: (type: PyType) => type.allocate(type),
  tp_init: (self: PyProfiler, args: Value[], kwNames: KwNames) => {
    const [timer = null, unit = new PyFloat(0), subcalls = true, builtins = true] = bind(
      'Profiler',
      '(timer=None, timeunit=0.0, subcalls=True, builtins=True)',
      args,
      kwNames,
    ) as Slot[];
    const seconds = floatOf(unit) ?? (typeof unit === 'number' ? unit : undefined);
    if (seconds === undefined) throw typeError(`must be real number, not ${typeOf(unit).tp_name}`);
    self.timer = timer === null ? undefined : timer;
    self.unit = seconds;
    self.subcalls = isTrue(subcalls);
    self.builtins = isTrue(builtins);
  },
  methods: {
    enable: [
      '($self, /, subcalls=True, builtins=True)',
      (self: PyProfiler, subcalls: Value = true, builtins: Value = true) => enable(self, subcalls, builtins),
    ],
    disable: ['($self, /)', disable],
    clear: [
      '($self, /)',
      (self: PyProfiler) => {
        self.checkTimer('clear');
        self.entries.clear();
        self.contexts = [];
      },
    ],
    getstats: ['($self, /)', stats],
    ...Object.fromEntries(
      callbacks.map(([, name, callback]) => [
        name,
        [
          '($self, /, *args)',
          (self: PyProfiler, args: Value[]) => {
            const least = callback === called || callback === builtinReturned ? 4 : 1;
            if (args.length < least) throw typeError(`${name} expected ${least} arguments, got ${args.length}`);
            callback(self, args);
          },
        ] as const,
      ]),
    ),
  },
});

export const lsprof: ModuleDefinition = {
  name: '_lsprof',
  doc: 'Fast profiler',
  attributes: { Profiler: profilerType, profiler_entry: entryType, profiler_subentry: subentryType },
};
