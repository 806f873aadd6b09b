import type { Command } from './command.ts';
import { Exit, UsageError } from './errors.ts';
import { write } from './terminal.ts';

/** Runs a command, or prints its help; gives the exit code of the process. */
export async function execute(name: string, command: Command, args: readonly string[]): Promise<number> {
  if (wantsHelp(name, args)) {
    await write(process.stdout, command.help);
    return Exit.OK;
  }
  try {
    return await command.run(args);
  } catch (error) {
    if (error instanceof UsageError) return complain(` ${name}`, error.message);
    throw error;
  }
}

/** What follows the file of `run` belongs to the program. */
function wantsHelp(name: string, args: readonly string[]): boolean {
  const end = args.indexOf('--');
  const own = end === -1 ? args : args.slice(0, end);
  if (name !== 'run') return own.includes('--help') || own.includes('-h');
  return own[0] === '--help' || own[0] === '-h';
}

/** Says what is wrong with a command line; `command` is empty or begins with a space. */
export async function complain(command: string, message: string): Promise<number> {
  await write(process.stderr, `coroscope${command}: ${message}\n`);
  return Exit.USAGE;
}

/** Ends the process with the code that comes: it is set and not forced, so that output that is still on its way arrives. */
export async function exitWith(code: Promise<number>): Promise<void> {
  process.exitCode = await code;
}
