/** What the user must change about the command line or its files: one line on stderr, exit code 2. */
export class UsageError extends Error {}

/** Exit codes of the command. */
export const enum Exit {
  OK = 0,
  /** The content of a file is at fault: CPython would report it. */
  CONTENT = 1,
  /** The command line is at fault. */
  USAGE = 2,
  /** Coroscope itself failed (EX_SOFTWARE). */
  FAULT = 70,
  /** A program was stopped by a limit, as timeout(1) says it. */
  STOPPED = 124,
  /** Ctrl-C, as a shell shows it. */
  INTERRUPTED = 130,
}

export const noSuchFile = (path: string): UsageError => new UsageError(`no such file: ${quoted(path)}; check the path`);

export const isDirectory = (path: string): UsageError =>
  new UsageError(`${quoted(path)} is a directory; name a Python file in it`);

export const unreadable = (path: string, reason: string): UsageError =>
  new UsageError(`can't read ${quoted(path)}: ${reason}`);

export const unwritable = (path: string, reason: string): UsageError =>
  new UsageError(`can't write ${quoted(path)}: ${reason}; name another folder with --out`);

export const unknownTarget = (version: string, known: readonly string[]): UsageError =>
  new UsageError(`unknown target ${quoted(version)}; choose one of ${known.join(', ')}`);

export const unknownOption = (command: string, option: string): UsageError =>
  new UsageError(`unknown option ${quoted(option)}; see coroscope ${command} --help`);

export const badValue = (option: string, value: string, allowed: string): UsageError =>
  new UsageError(`${option} can't be ${quoted(value)}; give ${allowed}`);

export const missing = (what: string, command: string): UsageError =>
  new UsageError(`${what} is missing; see coroscope ${command} --help`);

export const tooMany = (argument: string, command: string): UsageError =>
  new UsageError(`unexpected argument ${quoted(argument)}; see coroscope ${command} --help`);

const quoted = (text: string): string => `'${text}'`;
