/** What the thread that watches over a program tells it: indices into the shared memory. */
export const enum Notice {
  /** How often Ctrl-C was pressed and not yet noticed. */
  INTERRUPT = 0,
  /** Its time is over. */
  STOP = 1,
  /** Its code has been sent. */
  CODE = 2,
}

/** Bytes of the shared memory of notices. */
export const NOTICE_BYTES = 12;

/** Gives a notice to the thread that shares this memory, and wakes it. */
export function notify(notices: SharedArrayBuffer, notice: Notice): void {
  const shared = new Int32Array(notices);
  Atomics.store(shared, notice, 1);
  Atomics.notify(shared, notice);
  // What sleeps waits for this one.
  if (notice !== Notice.INTERRUPT) Atomics.notify(shared, Notice.INTERRUPT);
}
