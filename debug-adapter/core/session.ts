import { isInLibrary } from '../../vm/importing/library-path.ts';
import type { Debugging, DebugHooks } from '../../vm/interpreter/debugging.ts';
import type { Frame } from '../../vm/interpreter/frame.ts';
import type { Program } from '../../vm/interpreter/program.ts';
import type { PyBaseException } from '../../vm/objects/exception.ts';
import type { Value } from '../../vm/objects/object.ts';
import type { Breakpoints } from './breakpoints.ts';
import type { Channel, DebuggerRequest } from './channel.ts';
import { DebuggerError } from './errors.ts';
import type { Evaluator } from './evaluate.ts';
import type { ExceptionFilters } from './exceptions.ts';
import type { Units } from './inventory.ts';
import { lineStarts } from './lines.ts';
import type { Debugger, SourceInfo, StepKind, StopInfo } from './model.ts';
import { Step } from './stepping.ts';
import { TrapSet, type Traps } from './traps.ts';
import { flushOutput } from './vm-port.ts';

/** What the program is doing. */
export type SessionState = 'loading' | 'running' | 'stopped' | 'over';

/** Why and where the program stands still. */
export interface Stop {
  readonly info: StopInfo;
  /** Undefined when no Python code runs: it waits outside. */
  readonly frame: Frame | undefined;
  /** The exception at which it stopped; `uncaught` when the frames it went through are over. */
  readonly exception: PyBaseException | undefined;
  readonly uncaught: boolean;
  /** Only before an instruction can the frame be made to go on elsewhere; not where it raises or suspends, or waits for a call. */
  readonly stands: 'before an instruction' | 'at an event' | 'in a call';
}

/**
 * The debugger's state machine. It runs in the VM's thread, called from inside the run loop, and holds the program by not
 * returning: while it is stopped, `hold` answers requests.
 */
export class Session {
  state: SessionState = 'loading';
  stop: Stop | undefined = undefined;
  step: Step | undefined = undefined;
  pauseRequested = false;
  /** The program that stops before its first line. */
  entryPath: string | undefined;
  justMyCode = true;
  /** The program reads from its stdin, and what it wants isn't there yet. */
  waitsForInput = false;

  private readonly channel: Channel;
  private readonly units: Units;
  private debugger: Debugger | undefined;
  private debugging!: Debugging;
  private traps!: Traps;
  private breakpoints!: Breakpoints;
  private evaluator!: Evaluator;
  private filters!: ExceptionFilters;
  /** The trap before the program's first line, until it has stopped for the first time. */
  private entry: TrapSet | undefined;
  private readonly backlog: DebuggerRequest[] = [];
  private readonly listeners: (() => void)[] = [];

  constructor(channel: Channel, units: Units) {
    this.channel = channel;
    this.units = units;
  }

  /** Told once, when everything exists: the parts refer to each other. */
  connect(parts: {
    debugger: Debugger;
    debugging: Debugging;
    traps: Traps;
    breakpoints: Breakpoints;
    evaluator: Evaluator;
    filters: ExceptionFilters;
  }): void {
    Object.assign(this, parts);
  }

  /** Called each time the program goes on. */
  onResume(listener: () => void): void {
    this.listeners.push(listener);
  }

  // What the VM calls.

  readonly hooks: DebugHooks = {
    onDecode: (program) => {
      this.breakpoints.decoded(program);
      if (program.code.code.co_filename === this.entryPath) this.armEntry(program);
    },
    onStop: (reason, frame) => {
      if (reason === 'pause') this.pausedAt(frame);
      else this.trapped(frame);
    },
    onRation: () => {
      this.serveMail();
      this.channel.flush();
      return this.pauseRequested;
    },
  };

  /** Whether code is the user's own, in which steps and filters may stop. */
  readonly isOwnCode = (program: Program): boolean => !this.justMyCode || isUserFile(program.code.code.co_filename);

