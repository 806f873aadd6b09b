import type { MessagePort } from 'node:worker_threads';
import type { DebuggerEvent } from '../core/model.ts';

/** Words of the Int32Array that the adapter and the VM's thread share. */
export const enum Word {
  /** Not zero when the adapter has posted something; the VM reads it whenever its fuel runs out. */
  ATTENTION = 0,
  /** Characters of output that were posted and not yet written to the client. */
  OUTPUT_IN_FLIGHT = 1,
  COUNT = 2,
}

/** The VM waits while this many characters of output are on their way, so that a fast printer can't fill the memory. */
export const OUTPUT_LIMIT = 1 << 18;

export type Reply =
  | { readonly id: number; readonly result: unknown }
  | { readonly id: number; readonly error: string /** A defect of ours: the stack. */; readonly internal?: string };

export type FromWorker = Reply | DebuggerEvent;

export interface WorkerData {
  readonly port: MessagePort;
  readonly words: SharedArrayBuffer;
}
