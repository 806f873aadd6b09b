import { ProtocolServer } from '@vscode/debugadapter/lib/protocol.js';
import type { DebugProtocol } from '@vscode/debugprotocol';
import { DebuggerError } from '../core/errors.ts';
import type { Debugger, DebuggerEvent, DebuggerMethod, LaunchOptions } from '../core/model.ts';
import { RemoteDebugger } from '../wire/remote.ts';
import { toStoppedBody } from './convert.ts';
import { type Handlers, handlersOf } from './handlers.ts';
import { type LaunchConfiguration, readLaunch } from './launch.ts';
import { Sources } from './sources.ts';
import { openTerminal, type Terminal } from './terminal.ts';

/**
 * One debug session as the Debug Adapter Protocol sees it: requests become calls of the debugger in the VM's thread,
 * its events become DAP events. It translates; it does not think.
 */
export class DebugAdapter extends ProtocolServer {
  readonly sources = new Sources();
  private readonly handlers: Handlers = handlersOf(this);
  private readonly workerScript: string;
  private readonly onEnd: () => void;
  private configuration: LaunchConfiguration | undefined;
  private remote: RemoteDebugger | undefined;
  private terminal: Terminal | undefined;
  private supportsTerminal = false;
  private launched = deferred<RemoteDebugger>();
  private over = false;
  private client: NodeJS.WritableStream | undefined;

  /** What the client has configured, to be told again to a restarted program: by request, last one wins. */
  private readonly configured = new Map<string, (remote: RemoteDebugger) => Promise<unknown>>();

  /** `workerScript` is the path of dist/thread.js; `onEnd` is called when the client is done with the session. */
  constructor(workerScript: string, onEnd: () => void) {
    super();
    this.workerScript = workerScript;
    this.onEnd = onEnd;
    this.on('close', () => this.disconnect());
    this.on('error', () => this.disconnect());
  }

  override start(input: NodeJS.ReadableStream, output: NodeJS.WritableStream): void {
    this.client = output;
    super.start(input, output);
  }

  initialize(args: DebugProtocol.InitializeRequestArguments): void {
    this.supportsTerminal = args.supportsRunInTerminalRequest ?? false;
    this.sources.counting = {
      linesStartAt1: args.linesStartAt1 ?? true,
      columnsStartAt1: args.columnsStartAt1 ?? true,
    };
  }

  /** Asks the debugger; before the launch, waits for it. */
  async call<M extends DebuggerMethod>(method: M, ...args: Parameters<Debugger[M]>): Promise<ReturnType<Debugger[M]>> {
    const remote = await this.launched.promise;
    return remote.call(method, ...args);
  }

  /** Like `call`, and again after each restart. `key` names what a later configuration of the same thing replaces. */
  configure<M extends DebuggerMethod>(
    key: string,
    method: M,
    ...args: Parameters<Debugger[M]>
  ): Promise<ReturnType<Debugger[M]>> {
    this.configured.set(key, (remote) => remote.call(method, ...args));
    return this.call(method, ...args);
  }

  /** Starts a VM and loads the program. Throws what the user should know when it can't be loaded. */
  async launch(configuration: LaunchConfiguration): Promise<void> {
    this.configuration = configuration;
    const options = readLaunch(configuration);
    if (options.console !== 'internalConsole' && this.supportsTerminal) {
      this.terminal = await openTerminal(this, options.console, options.cwd);
      this.terminal.on('input', (text: string | null) => this.remote?.call('input', text).catch(() => undefined));
    }
    const remote = await this.load(options);
    this.launched.resolve(remote);
    this.send('initialized');
  }

  async run(): Promise<void> {
    await this.call('start');
  }

  async restart(configuration: LaunchConfiguration | undefined): Promise<void> {
    if (configuration !== undefined) this.configuration = configuration;
    const options = readLaunch(this.configuration ?? {});
    const old = this.remote;
    this.remote = undefined;
    this.launched = deferred();
    await old?.terminate();
    this.sources.clear();
    const remote = await this.load(options);
    for (const configureAgain of this.configured.values()) await configureAgain(remote);
    this.launched.resolve(remote);
    await this.run();
  }