  /** The program's code runs before any function of it: stops at its first line. */
  private armEntry(program: Program): void {
    this.entryPath = undefined;
    const index = lineStarts(program).indices[0];
    if (index === undefined) return;
    this.entry = new TrapSet(this.traps);
    this.entry.add(program, index);
  }

  private trapped(frame: Frame): void {
    const stepped = this.step?.hit(frame) ?? false;
    if (this.step?.wantsEntries && this.hooks.onEntry === undefined) this.updateHooks();
    const reached = this.breakpoints.reached(frame);
    if (reached !== undefined) {
      for (const message of reached.messages) this.log(message, frame);
      if (reached.stops.length > 0) {
        const reason = reached.onlyInstructions ? 'instruction breakpoint' : 'breakpoint';
        this.holdBefore(frame, { reason, description: 'Paused on breakpoint', breakpointIds: reached.stops });
        return;
      }
    }
    if (this.entry !== undefined) {
      this.holdBefore(frame, { reason: 'entry', description: 'Paused on entry' });
    } else if (stepped) {
      this.holdBefore(frame, { reason: 'step', description: 'Paused on step' });
    }
  }

  private pausedAt(frame: Frame): void {
    this.pauseRequested = false;
    this.holdBefore(frame, { reason: 'pause', description: 'Paused' });
  }

  // Stepping.

  /** Lets the program go on until the step from this frame ends. */
  startStep(kind: StepKind, everyInstruction: boolean, frame: Frame): void {
    const { stop } = this;
    this.step = new Step(kind, frame, everyInstruction, this.traps, this.isOwnCode);
    if (stop?.exception !== undefined && stop.frame !== undefined) this.step.raised(stop.frame);
    this.updateHooks();
    this.resume();
  }

  resume(): void {
    this.stop = undefined;
    this.state = 'running';
    for (const listener of this.listeners) listener();
  }

  /** Hooks that cost the program time are there only while somebody needs them. */
  updateHooks(): void {
    const { hooks, step, filters } = this;
    hooks.onRaise =
      step !== undefined || filters.raised !== undefined ? (frame, error) => this.raised(frame, error) : undefined;
    hooks.onSuspend =
      step !== undefined || filters.suspend !== undefined ? (frame, value) => this.suspending(frame, value) : undefined;
    hooks.onEntry = step?.wantsEntries ? (frame) => this.step?.entering(frame) : undefined;
    if (hooks.onEntry !== undefined) this.debugging.watchEntries();
  }

  private raised(frame: Frame, exception: PyBaseException): void {
    this.step?.raised(frame);
    if (!this.filters.stopsAtRaise(frame, exception)) return;
    this.hold(frame, { reason: 'exception', ...this.filters.describe(exception) }, exception);
  }

  private suspending(frame: Frame, value: Value): void {
    this.step?.suspends(frame);
    if (!this.filters.stopsAtSuspension(frame)) return;
    this.hold(frame, { reason: 'suspend', ...this.filters.describeSuspension(frame, value) });
  }

  /** An exception that nothing caught is about to end the program. */
  uncaught(exception: PyBaseException, frame: Frame | undefined): void {
    if (!this.filters.stopsAtUncaught(exception)) return;
    const { description, text } = this.filters.describe(exception);
    this.hold(
      frame,
      { reason: 'exception', description: description.replace('on', 'on uncaught'), text },
      exception,
      true,
    );
  }

  // Holding the program.

  private holdBefore(frame: Frame, info: Omit<StopInfo, 'threadId'>): void {
    this.hold(frame, info, undefined, false, 'before an instruction');
  }

  /** The frame at which the program stands has been made to jump. */
  jumped(): void {
    const { frame } = this.stop as Stop;
    for (const listener of this.listeners) listener();
    const info: StopInfo = { reason: 'goto', description: 'Paused after a jump', threadId: this.units.currentThreadId };
    this.stop = { info, frame, exception: undefined, uncaught: false, stands: 'before an instruction' };
    this.returned = undefined;
    this.channel.send({ event: 'stopped', body: info });
  }

