import { PyBuiltin, PyMethodDescriptor } from '../objects/descriptor.ts';
import { type PyBaseException, stopIteration, valueError } from '../objects/exception.ts';
import { PyGenerator } from '../objects/generator.ts';
import { type Slot, typeOf, type Value } from '../objects/object.ts';
import { tupleOf } from '../objects/tuple.ts';
import { call } from '../operations/call.ts';
import { type Frame, type FrameExtra, FrameState } from './frame.ts';
import { MonitoringEvent } from './monitoring-event.ts';
import { Opcode } from './opcode.ts';
import type { Program } from './program.ts';
import { vm } from './state.ts';
import type { ThreadState } from './thread-state.ts';
import { clearTrap, setTrap, Trap } from './traps.ts';
import { pythonException } from './unwind.ts';

/** What happens at an instruction: bits. */
const enum Event {
  /** A call begins here, or a generator goes on. */
  START = 1,
  /** Another line may begin here, or a stretch that has none. */
  LINE = 2,
  /** A jump back to the line that it is on. */
  LOOP = 4,
  /** A return or a yield. */
  RETURN = 8,
  CALL = 16,
  AFTER_CALL = 32,
  /** The end of a delegation. */
  STOP = 64,
}

/** sys.settrace() and sys.setprofile() of one thread (c_traceobj, c_profileobj and tracing of PyThreadState). */
export interface Tracers {
  trace: Value;
  profile: Value;
  /** A trace function runs: it isn't traced itself. */
  busy: boolean;
  /** What it is told of, and where. */
  event: MonitoringEvent;
  frame: Frame | undefined;
}

/**
 * sys.settrace() and sys.setprofile() (Python/legacy_tracing.c of 3.14): traps in the programs that run while somebody
 * traces, so that nothing is paid by those who don't. Frames tell of themselves by running out of fuel.
 */
export class Tracing {
  private readonly events = new Map<Program, Uint8Array>();
  private readonly calls = new Map<Frame, Value>();

  /** Sees to the traps of a program that is about to run, or that runs. */
  watch(program: Program): void {
    if (this.events.has(program)) return;
    const events = eventsOf(program);
    this.events.set(program, events);
    for (let index = 0; index < events.length; index++) if (events[index] !== 0) setTrap(program, index, Trap.TRACE);
  }

  /** f_trace_opcodes: traps at every instruction. */
  watchOpcodes(program: Program): void {
    this.watch(program);
    for (let index = 0; index < program.pristine.length; index++) setTrap(program, index, Trap.TRACE);
  }

  /** Takes all traps away. */
  stop(): void {
    for (const program of this.events.keys()) {
      for (let index = 0; index < program.pristine.length; index++) clearTrap(program, index, Trap.TRACE);
    }
    this.events.clear();
  }

  /** The instruction at frame.index is about to run. */
  hit(frame: Frame): void {
    if (vm.thread.tracers.busy) return;
    const { program, index } = frame;
    const events = this.events.get(program)?.[index] ?? 0;
    if (events & Event.AFTER_CALL) this.callReturns(frame);
    if (events & Event.START && (index === program.entry || frame.extra?.active !== true)) {
      this.starts(frame, 1, index === program.entry ? MonitoringEvent.PY_START : MonitoringEvent.PY_RESUME);
    }
    if (frame.index === index && events & Event.LINE) this.line(frame);
    const extra = frame.extra;
    if (frame.index === index && extra?.traceOpcodes) this.trace(frame, 'opcode', null, MonitoringEvent.INSTRUCTION);
    if (frame.index === index && events & Event.LOOP && extra !== undefined) {
      this.traceLine(frame, extra, MonitoringEvent.JUMP);
    }
    // A trace function may have made it jump: then this instruction doesn't run.
    if (frame.index !== index) {
      this.jumped(frame);
      return;
    }
    if (events & Event.RETURN) {
      const isReturn = program.pristine[index] === Opcode.RETURN_VALUE;
      const event = isReturn ? MonitoringEvent.PY_RETURN : MonitoringEvent.PY_YIELD;
      this.returns(frame, frame.stack[frame.sp - 1] as Value, event);
    }
    if (events & Event.STOP) this.delegateEnded(frame);
    if (events & Event.CALL && vm.thread.tracers.profile !== null) this.calling(frame);
  }

  /** It has been made to jump: what follows is told as far as the jump went back to the frame's beginning. */
  private jumped(frame: Frame): void {
    if (frame.extra?.active !== false) return;
    frame.ip = frame.program.entry + 1;
    this.hit(frame);
  }

