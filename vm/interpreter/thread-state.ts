import type { PyContext } from '../modules/contextvars.ts';
import type { PyBaseException } from '../objects/exception.ts';
import type { Value } from '../objects/object.ts';
import type { Frame } from './frame.ts';
import type { Tracers } from './tracing.ts';

/** One level of `sys.exc_info()`: the exception being handled by a thread or a generator (CPython's _PyErr_StackItem). */
export class HandledException {
  value: PyBaseException | null = null;
  previous: HandledException | undefined = undefined;
}

/**
 * What belongs to one Python thread (CPython's PyThreadState). `vm.thread` is the one that runs. The run loop keeps what it
 * uses all the time in `vm` itself; `frame`, `depth`, `handled` and `stopValue` here hold it while the thread stands still.
 */
export class ThreadState {
  /** threading.get_ident(). */
  readonly ident: number;
  frame: Frame | undefined = undefined;
  depth = 0;
  handled = new HandledException();
  stopValue: Value = null;
  /** The current context; made when first needed. */
  context: PyContext | undefined = undefined;
  /** sys.set_asyncgen_hooks(). */
  asyncGenFirstIter: Value = null;
  asyncGenFinalizer: Value = null;
  originTrackingDepth = 0;
  /** asyncio's running event loop, and the task that it runs; None where there is none. */
  runningLoop: Value = null;
  runningTask: Value = null;

  readonly tracers: Tracers = { trace: null, profile: null, busy: false };

  constructor(ident: number) {
    this.ident = ident;
  }
}
