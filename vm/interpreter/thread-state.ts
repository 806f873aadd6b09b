import type { PyContext } from '../modules/contextvars.ts';
import type { PyBaseException } from '../objects/exception.ts';
import type { KwNames, Value } from '../objects/object.ts';
import type { Frame } from './frame.ts';
import { MonitoringEvent } from './monitoring-event.ts';
import type { Tracers } from './tracing.ts';

/** What a thread waits for. All but `finish` and `cancel` is asked while another thread, or none, runs. */
export interface Wait {
  /** For whoever looks at the thread: 'lock.acquire()'. */
  readonly what: string;
  /** When it ends at the latest, by host.monotonic(); undefined: never. */
  readonly deadline: bigint | undefined;
  /** Whether what it waits for has come. */
  ready(): boolean;
  /** What the waiting call gives, once it is ready or its time is over. May raise. */
  finish(): Value;
  /** The call gives nothing: an exception comes in between. */
  cancel?(): void;
}

/** What a frame that native code started has given, for the run() that will hand it to that code. */
export interface Ended {
  readonly frame: Frame;
  /** Where the native code was called. */
  readonly back: Frame | undefined;
  readonly value: Value;
  readonly exception: PyBaseException | undefined;
}

/** What a new thread is to call. */
export interface ThreadStart {
  readonly callable: Value;
  readonly args: Value[];
  readonly kwNames: KwNames;
  /** Told when the thread has ended, with what it didn't catch. */
  readonly onEnd: (exception: PyBaseException | undefined) => void;
}

/**
 * What belongs to one Python thread (CPython's PyThreadState). `vm.thread` is the one that runs. The run loop keeps what it
 * uses all the time in `vm` itself; `frame`, `depth` and `stopValue` here hold it while the thread stands still.
 */
export class ThreadState {
  /** threading.get_ident(). */
  readonly ident: number;
  /** As given by _thread.set_name(). */
  name = '';
  frame: Frame | undefined = undefined;
  depth = 0;
  /** The exception that it handles outside of generators (exc_state). */
  handled: PyBaseException | null = null;
  stopValue: Value = null;

  /** What it waits for, in a call of the instruction that `frame` is at. */
  wait: Wait | undefined = undefined;
  /** That, while a signal's handler or a finaliser runs in between. */
  interruptedWait: Wait | undefined = undefined;
  /** How many contexts that call has entered by Context.run and will leave. */
  contexts = 0;
  /** Its innermost native code can only go on when the run() that it called is the innermost of all. */
  ended: Ended | undefined = undefined;
  /** Raised in it as soon as it goes on. */
  raised: PyBaseException | undefined = undefined;
  start: ThreadStart | undefined = undefined;
  /** To be done when it has ended. */
  readonly atEnd: (() => void)[] = [];
  /** Whether it has had its first turn. */
  begun = true;
  /** The frame whose end is the thread's. */
  base: Frame | undefined = undefined;

  /** signal.pthread_sigmask(). */
  readonly blockedSignals = new Set<number>();
  /** The current context; made when first needed. */
  context: PyContext | undefined = undefined;
  /** sys.set_asyncgen_hooks(). */
  asyncGenFirstIter: Value = null;
  asyncGenFinalizer: Value = null;
  originTrackingDepth = 0;
  /** asyncio's running event loop, and the task that it runs; None where there is none. */
  runningLoop: Value = null;
  runningTask: Value = null;

  readonly tracers: Tracers = {
    trace: null,
    profile: null,
    busy: false,
    event: MonitoringEvent.NONE,
    frame: undefined,
  };

  constructor(ident: number) {
    this.ident = ident;
  }
}
