import type { PyCode } from '../objects/code.ts';
import { type PyBaseException, stopIteration, valueError } from '../objects/exception.ts';
import { PyGenerator } from '../objects/generator.ts';
import { asyncGeneratorType, generatorType, objectType, PyObject, typeOf, type Value } from '../objects/object.ts';
import { addRoot } from '../objects/roots.ts';
import { callWith } from '../operations/call.ts';
import { programOf } from './decode.ts';
import { type Frame, Return } from './frame.ts';
import { extraOf } from './frame-extra.ts';
import { InstrumentedProgram, LOCAL_EVENTS } from './instrumented-program.ts';
import { callAt, type MonitoredCall } from './monitored-call.ts';
import { MonitoringEvent } from './monitoring-event.ts';
import { isNativeWait } from './native-wait.ts';
import { Opcode } from './opcode.ts';
import { isCall, lineOf, Place, placesOf } from './places.ts';
import type { Program } from './program.ts';
import { vm } from './state.ts';
import { pythonException } from './unwind.ts';

/** Those that aren't the program's own (PY_MONITORING_SYS_PROFILE_ID and …_SYS_TRACE_ID). */
export const enum Tool {
  PROFILE = 6,
  TRACE = 7,
}

/** What a callback gives that wants no more of the event at that instruction. */
export const DISABLE = new PyObject(objectType);
/** What CALL and its like tell for a first argument that isn't there. */
export const MISSING = new PyObject(objectType);

/** Told of an event in a frame, `args` beginning with the code object; gives DISABLE or anything else. */
export type Callback = (frame: Frame, event: MonitoringEvent, args: readonly Value[]) => Value;

/** A callable of the program's own. `forBoth`: registered for BRANCH, it isn't told of one branch when it has disabled the other. */
export class PythonCallback {
  readonly callable: Value;
  readonly forBoth: boolean;

  constructor(callable: Value, forBoth: boolean) {
    this.callable = callable;
    this.forBoth = forBoth;
  }
}

const TOOLS = 8;
const ALL_TOOLS = 0xff;
const ALL_EVENTS = MonitoringEvent.BRANCH + 1;
const UNGROUPED_EVENTS = MonitoringEvent.C_RETURN;

/** Their names, by number. */
export const eventNames: readonly string[] =
  'PY_START PY_RESUME PY_RETURN PY_YIELD CALL LINE INSTRUCTION JUMP BRANCH_LEFT BRANCH_RIGHT STOP_ITERATION RAISE EXCEPTION_HANDLED PY_UNWIND PY_THROW RERAISE C_RETURN C_RAISE BRANCH'.split(
    ' ',
  );

/**
 * Who is told of what happens in Python code (Python/instrumentation.c of 3.14): sys.monitoring's tools, and sys.settrace() and
 * sys.setprofile(). There are traps in the programs that run while somebody wants to be told of something in them. Frames tell of
 * themselves by running out of fuel.
 */
export class Monitoring {
  /** By tool, by event. */
  readonly callbacks: (Callback | PythonCallback | undefined)[][] = Array.from({ length: TOOLS }, () =>
    new Array<undefined>(ALL_EVENTS).fill(undefined),
  );
  /** By event: the tools that want it of all code. */
  private readonly everywhere = new Uint8Array(UNGROUPED_EVENTS);
  private readonly programs = new Map<Program, InstrumentedProgram>();
  private readonly calls = new Map<Frame, MonitoredCall>();
  /** A frame whose callee an exception has just left. */
  private leftFor: Frame | undefined = undefined;
  /** Offset at which the exception on its way was raised, in the frame that it is in. */
  private raisedAt = 0;

  // For tools.

  /** The events that a tool wants of all code, as bits. */
  eventsOf(tool: number): number {
    return bitsOf(this.everywhere, tool);
  }

  setEvents(tool: number, events: number): void {
    if (this.eventsOf(tool) === events) return;
    setBits(this.everywhere, tool, events);
    this.update();
  }

