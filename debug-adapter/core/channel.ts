import type { Debugger, DebuggerEvent } from './model.ts';

export interface DebuggerRequest {
  readonly id: number;
  readonly method: keyof Debugger;
  readonly args: readonly unknown[];
}

/** The debugger's line to whoever controls it. Everything is synchronous: the VM's thread has no event loop of its own. */
export interface Channel {
  /** Whether a request waits. Cheap enough to be asked each time the fuel runs out. */
  readonly hasMail: boolean;
  take(): DebuggerRequest | undefined;
  /** Blocks until a request arrives, or for so many milliseconds. */
  wait(milliseconds?: number): void;
  answer(id: number, result: unknown): void;
  fail(id: number, message: string, internal?: string): void;
  send(event: DebuggerEvent): void;
  /** Lets go of output that was held back to be sent in larger pieces. */
  flush(): void;
}
