import type { PyBaseException } from '../objects/exception.ts';
import type { Value } from '../objects/object.ts';
import type { Frame } from './frame.ts';
import type { Ended, Wait } from './thread-state.ts';

/** Thrown to the innermost run(): another thread's turn has come. */
export class ThreadSwitch {
  readonly wait: Wait | undefined;
  /** How many contexts were entered between the run loop and the wait. */
  readonly contexts: number;
  readonly ended: Ended | undefined;
  constructor(wait: Wait | undefined, contexts: number, ended: Ended | undefined) {
    this.wait = wait;
    this.contexts = contexts;
    this.ended = ended;
  }
}

/** The turn is over at a backward jump or the entry of a frame. */
export const turnEnded = new ThreadSwitch(undefined, 0, undefined);

/** A frame that native code of another run() waits for has given this: its thread waits until that run() is the innermost. */
export function endedElsewhere(
  frame: Frame,
  back: Frame | undefined,
  value: Value,
  exception?: PyBaseException,
): ThreadSwitch {
  return new ThreadSwitch(undefined, 0, { frame, back, value, exception });
}