  localEventsOf(tool: number, code: PyCode): number {
    const program = code.program && this.programs.get(code.program);
    return program === undefined ? 0 : bitsOf(program.local, tool);
  }

  setLocalEvents(tool: number, code: PyCode, events: number): void {
    const program = this.instrumented(programOf(code));
    if (bitsOf(program.local, tool) === events) return;
    setBits(program.local, tool, events);
    this.update();
  }

  /** Takes away all that a tool has asked for (_PyMonitoring_ClearToolId). */
  clear(tool: number): void {
    this.callbacks[tool].fill(undefined);
    setBits(this.everywhere, tool, 0);
    for (const program of this.programs.values()) setBits(program.local, tool, 0);
    this.update();
  }

  restart(): void {
    for (const program of this.programs.values()) program.restart();
  }

  /** The tools that want each event of all code; 0 for most. */
  toolsByEvent(): Uint8Array {
    return this.everywhere;
  }

  // For the run loop.

  /** A frame is entered, or goes on: fuel has run out. */
  entered(frame: Frame): void {
    if (!this.wantsAll) return;
    vm.interruptFuel();
    this.instrumented(frame.program).update(this.everywhere);
  }

  /** Whether frames must tell of themselves. */
  get wantsAll(): boolean {
    return this.everywhere.some((tools) => tools !== 0);
  }

  /** The instruction at frame.index is about to run. */
  hit(frame: Frame): void {
    const program = this.programs.get(frame.program);
    if (program === undefined) return;
    const { index } = frame;
    const kinds = program.places.kinds[index];
    if (!vm.thread.tracers.busy) this.tell(frame, program, kinds);
    if (frame.index !== index) this.jumped(frame);
    else if (kinds & Place.LEADS_TO_LINE && program.wantsLines()) extraOf(frame).previous = index;
  }

  /** An exception was raised in this frame, or has come to it; gives the one that goes on. */
  raised(frame: Frame, exception: PyBaseException): PyBaseException {
    const isPassed = this.leftFor === frame;
    this.leftFor = undefined;
    if (vm.thread.tracers.busy || isNativeWait(frame)) return exception;
    this.raisedAt = raisingOffset(frame, isPassed);
    return this.safely(exception, () => {
      const call = this.calls.get(frame);
      this.calls.delete(frame);
      if (call !== undefined) this.sendCall(frame, MonitoringEvent.C_RAISE, call);
      this.send(frame, MonitoringEvent.RAISE, this.everywhere[MonitoringEvent.RAISE], [this.raisedAt, exception]);
    });
  }

  /** An exception is raised again by the instruction at `index`. */
  reraised(frame: Frame, exception: PyBaseException, index: number): PyBaseException {
    if (vm.thread.tracers.busy || index < 0 || !isReraise(frame.program.pristine[index])) return exception;
    this.raisedAt = frame.program.offsets[index];
    const tools = this.everywhere[MonitoringEvent.RERAISE];
    return this.safely(exception, () => this.send(frame, MonitoringEvent.RERAISE, tools, [this.raisedAt, exception]));
  }

  /** The handler at `index` will have the exception; gives it, or another that has come up. */
  handled(frame: Frame, exception: PyBaseException, index: number): PyBaseException {
    const { program } = frame;
    const extra = extraOf(frame);
    // What a RESUME is followed by begins a line, as long as it is a RESUME.
    const isResume = extra.unseen >= 0 && !this.programs.get(program)?.checkedResumes.has(frame.ip);
    extra.previous = isResume ? -1 : frame.index;
    let handled = exception;
    if (!vm.thread.tracers.busy) {
      const tools = this.everywhere[MonitoringEvent.EXCEPTION_HANDLED];
      handled = this.safely(exception, () =>
        this.send(frame, MonitoringEvent.EXCEPTION_HANDLED, tools, [program.offsets[index], exception]),
      );
    }
    extra.unseen = -1;
    return handled;
  }

