import { NodeHost, type NodeHostOptions } from './node-host.ts';

/** What the thread that watches over a program tells it: indices into the shared memory. */
export const enum Notice {
  /** How often Ctrl-C was pressed and not yet noticed. */
  INTERRUPT = 0,
  /** Its time is over. */
  STOP = 1,
}

/** Bytes of the shared memory of notices. */
export const NOTICE_BYTES = 8;

/** The world of this machine for a program in a thread of its own, which another thread may interrupt, asleep or not. */
export class InterruptibleHost extends NodeHost {
  private readonly notices: Int32Array;

  constructor(options: NodeHostOptions, notices: SharedArrayBuffer) {
    super(options);
    this.notices = new Int32Array(notices);
  }

  /** Whether Ctrl-C was pressed since it was last asked. */
  interrupted(): boolean {
    return Atomics.exchange(this.notices, Notice.INTERRUPT, 0) !== 0;
  }

  /** Whether the program's time is over. */
  get stopped(): boolean {
    return Atomics.load(this.notices, Notice.STOP) !== 0;
  }

  override sleep(nanoseconds: bigint): void {
    if (!this.stopped) Atomics.wait(this.notices, Notice.INTERRUPT, 0, Number(nanoseconds) / 1e6);
  }
}

/** Gives a notice to the thread that shares this memory, and wakes it. */
export function notify(notices: SharedArrayBuffer, notice: Notice): void {
  const shared = new Int32Array(notices);
  Atomics.store(shared, notice, 1);
  Atomics.notify(shared, Notice.INTERRUPT);
}
