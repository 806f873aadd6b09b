import { dirname, resolve } from 'node:path';
import { NodeHost } from '../host/node-host.ts';
import { holdRunLoop } from '../host/run-loop.ts';
import { runMain, startInterpreter } from '../vm/main-entry.ts';
import { targetOption } from './arguments.ts';
import type { Command } from './command.ts';
import { compiled } from './compiled.ts';
import { Exit, missing, unknownOption } from './errors.ts';
import { readSource } from './source.ts';
import { write } from './terminal.ts';

export const run: Command = {
  summary: 'run a program in the virtual machine',
  help: `usage: coroscope run [--target X.Y] FILE [ARG…]

Runs a Python program in Coroscope's own virtual machine. What follows FILE is the program's.
The exit code is the program's own. FILE may be -, for stdin.

  --target X.Y   the CPython version to run as (default 3.14)
`,
  async run(args) {
    const { version, file, rest } = ownArguments(args);
    const target = targetOption(version);
    const { bytes, filename: given } = readSource(file);
    // CPython makes the script's own path absolute, and leaves sys.argv as it was given.
    const filename = file === '-' ? given : resolve(file);
    const { code, report } = compiled({ bytes, filename }, target);
    if (report !== '') await write(process.stderr, report);
    if (code === undefined) return Exit.CONTENT;
    holdRunLoop();
    startInterpreter(new NodeHost({ target: target.version }), {
      argv: [file, ...rest],
      path: [file === '-' ? '' : dirname(filename)],
      executable: process.execPath,
    });
    return runMain(code, { filename });
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
    else if (args[at] !== '--target') throw unknownOption('run', args[at]);
    else if (at + 1 === args.length) throw missing('the version after --target', 'run');
    else version = args[++at];
  }
  if (at >= args.length) throw missing('FILE', 'run');
  return { version, file: args[at], rest: args.slice(at + 1) };
}