  /** An exception leaves this frame; gives the one that goes on. */
  unwinds(frame: Frame, exception: PyBaseException): PyBaseException {
    const { back, onReturn } = frame;
    const isInlined = onReturn === Return.VALUE || onReturn === Return.SEND;
    let left = exception;
    if (!vm.thread.tracers.busy && !isNativeWait(frame)) {
      const tools = this.everywhere[MonitoringEvent.PY_UNWIND];
      left = this.safely(exception, () =>
        this.send(frame, MonitoringEvent.PY_UNWIND, tools, [this.raisedAt, exception]),
      );
    }
    if (frame.extra !== undefined) frame.extra.unseen = -1;
    this.leftFor = isInlined ? back : undefined;
    return left;
  }

  /** An exception is thrown into a generator, where it stands. */
  thrown(frame: Frame, exception: PyBaseException): PyBaseException {
    const { index, program } = frame;
    const offset = index < 0 ? 0 : program.offsets[index] + program.suspendedLasti;
    // Targets with a block stack have no RESUME.
    if (!program.blockStack) extraOf(frame).unseen = offset;
    if (vm.thread.tracers.busy) return exception;
    const tools = this.everywhere[MonitoringEvent.PY_THROW];
    return this.safely(exception, () => this.send(frame, MonitoringEvent.PY_THROW, tools, [offset, exception]));
  }

  private safely(exception: PyBaseException, action: () => void): PyBaseException {
    try {
      action();
      return exception;
    } catch (error) {
      return pythonException(error);
    }
  }

  // What there is to tell at an instruction, in CPython's order.

  private tell(frame: Frame, program: InstrumentedProgram, kinds: number): void {
    const { index } = frame;
    if (kinds & Place.AFTER_CALL) this.callReturns(frame);
    let resumed = MonitoringEvent.NONE;
    if (kinds & Place.RESUME) resumed = MonitoringEvent.PY_RESUME;
    else if (kinds & Place.START && isFirst(frame, program)) resumed = MonitoringEvent.PY_START;
    if (resumed !== MonitoringEvent.NONE) {
      if (program.toolsFor(index, resumed) === 0) program.checkedResumes.add(index);
      else program.checkedResumes.delete(index);
      this.begins(frame, program, resumed);
    }
    if (frame.index === index && kinds & Place.AFTER_FOR_ITER) this.nextValue(frame, program);
    if (frame.index === index && kinds & Place.ASYNC_VALUE) this.asyncValue(frame, program);
    if (frame.index === index && kinds & Place.LINE) this.line(frame, program, resumed);
    if (frame.index === index) this.instruction(frame, program);
    if (frame.index === index) this.operation(frame, program, kinds);
  }

  private operation(frame: Frame, program: InstrumentedProgram, kinds: number): void {
    const { index, stack, sp } = frame;
    const { offsets } = frame.program;
    if (kinds & Place.RETURN) this.sendAt(frame, program, MonitoringEvent.PY_RETURN, offsets[index], stack[sp - 1]);
    if (kinds & Place.YIELD) this.sendAt(frame, program, MonitoringEvent.PY_YIELD, offsets[index], stack[sp - 1]);
    if (kinds & Place.CALL) this.calling(frame, program);
    if (kinds & Place.JUMP) {
      this.sendAt(frame, program, MonitoringEvent.JUMP, offsets[index], program.places.destinationOf(index));
    }
    if (kinds & Place.BRANCH) this.conditional(frame, program);
    if (kinds & (Place.FOR_ITER | Place.SEND)) vm.stopRaised = undefined;
    if (kinds & Place.POP_ITER) this.loopEnds(frame, program);
    if (kinds & Place.END_ASYNC_FOR) this.asyncLoopEnds(frame, program);
    if (kinds & Place.END_SEND) this.delegateEnds(frame, program);
  }

