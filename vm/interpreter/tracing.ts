import { PyBuiltin, PyMethodDescriptor } from '../objects/descriptor.ts';
import { type PyBaseException, valueError } from '../objects/exception.ts';
import { type Slot, typeOf, type Value } from '../objects/object.ts';
import { tupleOf } from '../objects/tuple.ts';
import { call } from '../operations/call.ts';
import type { Frame } from './frame.ts';
import { extraOf } from './frame-extra.ts';
import { type Callback, DISABLE, MISSING, monitors, Tool } from './monitoring.ts';
import { MonitoringEvent } from './monitoring-event.ts';
import { vm } from './state.ts';
import type { ThreadState } from './thread-state.ts';

// sys.settrace() and sys.setprofile(): two of the tools that are told of events (Python/legacy_tracing.c of 3.14).

/** What is told in one thread (c_traceobj, c_profileobj, tracing and what_event of PyThreadState). */
export interface Tracers {
  trace: Value;
  profile: Value;
  /** A trace function or a tool's callback runs: nothing is told of it. */
  busy: boolean;
  /** What it is told of, and where. */
  event: MonitoringEvent;
  frame: Frame | undefined;
}

/** To be called when a thread's tracers have changed: starts tracing, or ends it when nobody traces any more. */
export function setTracers(): void {
  const traces = vm.threads.some(({ tracers }: ThreadState) => tracers.trace !== null);
  const profiles = vm.threads.some(({ tracers }: ThreadState) => tracers.profile !== null);
  if (vm.monitors === undefined && !traces && !profiles) return;
  const { callbacks } = monitors();
  for (const [event, callback] of traceCallbacks) callbacks[Tool.TRACE][event] = callback;
  for (const [event, callback] of profileCallbacks) callbacks[Tool.PROFILE][event] = callback;
  monitors().setEvents(Tool.TRACE, traces ? eventsOf(traceCallbacks) & ~(1 << MonitoringEvent.INSTRUCTION) : 0);
  monitors().setEvents(Tool.PROFILE, profiles ? eventsOf(profileCallbacks) : 0);
}

/** f_trace_opcodes = True: every instruction of the frame's code is told of. */
export function traceOpcodes(frame: Frame): void {
  const { callbacks } = monitors();
  callbacks[Tool.TRACE][MonitoringEvent.INSTRUCTION] = traceCallbacks.get(MonitoringEvent.INSTRUCTION);
  monitors().setLocalEvents(Tool.TRACE, frame.code, 1 << MonitoringEvent.INSTRUCTION);
}

/** Whether `f_lineno = n` may make this frame jump now: throws CPython's ValueError where not. */
export function checkMayJump(frame: Frame): void {
  const { event, frame: traced } = vm.thread.tracers;
  const { blockStack } = frame.program;
  switch (event) {
    case MonitoringEvent.PY_RESUME:
    case MonitoringEvent.PY_YIELD:
    case MonitoringEvent.JUMP:
    case MonitoringEvent.BRANCH_LEFT:
    case MonitoringEvent.BRANCH_RIGHT:
    case MonitoringEvent.LINE:
      // A caller's stack has given the call its arguments, and waits for the result.
      if (traced !== frame) throw valueError("can't jump during a call");
      return;
    case MonitoringEvent.NONE:
      throw valueError(`f_lineno can only be set ${blockStack ? 'by' : 'in'} a trace function`);
    case MonitoringEvent.PY_START:
      throw valueError("can't jump from the 'call' trace event of a new frame");
    case MonitoringEvent.CALL:
    case MonitoringEvent.C_RETURN:
      throw valueError("can't jump during a call");
    default:
      throw valueError("can only jump from a 'line' trace event");
  }
}

// sys.settrace().

const traceCall: Callback = (frame) => {
  const { trace } = vm.thread.tracers;
  return trace === null ? null : callTracer(trace, frame, 'call', null);
};

const traceLine: Callback = (frame) => ((frame.extra?.traceLines ?? true) ? toldTo(frame, 'line', null) : null);

/** A jump back within a line begins it again; other lines tell of themselves. */
const traceJump: Callback = (frame, event, args) => {
  const [, from, to] = args as [Value, number, number];
  const { program } = frame;
  if (to > from || program.lineOfUnit(to >> 1) !== program.lineOfUnit(from >> 1)) return DISABLE;
  return traceLine(frame, event, args);
};

