/** One of the words that may follow `coroscope`. */
export interface Command {
  /** For the list of commands. */
  readonly summary: string;
  /** What --help prints. */
  readonly help: string;
  /** Does it; gives the exit code, or throws UsageError. A server gives a promise that lasts as long as it does. */
  run(args: readonly string[]): Promise<number>;
}