  /** A call, or a generator that goes on, is told of at the RESUME. */
  private begins(frame: Frame, program: InstrumentedProgram, event: MonitoringEvent): void {
    const { ip, index } = frame;
    const tools = program.toolsFor(index, event);
    if (tools === 0) return;
    const extra = extraOf(frame);
    frame.ip = event === MonitoringEvent.PY_START ? 0 : ip - 1;
    const shown = frame.ip;
    const resume = program.places.resumeBefore(index);
    if (!frame.program.blockStack) extra.unseen = resume;
    // Where this fails, the exception is raised at the RESUME.
    this.send(frame, event, tools, [resume], program, index);
    if (frame.ip !== shown) return;
    frame.ip = ip;
    extra.unseen = -1;
  }

  private line(frame: Frame, program: InstrumentedProgram, resumed: MonitoringEvent): void {
    const { index } = frame;
    const line = lineOf(frame.program, index);
    if (resumed !== MonitoringEvent.NONE) {
      // A RESUME that is told of doesn't begin the line, but one that isn't does: RESUME_CHECK has taken its place.
      const resume = program.places.resumeBefore(index);
      if (program.checkedResumes.has(index) && frame.program.lineOfUnit(resume >> 1) === line) return;
    } else if (program.places.depends[index]) {
      const previous = frame.extra?.previous ?? -1;
      if (previous >= 0 && lineOf(frame.program, previous) === line) return;
    }
    this.send(frame, MonitoringEvent.LINE, program.toolsFor(index, MonitoringEvent.LINE), [line], program, index);
  }

  private instruction(frame: Frame, program: InstrumentedProgram): void {
    const { index } = frame;
    const { offsets } = frame.program;
    const tools = program.toolsFor(index, MonitoringEvent.INSTRUCTION);
    // Several of our instructions may be one of CPython's; and END_FOR never runs.
    if (tools === 0 || (index > 0 && offsets[index] === offsets[index - 1])) return;
    for (let offset = program.places.startOf(index); offset <= offsets[index] && frame.index === index; offset += 2) {
      this.send(frame, MonitoringEvent.INSTRUCTION, tools, [offset], program, index);
    }
  }

  private calling(frame: Frame, program: InstrumentedProgram): void {
    const { index } = frame;
    const tools = program.toolsFor(index, MonitoringEvent.CALL);
    if (tools === 0) return;
    const call = callAt(frame);
    this.sendCall(frame, MonitoringEvent.CALL, call, program);
    if (call.native) this.calls.set(frame, call);
  }

  /** The call of a native function that this frame was at has come back. */
  private callReturns(frame: Frame): void {
    const call = this.calls.get(frame);
    if (call === undefined) return;
    this.calls.delete(frame);
    const { ip } = frame;
    frame.ip = ip - 1;
    try {
      this.sendCall(frame, MonitoringEvent.C_RETURN, call);
    } finally {
      frame.ip = ip;
    }
  }

  private sendCall(frame: Frame, event: MonitoringEvent, call: MonitoredCall, program?: InstrumentedProgram): void {
    const { index } = frame;
    const instrumented = program ?? this.programs.get(frame.program);
    const tools = instrumented?.toolsFor(index, MonitoringEvent.CALL) ?? 0;
    const args = [frame.program.offsets[index], call.callable, call.argument ?? MISSING];
    this.send(frame, event, tools, args, program, index);
  }

  /** A conditional jump: to the right where it jumps; to the left where it doesn't, by a NOT_TAKEN, which no Program has. */
  private conditional(frame: Frame, program: InstrumentedProgram): void {
    const { index, stack, sp } = frame;
    const { places } = program;
    const offset = frame.program.offsets[index];
    if (isTaken(frame.program.pristine[index], stack[sp - 1] as Value)) {
      this.sendAt(frame, program, MonitoringEvent.BRANCH_RIGHT, offset, places.destinationOf(index));
      return;
    }
    const notTaken = places.notTakenAfter(index);
    if (notTaken === undefined) return;
    const live = program.toolsFor(index, MonitoringEvent.BRANCH_RIGHT);
    this.notTaken(frame, program, notTaken, this.sourceOf(frame, program, offset, notTaken), live);
  }

