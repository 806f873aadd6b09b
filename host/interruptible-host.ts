import { NodeHost, type NodeHostOptions } from './node-host.ts';
import { Notice } from './notices.ts';

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
