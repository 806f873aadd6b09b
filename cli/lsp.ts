import { createRequire } from 'node:module';
import { join } from 'node:path';
import { parse } from './arguments.ts';
import type { Command } from './command.ts';
import { missing, tooMany } from './errors.ts';

export const lsp: Command = {
  summary: 'the language server',
  help: `usage: coroscope lsp --stdio

Speaks the Language Server Protocol over stdin and stdout, for any editor that can start a server.
`,
  async run(args) {
    const { values, positionals } = parse('lsp', args, { stdio: { type: 'boolean' } });
    if (positionals.length > 0) throw tooMany(positionals[0], 'lsp');
    if (!values.stdio) throw missing('--stdio', 'lsp');
    // The server's own bundle stands beside this one; it takes the connection from --stdio.
    createRequire(join(__dirname, 'server.js'))('./server.js');
    return new Promise(() => {});
  },
};