  private notTaken(frame: Frame, program: InstrumentedProgram, offset: number, source: number, live = ALL_TOOLS): void {
    const { index } = frame;
    const tools = program.toolsFor(index, MonitoringEvent.INSTRUCTION);
    if (tools === 0 && program.toolsFor(index, MonitoringEvent.BRANCH_LEFT) === 0) return;
    const extra = extraOf(frame);
    extra.unseen = offset;
    this.send(frame, MonitoringEvent.INSTRUCTION, tools, [offset], program, index);
    this.sendAt(frame, program, MonitoringEvent.BRANCH_LEFT, source, offset + 2, live);
    if (frame.index === index) extra.unseen = -1;
  }

  /** A FOR_ITER has given another value. */
  private nextValue(frame: Frame, program: InstrumentedProgram): void {
    const { index, ip } = frame;
    const { offsets } = frame.program;
    if (program.toolsFor(index, MonitoringEvent.BRANCH_LEFT) === 0) return;
    const shown = ip - 1;
    frame.ip = shown;
    try {
      const args = [offsets[index - 1], program.places.endOf(index - 1)];
      const tools = program.toolsFor(index, MonitoringEvent.BRANCH_LEFT);
      this.send(frame, MonitoringEvent.BRANCH_LEFT, tools, args, program, index);
    } finally {
      if (frame.ip === shown) frame.ip = ip;
    }
  }

  private loopEnds(frame: Frame, program: InstrumentedProgram): void {
    const { index } = frame;
    const loop = program.places.endedBy.get(index);
    if (loop === undefined) return;
    if (isInlined(frame, program, loop)) {
      const stop = vm.stopRaised ?? stopIteration(null);
      vm.stopRaised = undefined;
      this.sendAt(frame, program, MonitoringEvent.STOP_ITERATION, frame.program.offsets[index] - 2, stop);
    } else this.stopRaised(frame, loop, vm.stopRaised);
    const source = this.sourceOf(frame, program, frame.program.offsets[loop], frame.program.offsets[index]);
    const live = program.toolsFor(loop + 1, MonitoringEvent.BRANCH_LEFT);
    this.sendAt(frame, program, MonitoringEvent.BRANCH_RIGHT, source, program.places.endOf(index), live);
  }

  private asyncValue(frame: Frame, program: InstrumentedProgram): void {
    const { index } = frame;
    const notTaken = program.places.notTakenAfter(index - 1) as number;
    const isLine = program.toolsFor(index, MonitoringEvent.LINE) !== 0;
    const end = frame.program.offsets[index - 1];
    this.notTaken(frame, program, notTaken, isLine ? notTaken : this.sourceOf(frame, program, end, notTaken));
  }

  /** Where a branch seems to come from that isn't told of by the instruction that takes it: when instructions are told of, from itself. */
  private sourceOf(frame: Frame, program: InstrumentedProgram, source: number, own: number): number {
    return program.toolsFor(frame.index, MonitoringEvent.INSTRUCTION) === 0 ? source : own;
  }

  private asyncLoopEnds(frame: Frame, program: InstrumentedProgram): void {
    const { index } = frame;
    const end = program.places.endOf(index);
    const source = end - 2 * frame.program.args[index];
    this.sendAt(frame, program, MonitoringEvent.BRANCH_RIGHT, source, end);
  }

  /** The end of a delegation: a generator tells of it by a StopIteration that nobody raises (monitor_stop_iteration). */
  private delegateEnds(frame: Frame, program: InstrumentedProgram): void {
    const { index, stack, sp } = frame;
    const receiver = stack[sp - 2] as Value;
    const value = stack[sp - 1] as Value;
    if (receiver instanceof PyGenerator && receiver.type !== asyncGeneratorType) {
      const offset = frame.program.offsets[index];
      this.sendAt(frame, program, MonitoringEvent.STOP_ITERATION, offset, stopIteration(value));
      return;
    }
    const send = program.places.endedBy.get(index);
    if (send === undefined) return;
    const isRaised = value !== null || raisesStopIteration.has(typeOf(receiver).tp_name);
    this.stopRaised(frame, send, vm.stopRaised ?? (isRaised ? stopIteration(value) : undefined));
  }

