import { CodeFlag, type CodeObject } from '../../compiler/bytecode/code-object.ts';
import { type SuspensionKind, type SuspensionPoint, suspensionPoints } from '../../compiler/bytecode/suspension.ts';
import { type PythonThread, pythonThreads } from '../../vm/interpreter/debugging.ts';
import { type Frame, FrameState } from '../../vm/interpreter/frame.ts';
import { Opcode } from '../../vm/interpreter/opcode.ts';
import type { Program } from '../../vm/interpreter/program.ts';
import type { PyGenerator } from '../../vm/objects/generator.ts';
import type { UnitKind, UnitState } from './model.ts';
import { taskName, taskOf } from './tasks.ts';

/** The program's main thread; its other threads, and every generator and coroutine, have numbers after it. */
const MAIN_THREAD = 1;

/** Numbers Python's threads, and generators and coroutines as threads, for as long as they live. */
export class Units {
  private readonly threads = new Map<number, number>();
  private readonly ids = new WeakMap<PyGenerator, number>();
  private readonly byId = new Map<number, WeakRef<PyGenerator>>();
  private readonly live: () => readonly PyGenerator[];
  private nextId = MAIN_THREAD + 1;

  /** `live` gives what the program can still reach, oldest first. */
  constructor(live: () => readonly PyGenerator[]) {
    this.live = live;
  }

  all(): readonly PyGenerator[] {
    return this.live();
  }

  /** Those that wait, and so have a thread to show. */
  waiting(isOwnCode: (program: Program) => boolean): PyGenerator[] {
    return this.live().filter(({ frame }) => {
      return frame !== undefined && frame.state !== FrameState.EXECUTING && isOwnCode(frame.program);
    });
  }

  idOf(unit: PyGenerator): number {
    let id = this.ids.get(unit);
    if (id === undefined) {
      id = this.nextId++;
      this.ids.set(unit, id);
      this.byId.set(id, new WeakRef(unit));
    }
    return id;
  }

  /** The number of a Python thread. */
  threadId(thread: PythonThread): number {
    if (thread.isMain) return MAIN_THREAD;
    let id = this.threads.get(thread.ident);
    if (id === undefined) {
      id = this.nextId++;
      this.threads.set(thread.ident, id);
    }
    return id;
  }

  /** The number of the Python thread that runs, or stopped. */
  get currentThreadId(): number {
    const current = pythonThreads().find(({ isCurrent }) => isCurrent);
    return current === undefined ? MAIN_THREAD : this.threadId(current);
  }

  /** The unit with a number, if it has not finished. */
  unit(id: number): PyGenerator | undefined {
    const unit = this.byId.get(id)?.deref();
    if (unit?.frame === undefined) this.byId.delete(id);
    return unit?.frame === undefined ? undefined : unit;
  }
}

export function kindOf(unit: PyGenerator): UnitKind {
  const flags = unit.code.code.co_flags;
  if (flags & CodeFlag.CO_COROUTINE) return 'coroutine';
  return flags & CodeFlag.CO_ASYNC_GENERATOR ? 'async generator' : 'generator';
}

export function stateOf(unit: PyGenerator): UnitState {
  switch (unit.frame?.state) {
    case undefined:
    case FrameState.COMPLETED:
      return 'closed';
    case FrameState.CREATED:
      return 'created';
    case FrameState.EXECUTING:
      return 'running';
    default:
      // A generator function's frame has run as far as RETURN_GENERATOR when it is made.
      return hasStarted(unit.frame!) ? 'suspended' : 'created';
  }
}

function hasStarted(frame: Frame): boolean {
  return frame.index >= 0 && frame.program.pristine[frame.index] !== Opcode.RETURN_GENERATOR;
}

/** Such as «generator co_process · at yield, line 12», or of a task «task tea: cook · at await, line 20»: side bars are narrow. */
export function threadName(unit: PyGenerator): string {
  const task = taskOf(unit);
  const name = `${task === undefined ? kindOf(unit) : `task ${taskName(task)}:`} ${unit.code.code.co_qualname}`;
  const frame = unit.frame;
  const state = stateOf(unit);
  if (frame === undefined || state === 'closed') return `${name} · closed`;
  if (state === 'created') return `${name} · not started, made in line ${unit.createdAtLine || frame.line}`;
  if (state === 'running') return `${name} · running`;
  return `${name} · at ${suspensionPoint(frame)}, line ${frame.line}`;
}

/** Such as «MainThread», or of a thread that waits «Thread-1 (work) · waits in lock.acquire()». */
export function pythonThreadName({ name, isCurrent, waitsFor }: PythonThread): string {
  return isCurrent || waitsFor === undefined ? name : `${name} · waits in ${waitsFor}`;
}

const pointsOf = new WeakMap<CodeObject, readonly SuspensionPoint[]>();

/** What makes the frame suspend where it stands, or is about to. */
export function suspensionPoint(frame: Frame): SuspensionKind {
  const { code } = frame.code;
  let points = pointsOf.get(code);
  if (points === undefined) {
    points = suspensionPoints(code);
    pointsOf.set(code, points);
  }
  // f_lasti of a suspended frame is that of the instruction before or behind in some versions.
  const { lasti } = frame;
  return points.find(({ offset }) => Math.abs(offset - lasti) <= 2)?.kind ?? 'yield';
}