  /** Ends the program and tells the client. */
  async terminate(): Promise<void> {
    await this.remote?.terminate();
    this.end();
  }

  /** The client is gone or wants to be: ends everything. */
  async disconnect(): Promise<void> {
    this.over = true;
    await this.remote?.terminate();
    this.terminal?.close();
    this.onEnd();
  }

  send(event: string, body?: unknown): void {
    this.sendEvent({ seq: 0, type: 'event', event, ...(body !== undefined && { body }) });
  }

  protected override dispatchRequest(request: DebugProtocol.Request): void {
    void this.answer(request);
  }

  private async answer(request: DebugProtocol.Request): Promise<void> {
    const response: DebugProtocol.Response = {
      seq: 0,
      type: 'response',
      request_seq: request.seq,
      command: request.command,
      success: true,
    };
    try {
      const handler = this.handlers[request.command];
      if (handler === undefined) throw new DebuggerError(`The request '${request.command}' is not supported.`);
      const body = await handler(request.arguments ?? {});
      if (body !== undefined) response.body = body;
    } catch (error) {
      const message = error instanceof DebuggerError ? error.message : `Coroscope failed: ${(error as Error).stack}`;
      response.success = false;
      response.message = message;
      response.body = {
        error: { id: 1, format: '{message}', variables: { message }, showUser: request.command === 'launch' },
      };
    }
    this.sendResponse(response);
    if (request.command === 'disconnect') await this.disconnect();
  }

  private async load(options: LaunchOptions): Promise<RemoteDebugger> {
    const remote = new RemoteDebugger(this.workerScript, options.env);
    this.remote = remote;
    this.over = false;
    remote.on('event', (event) => {
      if (this.remote === remote) this.forward(event, remote);
    });
    remote.on('crashed', (stack) => {
      if (this.remote !== remote) return;
      this.output('stderr', `Coroscope failed, which is a defect of Coroscope and not of the program:\n${stack}\n`);
      this.end(1);
    });
    const failure = await remote.call('launch', options);
    if (failure !== null) {
      this.output('stderr', failure.output);
      await remote.terminate();
      throw new DebuggerError(failure.title);
    }
    return remote;
  }

  private forward(event: DebuggerEvent, remote: RemoteDebugger): void {
    switch (event.event) {
      case 'stopped':
        this.send('stopped', toStoppedBody(event.body));
        break;
      case 'output': {
        const { category, text, source, line } = event.body;
        const written = () => source === undefined && remote.outputWritten(text.length);
        if (this.terminal !== undefined && category !== 'console') {
          this.terminal.write(text, written);
          break;
        }
        this.send('output', {
          category,
          output: text,
          ...(source !== undefined && { source: this.sources.toDap(source) }),
          ...(line !== undefined && { line: this.sources.line(line) }),
        });
        this.afterWriting(written);
        break;
      }
      case 'loadedSource':
        this.send('loadedSource', { reason: 'new', source: this.sources.toDap(event.body) });
        break;
      case 'waitingForInput':
        if (this.terminal === undefined) this.output('console', 'The program waits for input: type a line here.\n');
        break;
      case 'exited':
        this.end(event.body.exitCode);
        break;
    }
  }

  /** Calls back when what was sent so far has left this process. */
  private afterWriting(callback: () => void): void {
    if (this.client === undefined) callback();
    else this.client.write('', callback);
  }

  private output(category: string, output: string): void {
    this.send('output', { category, output });
  }

  private end(exitCode?: number): void {
    if (this.over) return;
    this.over = true;
    if (exitCode !== undefined) this.send('exited', { exitCode });
    this.send('terminated');
    this.terminal?.close();
  }
}

interface Deferred<T> {
  readonly promise: Promise<T>;
  resolve(value: T): void;
}

function deferred<T>(): Deferred<T> {
  let resolve!: (value: T) => void;
  const promise = new Promise<T>((fulfil) => {
    resolve = fulfil;
  });
  return { promise, resolve };
}
