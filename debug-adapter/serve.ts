import { type AddressInfo, createServer, type Server } from 'node:net';
import { join } from 'node:path';
import { DebugAdapter } from './dap/adapter.ts';

/** The bundle of a thread with a VM (cli/thread.ts), beside whatever bundle this code is in. */
const workerScript = (): string => join(__dirname, 'thread.js');

/**
 * Speaks the Debug Adapter Protocol: over stdin and stdout, until the client disconnects or closes stdin; or, with a
 * port (0 for any free one), one session per connection to it on 127.0.0.1, until the process is ended.
 */
export function serve({ port }: { port?: number } = {}): Server | undefined {
  if (port === undefined) {
    const adapter = new DebugAdapter(workerScript(), () => {
      // What was written before goes out first: an exit would cut it off.
      process.stdout.write('', () => process.exit(0));
    });
    adapter.start(process.stdin, process.stdout);
    return undefined;
  }
  const server = createServer((socket) => {
    const adapter = new DebugAdapter(workerScript(), () => socket.end());
    adapter.start(socket, socket);
  });
  server.on('error', (error) => {
    process.stderr.write(`coroscope dap: can't listen on port ${port}: ${error.message}\n`);
    process.exit(2);
  });
  server.listen(port, '127.0.0.1', () => {
    process.stderr.write(`coroscope dap: listening on 127.0.0.1:${(server.address() as AddressInfo).port}\n`);
  });
  return server;
}
