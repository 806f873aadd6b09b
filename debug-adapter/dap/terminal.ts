import { randomBytes } from 'node:crypto';
import { EventEmitter } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { join } from 'node:path';
import type { ProtocolServer } from '@vscode/debugadapter/lib/protocol.js';
import { DebuggerError } from '../core/errors.ts';
import type { ConsoleKind } from './launch.ts';

/** How long the client may take to open a terminal. */
const OPEN_TIMEOUT = 20_000;

interface TerminalEvents {
  /** A line that was typed, or null at the end of the input. */
  input: [string | null];
}

/** The program's stdin and stdout in a terminal of the client's, at the other end of a local socket. */
export class Terminal extends EventEmitter<TerminalEvents> {
  private readonly socket: Socket;

  constructor(socket: Socket) {
    super();
    this.socket = socket;
    socket.setEncoding('utf8');
    socket.on('data', (text: string) => this.emit('input', text));
    socket.on('end', () => this.emit('input', null));
    // A closed terminal is the end of the program's input, and its output has nowhere to go.
    socket.on('error', () => this.emit('input', null));
  }

  write(text: string, written: () => void): void {
    if (this.socket.writable) this.socket.write(text, written);
    else written();
  }

  close(): void {
    this.socket.end();
  }
}

/** Asks the client (runInTerminal) to run this program's other half, `relay`, in a terminal. */
export function openTerminal(server: ProtocolServer, kind: ConsoleKind, cwd: string): Promise<Terminal> {
  const token = randomBytes(16).toString('hex');
  return new Promise((resolve, reject) => {
    const listener = createServer((socket) => {
      socket.once('data', (greeting: Buffer) => {
        if (greeting.toString('latin1', 0, token.length) !== token) {
          socket.destroy();
          return;
        }
        if (greeting.length > token.length) socket.unshift(greeting.subarray(token.length));
        clearTimeout(timer);
        listener.close();
        resolve(new Terminal(socket));
      });
    });
    const fail = (why: string) => {
      clearTimeout(timer);
      listener.close();
      reject(new DebuggerError(`The terminal for the program could not be opened: ${why}`));
    };
    const timer = setTimeout(() => fail('the editor did not open one in time.'), OPEN_TIMEOUT);
    listener.listen(0, '127.0.0.1', () => {
      const { port } = listener.address() as AddressInfo;
      const request = {
        kind: kind === 'externalTerminal' ? 'external' : 'integrated',
        title: 'Coroscope',
        cwd,
        args: [process.execPath, join(__dirname, 'debug-adapter.js'), 'relay', String(port), token],
        env: { ELECTRON_RUN_AS_NODE: '1' },
      };
      server.sendRequest('runInTerminal', request, OPEN_TIMEOUT, (response) => {
        if (!response.success) fail(response.message ?? 'the editor refused.');
      });
    });
  });
}

/** Runs in the terminal: carries what is typed to the adapter, and prints what comes from it. */
export function relay(port: number, token: string): void {
  const socket = connect(port, '127.0.0.1', () => {
    socket.write(token);
    process.stdin.pipe(socket);
    socket.pipe(process.stdout);
  });
  socket.on('close', () => process.exit(0));
  socket.on('error', () => process.exit(1));
}
