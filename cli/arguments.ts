import { type ParseArgsConfig, parseArgs } from 'node:util';
import { defaultTarget, targetNamed, targets } from '../compiler/targets/registry.ts';
import type { Target } from '../compiler/targets/target.ts';
import { badValue, missing, tooMany, UsageError, unknownOption, unknownTarget } from './errors.ts';

type Options = NonNullable<ParseArgsConfig['options']>;

/** Options and positional arguments of one command, as node:util's parseArgs gives them. */
export type Parsed<T extends Options> = ReturnType<
  typeof parseArgs<{ options: T; allowPositionals: true; strict: true }>
>;

/** Reads a command's arguments. Throws UsageError for what the command does not know. */
export function parse<T extends Options>(command: string, args: readonly string[], options: T): Parsed<T> {
  try {
    return parseArgs({ args: [...args], options, allowPositionals: true, strict: true });
  } catch (error) {
    throw explained(command, error);
  }
}

function explained(command: string, error: unknown): unknown {
  if (!(error instanceof TypeError) || !('code' in error)) return error;
  const option = /'([^']+)'/.exec(error.message)?.[1] ?? '';
  switch (error.code) {
    case 'ERR_PARSE_ARGS_UNKNOWN_OPTION':
      return unknownOption(command, option);
    case 'ERR_PARSE_ARGS_INVALID_OPTION_VALUE':
      return error.message.includes('does not take an argument')
        ? new UsageError(`option ${option.split(',').at(-1)?.trim()} takes no value`)
        : new UsageError(
            `option ${option.split(' ')[0].replace(/,$/, '')} needs a value; see coroscope ${command} --help`,
          );
    default:
      return error;
  }
}

/** The target that --target names, or the default one. */
export function targetOption(version: string | undefined): Target {
  if (version === undefined) return defaultTarget;
  const target = targetNamed(version);
  if (target === undefined) {
    throw unknownTarget(
      version,
      targets.map((known) => known.version),
    );
  }
  return target;
}

/** The one positional argument of a command that takes one. */
export function onlyPositional(positionals: readonly string[], what: string, command: string): string {
  if (positionals.length === 0) throw missing(what, command);
  if (positionals.length > 1) throw tooMany(positionals[1], command);
  return positionals[0];
}

/** A value that must be one of a few words. */
export function oneOf<T extends string>(option: string, value: string, allowed: readonly T[]): T {
  const found = allowed.find((word) => word === value);
  if (found === undefined) throw badValue(option, value, allowed.join(', '));
  return found;
}

/** A TCP port; 0 stands for any free one. */
export function portOption(value: string): number {
  if (!/^\d{1,5}$/.test(value) || Number(value) > 65535) throw badValue('--port', value, 'a number from 0 to 65535');
  return Number(value);
}
