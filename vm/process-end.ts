/** Ends the process at once, as os._exit() and signals do: thrown through everything, and caught by who runs the program. */
export class ProcessEnd extends Error {
  override readonly name = 'ProcessEnd';
  readonly exitCode: number;
  constructor(exitCode: number) {
    super(`the process ends with ${exitCode}`);
    this.exitCode = exitCode;
  }
}