const traceReturn: Callback = (frame, _event, [, , value]) => toldTo(frame, 'return', value);

const traceException: Callback = (frame, _event, [, , value]) => {
  const exception = value as PyBaseException;
  return toldTo(frame, 'exception', tupleOf([exception.type, exception, exception.traceback]));
};

const traceCallbacks: ReadonlyMap<MonitoringEvent, Callback> = new Map<MonitoringEvent, Callback>([
  [MonitoringEvent.PY_START, traceCall],
  [MonitoringEvent.PY_RESUME, traceCall],
  [MonitoringEvent.PY_THROW, traceCall],
  [MonitoringEvent.LINE, traceLine],
  [MonitoringEvent.JUMP, traceJump],
  [MonitoringEvent.PY_RETURN, traceReturn],
  [MonitoringEvent.PY_YIELD, traceReturn],
  [MonitoringEvent.PY_UNWIND, (frame) => toldTo(frame, 'return', null)],
  [MonitoringEvent.RAISE, traceException],
  [MonitoringEvent.STOP_ITERATION, traceException],
  [MonitoringEvent.INSTRUCTION, (frame) => (frame.extra?.traceOpcodes ? toldTo(frame, 'opcode', null) : null)],
]);

function toldTo(frame: Frame, event: string, argument: Value): Value {
  const trace = frame.extra?.trace ?? null;
  if (vm.thread.tracers.trace !== null && trace !== null) callTracer(trace, frame, event, argument);
  return null;
}

/** trace_trampoline: what a trace function gives is the frame's own from then on; one that fails is the last. */
function callTracer(tracer: Value, frame: Frame, event: string, argument: Value): Value {
  try {
    const result = call(tracer, frame, event, argument);
    if (result !== null) extraOf(frame).trace = result;
    return null;
  } catch (error) {
    vm.thread.tracers.trace = null;
    extraOf(frame).trace = null;
    setTracers();
    throw error;
  }
}

// sys.setprofile().

const profileFor =
  (event: string): Callback =>
  (frame, _event, [, , value]) =>
    profile(frame, event, event === 'return' ? (value ?? null) : null);

const profileCall =
  (event: string): Callback =>
  (frame, _event, [, , callable, argument]) => {
    const callee = nativeCallee(callable, argument);
    return callee === undefined ? null : profile(frame, event, callee);
  };

const profileCallbacks: ReadonlyMap<MonitoringEvent, Callback> = new Map<MonitoringEvent, Callback>([
  [MonitoringEvent.PY_START, profileFor('call')],
  [MonitoringEvent.PY_RESUME, profileFor('call')],
  [MonitoringEvent.PY_THROW, profileFor('call')],
  [MonitoringEvent.PY_RETURN, profileFor('return')],
  [MonitoringEvent.PY_YIELD, profileFor('return')],
  [MonitoringEvent.PY_UNWIND, (frame) => profile(frame, 'return', null)],
  [MonitoringEvent.CALL, profileCall('c_call')],
  [MonitoringEvent.C_RETURN, profileCall('c_return')],
  [MonitoringEvent.C_RAISE, profileCall('c_exception')],
]);

function profile(frame: Frame, event: string, argument: Value): Value {
  const { tracers } = vm.thread;
  if (tracers.profile === null) return null;
  try {
    call(tracers.profile, frame, event, argument);
    return null;
  } catch (error) {
    tracers.profile = null;
    setTracers();
    throw error;
  }
}

/** What 'c_call' tells of a call: the built-in function or method that is called; undefined for all else. */
function nativeCallee(callable: Value, argument: Value): Slot {
  if (callable instanceof PyBuiltin) return callable;
  if (!(callable instanceof PyMethodDescriptor) || argument === MISSING) return undefined;
  return callable.type.tp_descr_get?.(callable, argument, typeOf(argument));
}

/** C_RETURN and C_RAISE come with CALL. */
function eventsOf(callbacks: ReadonlyMap<MonitoringEvent, Callback>): number {
  let events = 0;
  for (const event of callbacks.keys()) if (event < MonitoringEvent.C_RETURN) events |= 1 << event;
  return events;
}