  private hold(
    frame: Frame | undefined,
    info: Omit<StopInfo, 'threadId'>,
    exception?: PyBaseException,
    uncaught = false,
    stands: Stop['stands'] = 'at an event',
  ): void {
    const returned = this.step?.returned;
    this.entry?.clear();
    this.entry = undefined;
    this.endStep();
    this.pauseRequested = false;
    this.state = 'stopped';
    this.stop = { info: { ...info, threadId: this.units.currentThreadId }, frame, exception, uncaught, stands };
    this.returned = returned;
    this.flushOutput();
    this.channel.send({ event: 'stopped', body: this.stop.info });
    while (this.state === 'stopped') {
      if (!this.serveNext()) this.channel.wait();
    }
    this.returned = undefined;
  }
  /** What the step that ended here brought back. */
  returned: Step['returned'] = undefined;

  private flushOutput(): void {
    try {
      this.evaluator.guarded(1, flushOutput);
    } catch (error) {
      // A stream of the program's own making that fails is the program's affair, at its next print.
      if (!(error instanceof DebuggerError)) throw error;
    }
  }

  private endStep(): void {
    if (this.step === undefined) return;
    this.step.end();
    this.step = undefined;
    this.updateHooks();
  }

  /**
   * Waits outside Python code, as in time.sleep() or input(), until `done` or the time is over; requests are answered
   * meanwhile, and a pause holds the program right here.
   */
  idle(done: () => boolean, milliseconds: number, frame: Frame | undefined): void {
    const end = performance.now() + milliseconds;
    this.channel.flush();
    for (;;) {
      this.serveMail();
      if (this.pauseRequested) {
        this.hold(frame, { reason: 'pause', description: 'Paused' }, undefined, false, 'in a call');
      }
      const left = end - performance.now();
      if (done() || left <= 0 || this.evaluator.expired) return;
      this.channel.wait(Math.min(left, 0x7fffffff));
    }
  }

  /** Answers requests until the program is to be started. */
  serveUntilStarted(): void {
    while (this.state === 'loading') if (!this.serveNext()) this.channel.wait();
  }

  serveMail(): void {
    while ((this.backlog.length > 0 || this.channel.hasMail) && this.serveNext());
  }

  /**
   * Asked by the VM now and then: whether code that the debugger runs should be given up, because it takes too long or
   * because the user wants to pause. Other requests wait until it is done.
   */
  interrupted(): boolean {
    if (!this.evaluator.busy) return false;
    while (this.channel.hasMail) {
      const request = this.channel.take();
      if (request === undefined) break;
      if (request.method === 'pause') {
        this.evaluator.cancel();
        this.channel.answer(request.id, undefined);
      } else {
        this.backlog.push(request);
      }
    }
    return this.evaluator.expired;
  }

  private serveNext(): boolean {
    const request = this.backlog.shift() ?? this.channel.take();
    if (request === undefined) return false;
    const { id, method, args } = request;
    try {
      const handler = this.debugger![method] as (...args: readonly unknown[]) => unknown;
      this.channel.answer(id, handler.apply(this.debugger, [...args]));
    } catch (error) {
      if (error instanceof DebuggerError) this.channel.fail(id, error.message);
      else this.channel.fail(id, String(error), (error as Error).stack);
    }
    return true;
  }

  private log(text: string, frame: Frame): void {
    const path = frame.code.code.co_filename;
    const body = {
      category: 'console' as const,
      text,
      source: sourceInfo(path),
      ...(frame.line && { line: frame.line }),
    };
    this.channel.send({ event: 'output', body });
  }
}

/** Files of the bundled library and built-in stages have names that no file of the user's has. */
export function isUserFile(path: string): boolean {
  return originOf(path) !== 'library';
}

export function originOf(path: string): SourceInfo['origin'] {
  if (isInLibrary(path) || path.startsWith('<frozen ')) return 'library';
  return path.startsWith('<') && path.endsWith('>') ? 'string' : 'user';
}

export function sourceInfo(path: string): SourceInfo {
  const origin = originOf(path);
  return { path, name: path.slice(path.lastIndexOf('/') + 1), virtual: origin !== 'user', origin };
}
