import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { once } from 'node:events';
import { resolve } from 'node:path';
import type { DebugProtocol } from '@vscode/debugprotocol';

/** The adapter's bundle, as VS Code starts it. */
export const adapterPath = resolve('dist/debug-adapter.js');

type Body = Record<string, unknown>;

interface Waiter {
  readonly event: string;
  resolve(body: never): void;
  reject(error: Error): void;
}

/** A client of the Debug Adapter Protocol that talks to a real adapter process over its stdin and stdout. */
export class DapClient {
  readonly process: ChildProcessWithoutNullStreams;
  /** Text of the output events so far, by category. */
  readonly output: Record<string, string> = { stdout: '', stderr: '', console: '' };
  /** Output in the order in which it came. */
  readonly transcript: string[] = [];
  readonly received: DebugProtocol.Event[] = [];
  readonly terminal: { process: ChildProcessWithoutNullStreams | undefined; output: string } = {
    process: undefined,
    output: '',
  };
  private readonly pending = new Map<number, { resolve(body: never): void; reject(error: Error): void }>();
  private readonly waiters: Waiter[] = [];
  private readonly unread: DebugProtocol.Event[] = [];
  private data = Buffer.alloc(0);
  private seq = 1;
  private errors = '';

  constructor(command = process.execPath, args: readonly string[] = [adapterPath]) {
    this.process = spawn(command, args);
    this.process.stdout.on('data', (chunk: Buffer) => this.receive(chunk));
    this.process.stderr.on('data', (chunk: Buffer) => {
      this.errors += chunk;
    });
    this.process.on('exit', (code) => this.fail(`the adapter exited with ${code}: ${this.errors}`));
  }

  /** Sends a request; gives the response's body, or throws an Error with its message. */
  request<T = Body>(command: string, args: unknown = {}): Promise<T> {
    const seq = this.send({ type: 'request', command, arguments: args });
    return new Promise<T>((resolve, reject) => this.pending.set(seq, { resolve, reject }));
  }

  /** The body of the next event with this name that nobody has read yet. */
  event<T = Body>(event: string): Promise<T> {
    const at = this.unread.findIndex((candidate) => candidate.event === event);
    if (at >= 0) return Promise.resolve(this.unread.splice(at, 1)[0].body as T);
    return new Promise<T>((resolve, reject) => {
      const timer = setTimeout(() => reject(new Error(`no event '${event}' came.\n${this.report()}`)), 15_000);
      this.waiters.push({
        event,
        resolve: (body) => {
          clearTimeout(timer);
          resolve(body);
        },
        reject: (error) => {
          clearTimeout(timer);
          reject(error);
        },
      });
    });
  }

  async initialize(): Promise<DebugProtocol.Capabilities> {
    return this.request('initialize', {
      adapterID: 'coroscope',
      clientID: 'test',
      pathFormat: 'path',
      linesStartAt1: true,
      columnsStartAt1: true,
      supportsRunInTerminalRequest: true,
    });
  }

  /** Disconnects and waits until the adapter has gone. Its exit code must be 0. */
  async close(): Promise<void> {
    this.terminal.process?.kill();
    if (this.process.exitCode !== null) return;
    const exit = once(this.process, 'exit');
    await this.request('disconnect').catch(() => undefined);
    this.process.stdin.end();
    const killer = setTimeout(() => this.process.kill('SIGKILL'), 5000);
    const [code] = await exit;
    clearTimeout(killer);
    if (code !== 0) throw new Error(`the adapter did not end by itself but with ${code}: ${this.errors}`);
  }

  private report(): string {
    const events = this.received.map(({ event, body }) => `${event} ${JSON.stringify(body)}`).join('\n');
    return `Events so far:\n${events}\n${this.errors}`;
  }

  private fail(reason: string): void {
    for (const { reject } of this.pending.values()) reject(new Error(reason));
    this.pending.clear();
  }

  private receive(chunk: Buffer): void {
    this.data = Buffer.concat([this.data, chunk]);
    for (;;) {
      const header = this.data.indexOf('\r\n\r\n');
      if (header < 0) return;
      const length = Number(/Content-Length: (\d+)/.exec(this.data.toString('latin1', 0, header))![1]);
      const end = header + 4 + length;
      if (this.data.length < end) return;
      const message = JSON.parse(this.data.toString('utf8', header + 4, end)) as DebugProtocol.ProtocolMessage;
      this.data = this.data.subarray(end);
      this.dispatch(message);
    }
  }

  /** Runs what the adapter wants to run in a terminal; its stdout is `terminal`. */
  private serve(request: DebugProtocol.Request): void {
    const { args, env } = request.arguments as DebugProtocol.RunInTerminalRequestArguments;
    const [command, ...rest] = args;
    const child = spawn(command, rest, { env: { ...process.env, ...(env as NodeJS.ProcessEnv) } });
    child.stdout.on('data', (chunk: Buffer) => {
      this.terminal.output += chunk;
    });
    this.terminal.process = child;
    this.send({ type: 'response', request_seq: request.seq, command: request.command, success: true, body: {} });
  }

  private send(message: object): number {
    const seq = this.seq++;
    const json = JSON.stringify({ seq, ...message });
    this.process.stdin.write(`Content-Length: ${Buffer.byteLength(json)}\r\n\r\n${json}`);
    return seq;
  }

  private dispatch(message: DebugProtocol.ProtocolMessage): void {
    if (message.type === 'response') {
      const response = message as DebugProtocol.Response;
      const waiter = this.pending.get(response.request_seq);
      this.pending.delete(response.request_seq);
      if (response.success) waiter?.resolve((response.body ?? {}) as never);
      else waiter?.reject(new Error(response.message));
      return;
    }
    if (message.type === 'request') {
      this.serve(message as DebugProtocol.Request);
      return;
    }
    const event = message as DebugProtocol.Event;
    this.received.push(event);
    if (event.event === 'output') {
      const { category = 'console', output } = event.body as DebugProtocol.OutputEvent['body'];
      this.output[category] += output;
      this.transcript.push(output);
    }
    const at = this.waiters.findIndex((waiter) => waiter.event === event.event);
    if (at >= 0) this.waiters.splice(at, 1)[0].resolve((event.body ?? {}) as never);
    else this.unread.push(event);
    if (event.event === 'terminated') {
      for (const { event: awaited, reject } of this.waiters.splice(0)) {
        reject(new Error(`the program ended, and no event '${awaited}' came.\n${this.report()}`));
      }
    }
  }
}