  /** A StopIteration has ended the loop or delegation at `index`. */
  private stopRaised(frame: Frame, index: number, exception: PyBaseException | undefined): void {
    vm.stopRaised = undefined;
    if (exception === undefined) return;
    const { ip } = frame;
    frame.ip = index + 1;
    try {
      const offset = frame.program.offsets[index];
      this.send(frame, MonitoringEvent.RAISE, this.everywhere[MonitoringEvent.RAISE], [offset, exception]);
    } finally {
      frame.ip = ip;
    }
  }

  // Sending.

  private sendAt(
    frame: Frame,
    program: InstrumentedProgram,
    event: MonitoringEvent,
    offset: number,
    value: Value | undefined,
    live = ALL_TOOLS,
  ): void {
    const tools = program.toolsFor(frame.index, event);
    if (tools !== 0) this.send(frame, event, tools, [offset, value as Value], program, frame.index, live);
  }

  /**
   * Tells tools, the last one first. Those that want no more of it are left out from then on, at this instruction of the program.
   * `live`: those that haven't disabled the other branch, at the instruction that both come from.
   */
  private send(
    frame: Frame,
    event: MonitoringEvent,
    tools: number,
    details: readonly Value[],
    program?: InstrumentedProgram,
    index = 0,
    live = ALL_TOOLS,
  ): void {
    if (tools === 0) return;
    const args = [frame.code, ...details];
    for (let tool = TOOLS - 1; tool >= 0; tool--) {
      if ((tools & (1 << tool)) === 0) continue;
      const callback = this.callbacks[tool][event];
      if (callback === undefined) continue;
      const isOver = callback instanceof PythonCallback && callback.forBoth && (live & (1 << tool)) === 0;
      if (!isOver && this.call(callback, frame, event, args) !== DISABLE) continue;
      if (event >= LOCAL_EVENTS) {
        this.callbacks[tool][event] = undefined;
        throw valueError(`Cannot disable ${eventNames[event]} events. Callback removed.`);
      }
      program?.disable(index, event, tool);
    }
  }

  private call(
    callback: Callback | PythonCallback,
    frame: Frame,
    event: MonitoringEvent,
    args: readonly Value[],
  ): Value {
    const { tracers } = vm.thread;
    tracers.busy = true;
    tracers.event = event;
    tracers.frame = frame;
    try {
      if (callback instanceof PythonCallback) return callWith(callback.callable, [...args], undefined);
      return callback(frame, event, args);
    } finally {
      tracers.busy = false;
      tracers.event = MonitoringEvent.NONE;
      tracers.frame = undefined;
    }
  }

  /** It has been made to jump: what follows is told as far as the jump went back to the frame's beginning. */
  private jumped(frame: Frame): void {
    const { extra, program } = frame;
    if (extra === undefined || extra.unseen < 0) return;
    extra.unseen = -1;
    frame.ip = program.entry + 1;
    this.hit(frame);
  }

  // Programs.

  private instrumented(program: Program): InstrumentedProgram {
    let instrumented = this.programs.get(program);
    if (instrumented === undefined) {
      instrumented = new InstrumentedProgram(program);
      this.programs.set(program, instrumented);
    }
    return instrumented;
  }

  /** What tools want has changed: sees to the traps, also of what runs already, and to whether anybody must be told at all. */
  private update(): void {
    if (this.wantsAll) this.instrumentRunning();
    for (const [program, instrumented] of this.programs) {
      instrumented.update(this.everywhere);
      if (!instrumented.isInUse) this.programs.delete(program);
    }
    vm.monitoring = this.programs.size > 0 || this.wantsAll ? this : undefined;
    if (vm.monitoring === undefined) this.calls.clear();
    else vm.interruptFuel();
  }

