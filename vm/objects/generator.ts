import { CodeFlag } from '../../compiler/bytecode/code-object.ts';
import { type Frame, FrameState } from '../interpreter/frame.ts';
import { vm } from '../interpreter/state.ts';
import type { PyBaseException } from './exception.ts';
import {
  asyncGeneratorType,
  coroutineType,
  generatorType,
  inheritPyObject,
  type PyObject,
  type PyType,
  type Value,
} from './object.ts';
import { tupleOf } from './tuple.ts';

/**
 * A generator, coroutine or async generator: an object that owns a frame which is in the call chain only while it runs.
 * `type` tells which of the three.
 */
export class PyGenerator implements PyObject {
  type: PyType;
  /** Undefined once it has finished, which makes gi_frame None. */
  frame: Frame | undefined;
  readonly code: Frame['code'];
  name: Value;
  qualname: Value;
  /** The exception that it handles, which comes before those of its callers while it runs (gi_exc_state). */
  handled: PyBaseException | null = null;
  /** An exception is thrown past it, to its delegate: what it handles itself doesn't count meanwhile. */
  passedBy = false;
  /** cr_origin: who made it, innermost first, when sys.set_coroutine_origin_tracking_depth() asked for it. */
  origin: Value = null;
  /** Async generators: hooks called, a running asend/athrow/aclose, closed. */
  hooksInitialized = false;
  runningAsync = false;
  closed = false;
  finalizer: Value = null;
  /** The finalizer hook has had it. */
  hookCalled = false;
  nextLive: PyGenerator | undefined = undefined;
  previousLive: PyGenerator | undefined = undefined;
  /** Who made it, for the debugger: the code object and line of the frame that called. */
  readonly createdIn: Frame['code'] | undefined;
  private readonly createdAt: number;

  constructor(type: PyType, frame: Frame, name: Value, qualname: Value) {
    this.type = type;
    this.frame = frame;
    this.code = frame.code;
    this.name = name;
    this.qualname = qualname;
    if (vm.thread.originTrackingDepth > 0 && type === coroutineType) this.origin = originOf(frame.back);
    this.createdIn = frame.back?.code;
    this.createdAt = frame.back?.index ?? -1;
    this.previousLive = vm.lastGenerator;
    if (vm.lastGenerator === undefined) vm.firstGenerator = this;
    else vm.lastGenerator.nextLive = this;
    vm.lastGenerator = this;
    if (++vm.generatorCount > vm.collectAt) vm.endRation();
  }

  /** The line that made it; 0 when no Python code did. */
  get createdAtLine(): number {
    const { createdIn, createdAt } = this;
    if (createdIn === undefined) return 0;
    return createdAt < 0 ? createdIn.code.co_firstlineno : Math.max(0, createdIn.program?.lineOf(createdAt) ?? 0);
  }

  /** gi_running. */
  get running(): boolean {
    return this.frame?.state === FrameState.EXECUTING;
  }

  /** gi_suspended. */
  get suspended(): boolean {
    const state = this.frame?.state;
    return state === FrameState.SUSPENDED || state === FrameState.SUSPENDED_YIELD_FROM;
  }

  /** gi_yieldfrom, cr_await, ag_await: whom it delegates to. */
  get delegate(): Value {
    const frame = this.frame;
    if (frame?.state !== FrameState.SUSPENDED_YIELD_FROM) return null;
    return frame.stack[frame.sp - 1] ?? null;
  }

  /** Ends its life: gi_frame becomes None, and it leaves the list of live ones. */
  finish(): void {
    if (this.frame === undefined) return;
    this.frame.state = FrameState.COMPLETED;
    this.frame.generator = undefined;
    this.frame = undefined;
    this.handled = null;
    this.unlink();
  }

  private unlink(): void {
    if (this.previousLive === undefined) vm.firstGenerator = this.nextLive;
    else this.previousLive.nextLive = this.nextLive;
    if (this.nextLive === undefined) vm.lastGenerator = this.previousLive;
    else this.nextLive.previousLive = this.previousLive;
    this.nextLive = undefined;
    this.previousLive = undefined;
    vm.generatorCount--;
  }
}

inheritPyObject(PyGenerator);

/** cr_origin: file, line and function of the callers, innermost first (compute_cr_origin). */
function originOf(creator: Frame | undefined): Value {
  const origin: Value[] = [];
  for (let frame = creator; frame !== undefined && origin.length < vm.thread.originTrackingDepth; frame = frame.back) {
    const { co_filename, co_name } = frame.code.code;
    origin.push(tupleOf([co_filename, frame.line ?? null, co_name]));
  }
  return tupleOf(origin);
}

/** Which of the three a call of this code makes. */
export function generatorTypeOf(flags: number): PyType {
  if (flags & CodeFlag.CO_COROUTINE) return coroutineType;
  if (flags & CodeFlag.CO_ASYNC_GENERATOR) return asyncGeneratorType;
  return generatorType;
}
