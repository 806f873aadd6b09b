/** A failure to tell the user about: the message is shown as it is. */
export class DebuggerError extends Error {
  override readonly name = 'DebuggerError';
}

export const notStopped = (): DebuggerError =>
  new DebuggerError('The program is running. Pause it to look at its frames and values.');

export const unknownThread = (id: number): DebuggerError =>
  new DebuggerError(`There is no thread ${id}: the generator or coroutine has finished since.`);

export const unknownFrame = (id: number): DebuggerError =>
  new DebuggerError(`There is no frame ${id}: the program has continued since.`);

export const unknownVariables = (handle: number): DebuggerError =>
  new DebuggerError(`There is no value with the reference ${handle}: the program has continued since.`);

export const unknownVariable = (name: string): DebuggerError =>
  new DebuggerError(`There is no variable '${name}' here.`);

export const readOnlyVariable = (name: string): DebuggerError => new DebuggerError(`'${name}' can't be changed.`);

export const noException = (): DebuggerError => new DebuggerError('The program did not stop at an exception.');

export const unknownSource = (path: string): DebuggerError =>
  new DebuggerError(`The text of '${path}' is not available.`);

export const evaluationFailed = (message: string): DebuggerError => new DebuggerError(message);

export const evaluationTimedOut = (seconds: number): DebuggerError =>
  new DebuggerError(`This took longer than ${seconds} s and was stopped. The debug console has no such limit.`);

export const cannotJump = (why: string): DebuggerError => new DebuggerError(why);

export const notInFrame = (line: number, qualname: string): DebuggerError =>
  new DebuggerError(`Line ${line} isn't part of ${qualname}, where the program stands: it can jump only within that.`);

export const onlyInnermost = (): DebuggerError =>
  new DebuggerError('Only the thread that has stopped can jump, and only within its innermost frame.');

export const badHitCondition = (text: string): DebuggerError =>
  new DebuggerError(`'${text}' is not a hit count. Write 5, == 5, > 5, >= 5, < 5, <= 5 or % 5.`);

export const unknownTarget = (version: string): DebuggerError =>
  new DebuggerError(`Python ${version} is not a version that Coroscope can run.`);
