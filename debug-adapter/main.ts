import { relay } from './dap/terminal.ts';
import { serve } from './serve.ts';

const usage = 'usage: debug-adapter.js [--port N]\n';

function main(args: readonly string[]): void {
  if (args.length === 0) {
    serve();
  } else if (args.length === 2 && args[0] === '--port' && /^\d{1,5}$/.test(args[1]) && Number(args[1]) < 65536) {
    serve({ port: Number(args[1]) });
  } else if (args.length === 3 && args[0] === 'relay') {
    relay(Number(args[1]), args[2]);
  } else {
    process.stderr.write(usage);
    process.exit(2);
  }
}

main(process.argv.slice(2));
