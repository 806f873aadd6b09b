import manifest from '../package.json' with { type: 'json' };
import type { Command } from './command.ts';
import { compileCommand } from './compile.ts';
import { dap } from './dap.ts';
import { dis } from './dis.ts';
import { Exit } from './errors.ts';
import { complain, execute, exitWith } from './execute.ts';
import { flags } from './flags.ts';
import { lsp } from './lsp.ts';
import { run } from './run.ts';
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
  return execute(name, command, rest);
}

exitWith(main(process.argv.slice(2)));
