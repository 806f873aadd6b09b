import { targetOption } from './arguments.ts';
import type { Command } from './command.ts';
import { missing, UsageError, unknownOption } from './errors.ts';
import { readSource } from './source.ts';

export const run: Command = {
  summary: 'run a program in the virtual machine',
  help: `usage: coroscope run [--target X.Y] FILE [ARG…]

Runs a Python program in Coroscope's own virtual machine. What follows FILE is the program's.
The exit code is the program's own.

  --target X.Y   the CPython version to compile for (default 3.14)
`,
  async run(args) {
    const { version, file } = ownArguments(args);
    targetOption(version);
    readSource(file);
    throw new UsageError('the virtual machine is not connected yet');
  },
};

/** The options of `run` itself end where FILE stands. */
function ownArguments(args: readonly string[]): { version: string | undefined; file: string; rest: string[] } {
  let version: string | undefined;
  let at = 0;
  for (; at < args.length && args[at].startsWith('-') && args[at] !== '-'; at++) {
    if (args[at] === '--') {
      at++;
      break;
    }
    if (args[at].startsWith('--target=')) version = args[at].slice('--target='.length);
    else if (args[at] === '--target') version = args[++at];
    else throw unknownOption('run', args[at]);
  }
  if (at >= args.length) throw missing('FILE', 'run');
  return { version, file: args[at], rest: args.slice(at + 1) };
}