  /** An exception was raised in this frame, or has come to it; gives the one that goes on. */
  raised(frame: Frame, exception: PyBaseException): PyBaseException {
    const { tracers } = vm.thread;
    if (tracers.busy || (tracers.trace === null && tracers.profile === null)) return exception;
    try {
      const callable = this.calls.get(frame);
      this.calls.delete(frame);
      if (callable !== undefined) this.profile(frame, 'c_exception', callable);
      // throw() goes on with a generator by no instruction of its own.
      if (frame.generator !== undefined && frame.extra?.active !== true) {
        this.starts(frame, 0, MonitoringEvent.PY_THROW);
      }
      const details = tupleOf([exception.type, exception, exception.traceback]);
      this.trace(frame, 'exception', details, MonitoringEvent.RAISE);
      return exception;
    } catch (error) {
      return pythonException(error);
    }
  }

  /** An exception leaves this frame; gives the one that goes on. */
  unwinds(frame: Frame, exception: PyBaseException): PyBaseException {
    if (vm.thread.tracers.busy) return exception;
    try {
      this.returns(frame, null, MonitoringEvent.PY_UNWIND);
      return exception;
    } catch (error) {
      return pythonException(error);
    }
  }

  /** A call, or a generator that goes on, is told of where it stands: `back` instructions before this one. */
  private starts(frame: Frame, back: number, event: MonitoringEvent): void {
    const extra = extraOf(frame);
    const { ip } = frame;
    extra.active = true;
    if (frame.index === frame.program.entry) {
      extra.lastLine = -1;
      frame.ip = 0;
    } else frame.ip = ip - back;
    const shown = frame.ip;
    extra.tracedEvent = 'call';
    try {
      this.profile(frame, 'call', null);
      const { trace } = vm.thread.tracers;
      if (trace !== null) this.callTracer(trace, frame, extra, 'call', null, event);
    } finally {
      if (frame.ip === shown) frame.ip = ip;
      extra.tracedEvent = undefined;
    }
  }

  private line(frame: Frame): void {
    const { extra } = frame;
    if (extra === undefined) return;
    const line = frame.program.lineOf(frame.index);
    if (line === extra.lastLine) return;
    extra.lastLine = line;
    if (line > 0) this.traceLine(frame, extra, MonitoringEvent.LINE);
  }

  private traceLine(frame: Frame, extra: FrameExtra, event: MonitoringEvent): void {
    if (extra.traceLines) this.trace(frame, 'line', null, event);
  }

  private returns(frame: Frame, value: Value, event: MonitoringEvent): void {
    const { index } = frame;
    this.trace(frame, 'return', value, event);
    if (frame.index !== index) return;
    this.profile(frame, 'return', value);
    if (frame.extra !== undefined) frame.extra.active = false;
  }

  /** A generator that was delegated to tells of its end by a StopIteration that nobody raises (monitor_stop_iteration). */
  private delegateEnded(frame: Frame): void {
    const { stack, sp } = frame;
    if (!(stack[sp - 2] instanceof PyGenerator)) return;
    const stop = stopIteration(stack[sp - 1] as Value);
    this.trace(frame, 'exception', tupleOf([stop.type, stop, null]), MonitoringEvent.STOP_ITERATION);
  }

  private calling(frame: Frame): void {
    const { program, index, stack, sp } = frame;
    const base =
      program.pristine[index] === Opcode.CALL
        ? sp - program.args[index] - 2
        : program.pristine[index] === Opcode.CALL_KW
          ? sp - program.args[index] - 3
          : sp - 4;
    const callable = nativeCallee(stack[base], stack[base + 1] ?? stack[base + 2] ?? null);
    if (callable === undefined) return;
    this.calls.set(frame, callable);
    this.profile(frame, 'c_call', callable);
  }

  /** The call of a native function that this frame was at has come back. */
  private callReturns(frame: Frame): void {
    const callable = this.calls.get(frame);
    if (callable === undefined) return;
    this.calls.delete(frame);
    this.profile(frame, 'c_return', callable);
  }

  private trace(frame: Frame, event: string, argument: Value, what: MonitoringEvent): void {
    const { extra } = frame;
    const { trace } = vm.thread.tracers;
    if (trace === null || extra === undefined || extra.trace === null) return;
    this.callTracer(extra.trace, frame, extra, event, argument, what);
  }

  /** trace_trampoline: what a trace function gives is the frame's own from then on; one that fails is the last. */
  private callTracer(
    tracer: Value,
    frame: Frame,
    extra: FrameExtra,
    event: string,
    argument: Value,
    what: MonitoringEvent,
  ): void {
    const { tracers } = vm.thread;
    tracers.busy = true;
    tracers.event = what;
    tracers.frame = frame;
    extra.tracedEvent = event;
    try {
      const result = call(tracer, frame, event, argument);
      if (result !== null) extra.trace = result;
    } catch (error) {
      tracers.trace = null;
      extra.trace = null;
      setTracers();
      throw error;
    } finally {
      extra.tracedEvent = undefined;
      tracers.busy = false;
      tracers.event = MonitoringEvent.NONE;
      tracers.frame = undefined;
    }
  }

