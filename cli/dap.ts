import { parse, portOption } from './arguments.ts';
import type { Command } from './command.ts';
import { tooMany } from './errors.ts';

export const dap: Command = {
  summary: 'the debug adapter',
  help: `usage: coroscope dap [--port N]

Speaks the Debug Adapter Protocol over stdin and stdout.

  --port N   listen on 127.0.0.1:N instead; each connection is a session. 0 takes any free port.
`,
  async run(args) {
    const { values, positionals } = parse('dap', args, { port: { type: 'string' } });
    if (positionals.length > 0) throw tooMany(positionals[0], 'dap');
    const port = values.port === undefined ? undefined : portOption(values.port);
    const { serve } = await import('../debug-adapter/serve.ts');
    serve({ port });
    return new Promise(() => {});
  },
};