  private instrumentRunning(): void {
    for (const thread of vm.threads) {
      for (let frame = thread === vm.thread ? vm.frame : thread.frame; frame !== undefined; frame = frame.back) {
        if (this.programs.has(frame.program) || isNativeWait(frame)) continue;
        this.instrumented(frame.program);
        const extra = extraOf(frame);
        extra.previous = frame.index;
        extra.started = frame.index >= frame.program.entry;
      }
    }
  }
}

addRoot(() => vm.monitors);

/** The tools of this interpreter. */
export function monitors(): Monitoring {
  vm.monitors ??= new Monitoring();
  return vm.monitors;
}

/** A new interpreter begins without tools. */
export function resetMonitors(): void {
  vm.monitors = undefined;
  vm.monitoring = undefined;
}

/**
 * Whether the loop that ends here has resumed a generator itself: CPython's FOR_ITER does, as soon as it is specialised, unless it is told of.
 * Then the generator's end is told of by the END_FOR, which no Program runs.
 */
function isInlined({ stack, sp, program: { blockStack } }: Frame, program: InstrumentedProgram, loop: number): boolean {
  const iterator = stack[sp - 1];
  if (!(iterator instanceof PyGenerator) || iterator.type !== generatorType || blockStack) return false;
  const { kinds } = program.places;
  return (
    (!(kinds[loop] & Place.LINE) || program.toolsFor(loop, MonitoringEvent.LINE) === 0) &&
    program.toolsFor(loop, MonitoringEvent.INSTRUCTION) === 0 &&
    program.toolsFor(loop + 1, MonitoringEvent.BRANCH_LEFT) === 0
  );
}

/** Whether a frame is at its first instruction for the first time. */
function isFirst(frame: Frame, { places }: InstrumentedProgram): boolean {
  if (!places.entryRepeats) return true;
  const extra = extraOf(frame);
  if (extra.started) return false;
  extra.started = true;
  return true;
}

function bitsOf(toolsByEvent: Uint8Array, tool: number): number {
  let events = 0;
  toolsByEvent.forEach((tools, event) => {
    events |= ((tools >> tool) & 1) << event;
  });
  return events;
}

function setBits(toolsByEvent: Uint8Array, tool: number, events: number): void {
  for (let event = 0; event < toolsByEvent.length; event++) {
    toolsByEvent[event] = (toolsByEvent[event] & ~(1 << tool)) | (((events >> event) & 1) << tool);
  }
}

/** Iterators written in C that end by a StopIteration even without a value. */
const raisesStopIteration: ReadonlySet<string> = new Set([
  'async_generator_asend',
  'async_generator_athrow',
  'anext_awaitable',
  '_asyncio.FutureIter',
]);

function isTaken(opcode: Opcode, value: Value): boolean {
  switch (opcode) {
    case Opcode.POP_JUMP_IF_FALSE:
      return value === false;
    case Opcode.POP_JUMP_IF_TRUE:
      return value === true;
    case Opcode.POP_JUMP_IF_NONE:
      return value === null;
    default:
      return value !== null;
  }
}

const isReraise = (opcode: Opcode): boolean =>
  opcode === Opcode.RERAISE ||
  opcode === Opcode.RAISE_VARARGS ||
  opcode === Opcode.END_ASYNC_FOR ||
  opcode === Opcode.CLEANUP_THROW ||
  opcode === Opcode.END_FINALLY_38 ||
  opcode === Opcode.END_ASYNC_FOR_38;

/** next_instr - 1 where CPython raises: the last cache of the instruction, or what stands before a call that is passed. */
function raisingOffset(frame: Frame, isPassed: boolean): number {
  const { program, index } = frame;
  if (index < 0) return 0;
  const opcode: Opcode = program.pristine[index];
  const offset = program.offsets[index];
  if (isPassed && (isCall(opcode) || opcode === Opcode.SEND)) return offset - 2;
  return program.blockStack ? offset : placesOf(program).endOf(index) - 2;
}
