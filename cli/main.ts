import { isMainThread, workerData } from 'node:worker_threads';
import manifest from '../package.json' with { type: 'json' };
import type { Command } from './command.ts';
import { compileCommand } from './compile.ts';
import { dap } from './dap.ts';
import { dis } from './dis.ts';
import { Exit, UsageError } from './errors.ts';
import { flags } from './flags.ts';
import { lsp } from './lsp.ts';
import { run } from './run.ts';
import { type Job, runJob } from './run-thread.ts';
import { write } from './terminal.ts';

const commands: Readonly<Record<string, Command>> = { flags, dis, compile: compileCommand, run, lsp, dap };

const help = `usage: coroscope COMMAND …

Makes Python's generators and coroutines visible: what the compiler made of a function, and
what every suspended frame is doing. No Python is needed.

${Object.entries(commands)
  .map(([name, { summary }]) => `  ${name.padEnd(9)} ${summary}`)
  .join('\n')}

coroscope COMMAND --help says more; coroscope --version says which version this is.
`;

async function main(args: readonly string[]): Promise<number> {
  const [name, ...rest] = args;
  if (name === undefined || name === '--help' || name === '-h') {
    await write(name === undefined ? process.stderr : process.stdout, help);
    return name === undefined ? Exit.USAGE : Exit.OK;
  }
  if (name === '--version') {
    await write(process.stdout, `coroscope ${manifest.version}\n`);
    return Exit.OK;
  }
  const command = Object.hasOwn(commands, name) ? commands[name] : undefined;
  if (command === undefined) {
    return complain('', `unknown command '${name}'; it is one of ${Object.keys(commands).join(', ')}`);
  }
  if (wantsHelp(name, rest)) {
    await write(process.stdout, command.help);
    return Exit.OK;
  }
  try {
    return await command.run(rest);
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

async function complain(command: string, message: string): Promise<number> {
  await write(process.stderr, `coroscope${command}: ${message}\n`);
  return Exit.USAGE;
}

// A reader such as `head` that has seen enough is no error.
for (const stream of [process.stdout, process.stderr]) {
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
    process.exit();
  });
}

// The exit code is set and not forced, so that output that is still on its way arrives.
if (isMainThread) {
  main(process.argv.slice(2)).then((code) => {
    process.exitCode = code;
  });
} else process.exit(runJob(workerData as Job));
