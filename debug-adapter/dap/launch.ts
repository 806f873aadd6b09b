import { statSync } from 'node:fs';
import { isAbsolute, resolve } from 'node:path';
import { DebuggerError } from '../core/errors.ts';
import type { LaunchOptions } from '../core/model.ts';

/** Attributes of a launch configuration (docs/debugging.md). */
export interface LaunchConfiguration {
  readonly program?: unknown;
  readonly args?: unknown;
  readonly cwd?: unknown;
  readonly env?: unknown;
  readonly target?: unknown;
  readonly stopOnEntry?: unknown;
  readonly justMyCode?: unknown;
  readonly console?: unknown;
  readonly noDebug?: unknown;
}

/** Where the program's own stdin and stdout are. */
export type ConsoleKind = 'internalConsole' | 'integratedTerminal' | 'externalTerminal';

/** Checks a launch configuration and fills in what it leaves out. Throws a DebuggerError that names the bad attribute. */
export function readLaunch(configuration: LaunchConfiguration): LaunchOptions & { readonly console: ConsoleKind } {
  const cwd = optional(configuration, 'cwd', isString, 'a path') ?? process.cwd();
  const given = optional(configuration, 'program', isString, 'the path of a Python file');
  if (given === undefined || given === '') throw new DebuggerError("The launch configuration needs a 'program'.");
  const program = isAbsolute(given) ? given : resolve(cwd, given);
  const noDebug = optional(configuration, 'noDebug', isBoolean, 'true or false') ?? false;
  const stat = statSync(program, { throwIfNoEntry: false });
  if (stat === undefined) throw new DebuggerError(`There is no file ${program}.`);
  if (stat.isDirectory()) throw new DebuggerError(`${program} is a directory. 'program' must name a Python file.`);
  if (!statSync(cwd, { throwIfNoEntry: false })?.isDirectory())
    throw new DebuggerError(`There is no directory ${cwd}.`);
  return {
    program,
    args: optional(configuration, 'args', isStrings, 'a list of strings') ?? [],
    cwd,
    env: environment(optional(configuration, 'env', isEnvironment, 'an object of strings') ?? {}),
    target: optional(configuration, 'target', isString, "a version such as '3.14'") ?? '3.14',
    stopOnEntry: !noDebug && (optional(configuration, 'stopOnEntry', isBoolean, 'true or false') ?? false),
    justMyCode: optional(configuration, 'justMyCode', isBoolean, 'true or false') ?? true,
    console:
      optional(configuration, 'console', isConsole, 'internalConsole, integratedTerminal or externalTerminal') ??
      'internalConsole',
  };
}

function optional<T>(
  configuration: LaunchConfiguration,
  name: keyof LaunchConfiguration,
  accepts: (value: unknown) => value is T,
  expected: string,
): T | undefined {
  const value = configuration[name];
  if (value === undefined || value === null) return undefined;
  if (!accepts(value)) throw new DebuggerError(`'${name}' in the launch configuration must be ${expected}.`);
  return value;
}

/** The adapter's own environment with the configuration's changes; null takes a variable away. */
function environment(changes: Readonly<Record<string, string | null>>): Record<string, string> {
  const result: Record<string, string> = {};
  for (const [name, value] of Object.entries({ ...process.env, ...changes })) {
    if (typeof value === 'string') result[name] = value;
  }
  return result;
}

const isString = (value: unknown): value is string => typeof value === 'string';
const isBoolean = (value: unknown): value is boolean => typeof value === 'boolean';
const isStrings = (value: unknown): value is string[] => Array.isArray(value) && value.every(isString);
const isConsole = (value: unknown): value is ConsoleKind =>
  value === 'internalConsole' || value === 'integratedTerminal' || value === 'externalTerminal';
const isEnvironment = (value: unknown): value is Record<string, string | null> =>
  typeof value === 'object' &&
  value !== null &&
  !Array.isArray(value) &&
  Object.values(value).every((item) => typeof item === 'string' || item === null);