  private profile(frame: Frame, event: string, argument: Value): void {
    const { tracers } = vm.thread;
    if (tracers.profile === null) return;
    tracers.busy = true;
    try {
      call(tracers.profile, frame, event, argument);
    } catch (error) {
      tracers.profile = null;
      setTracers();
      throw error;
    } finally {
      tracers.busy = false;
    }
  }
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

/** The attributes of a frame that few frames have. */
export function extraOf(frame: Frame): FrameExtra {
  frame.extra ??= {
    trace: null,
    traceLines: true,
    traceOpcodes: false,
    extraLocals: undefined,
    lastLine: frame.line ?? -1,
    active: frame.state === FrameState.EXECUTING,
    tracedEvent: undefined,
  };
  return frame.extra;
}

/** To be called when a thread's tracers have changed: starts tracing, or ends it when nobody traces any more. */
export function setTracers(): void {
  const isTracing = ({ tracers }: ThreadState): boolean => tracers.trace !== null || tracers.profile !== null;
  const { profile } = vm.thread.tracers;
  if (!vm.threads.some(isTracing)) {
    vm.tracing?.stop();
    vm.tracing = undefined;
    return;
  }
  vm.tracing ??= new Tracing();
  vm.interruptFuel();
  for (let frame = vm.frame; frame !== undefined; frame = frame.back) {
    if (frame.extra?.trace != null || profile !== null) vm.tracing.watch(frame.program);
  }
}

/** What sys.settrace() can tell at each instruction of a program. */
function eventsOf(program: Program): Uint8Array {
  const { pristine, args, handlers, entry } = program;
  const events = new Uint8Array(pristine.length);
  const targets = new Set<number>();
  for (let at = 2; at < handlers.length; at += 5) {
    // The end of an `async for` is no line of its own.
    if (pristine[handlers[at]] !== Opcode.END_ASYNC_FOR) targets.add(handlers[at]);
  }
  for (let index = 0; index < pristine.length; index++) if (isJump(pristine[index])) targets.add(args[index]);
  for (let index = 0; index < pristine.length; index++) {
    const line = program.lineOf(index);
    const opcode: Opcode = pristine[index];
    if (program.offsets[index] < 0) continue;
    if (index > 0 && isCall(pristine[index - 1])) events[index] |= Event.AFTER_CALL;
    if (index === entry || isYield(pristine[index - 1])) events[index] |= Event.START;
    if (index === entry || program.lineOf(index - 1) !== line || targets.has(index)) events[index] |= Event.LINE;
    if (opcode === Opcode.RETURN_VALUE || isYield(opcode)) events[index] |= Event.RETURN;
    if (opcode === Opcode.JUMP_BACKWARD && program.lineOf(args[index]) === line) events[index] |= Event.LOOP;
    if (isCall(opcode)) events[index] |= Event.CALL;
    if (opcode === Opcode.END_SEND) events[index] |= Event.STOP;
  }
  return events;
}

const isYield = (opcode: Opcode): boolean =>
  opcode === Opcode.YIELD_VALUE ||
  opcode === Opcode.YIELD_DELEGATED ||
  opcode === Opcode.YIELD_VALUE_38 ||
  opcode === Opcode.YIELD_FROM_38;

const isCall = (opcode: Opcode): boolean =>
  opcode === Opcode.CALL ||
  opcode === Opcode.CALL_KW ||
  opcode === Opcode.CALL_FUNCTION_EX ||
  opcode === Opcode.CALL_FUNCTION_38 ||
  opcode === Opcode.CALL_FUNCTION_KW_38 ||
  opcode === Opcode.CALL_FUNCTION_EX_38;

function isJump(opcode: Opcode): boolean {
  switch (opcode) {
    case Opcode.FOR_ITER:
    case Opcode.SEND:
    case Opcode.JUMP_FORWARD:
    case Opcode.JUMP_BACKWARD:
    case Opcode.JUMP_BACKWARD_NO_INTERRUPT:
    case Opcode.POP_JUMP_IF_FALSE:
    case Opcode.POP_JUMP_IF_TRUE:
    case Opcode.POP_JUMP_IF_NONE:
    case Opcode.POP_JUMP_IF_NOT_NONE:
      return true;
    default:
      return false;
  }
}

/** What 'c_call' tells of a call: the built-in function or method that is called; undefined for all else. */
function nativeCallee(callable: Slot, self: Value): Slot {
  if (callable instanceof PyBuiltin) return callable;
  if (!(callable instanceof PyMethodDescriptor)) return undefined;
  return callable.type.tp_descr_get?.(callable, self, typeOf(self));
}
