import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import type { DebugProtocol } from '@vscode/debugprotocol';
import { build } from 'esbuild';
import { DebugAdapter } from '../../debug-adapter/dap/adapter.ts';

/** A client in the same process, on an adapter whose VM plays a script. */
class Client {
  readonly events: DebugProtocol.Event[] = [];
  readonly order: string[] = [];
  ended = false;
  private readonly input = new PassThrough();
  private readonly adapter: DebugAdapter;
  private readonly pending = new Map<number, (response: DebugProtocol.Response) => void>();
  private readonly program: string;
  private seq = 1;
  private notify: (() => void) | undefined;

  constructor(worker: string, program: string) {
    this.program = program;
    this.adapter = new DebugAdapter(worker, () => {
      this.ended = true;
    });
    const output = new PassThrough();
    output.resume();
    this.adapter.onDidSendMessage((message) => this.receive(message as DebugProtocol.ProtocolMessage));
    this.adapter.start(this.input, output);
  }

  respond(command: string, args: unknown = {}): Promise<DebugProtocol.Response> {
    const request: DebugProtocol.Request = { seq: this.seq++, type: 'request', command, arguments: args };
    return new Promise((resolve) => {
      this.pending.set(request.seq, resolve);
      this.adapter.handleMessage(request);
    });
  }

  async request<T>(command: string, args: unknown = {}): Promise<T> {
    const response = await this.respond(command, args);
    assert.ok(response.success, response.message);
    return response.body as T;
  }

  async event(name: string): Promise<DebugProtocol.Event> {
    for (;;) {
      const at = this.events.findIndex(({ event }) => event === name);
      if (at >= 0) return this.events.splice(at, 1)[0];
      await new Promise<void>((resolve) => {
        this.notify = resolve;
      });
    }
  }

  async launch(script: string): Promise<void> {
    await this.request('initialize', { adapterID: 'coroscope' });
    await this.request('launch', { program: this.program, args: [script] });
    await this.event('initialized');
    await this.request('setBreakpoints', { source: { path: this.program }, breakpoints: [{ line: 1 }] });
    await this.request('setExceptionBreakpoints', { filters: ['uncaught'] });
    await this.request('configurationDone');
  }

  close(): void {
    this.input.destroy();
  }

  private receive(message: DebugProtocol.ProtocolMessage): void {
    if (message.type === 'response') {
      const response = message as DebugProtocol.Response;
      this.order.push(`response ${response.command}`);
      this.pending.get(response.request_seq)?.(response);
      return;
    }
    const event = message as DebugProtocol.Event;
    this.order.push(`event ${event.event}`);
    this.events.push(event);
    this.notify?.();
  }
}

describe('the adapter and the wire to the VM', () => {
  let directory = '';
  let program = '';
  const clients: Client[] = [];
  const start = () => {
    const client = new Client(join(directory, 'worker.js'), program);
    clients.push(client);
    return client;
  };

  before(async () => {
    directory = mkdtempSync(join(tmpdir(), 'coroscope-'));
    program = join(directory, 'program.py');
    writeFileSync(program, "x = 1\nπ = '𝄞' + x\n");
    await build({
      entryPoints: ['test/debug-adapter/scripted-worker.ts'],
      outfile: join(directory, 'worker.js'),
      bundle: true,
      platform: 'node',
      target: 'node20',
      format: 'cjs',
    });
  });
  afterEach(async () => {
    for (const client of clients.splice(0)) {
      await client.respond('disconnect');
      client.close();
    }
  });
  after(() => rmSync(directory, { recursive: true, force: true }));

  it('answers a launch before the program can stop', async () => {
    const client = start();
    await client.launch('stop');
    await client.event('stopped');
    const interesting = client.order.filter((what) => !/set|initialize$/.test(what));
    assert.deepEqual(interesting, [
      'event initialized',
      'response launch',
      'response configurationDone',
      'event stopped',
    ]);
  });

  it('says why a launch is refused, and shows what CPython prints', async () => {
    const client = start();
    await client.request('initialize', { adapterID: 'coroscope' });
    const response = await client.respond('launch', { program, args: ['broken'] });
    assert.equal(response.success, false);
    assert.equal(response.message, 'SyntaxError: invalid syntax');
    assert.equal((await client.event('output')).body.output, '  File "x", line 1\n');
  });

  for (const [configuration, message] of [
    [{}, "The launch configuration needs a 'program'."],
    [{ program: '/nowhere/x.py' }, 'There is no file /nowhere/x.py.'],
    [{ program: '/' }, "/ is a directory. 'program' must name a Python file."],
    [{ program: 5 }, "'program' in the launch configuration must be the path of a Python file."],
  ] as const) {
    it(`refuses ${JSON.stringify(configuration)}`, async () => {
      const response = await start().respond('launch', configuration);
      assert.deepEqual([response.success, response.message], [false, message]);
    });
  }

  it('gives columns in UTF-16 units from 1, and addresses as references', async () => {
    const client = start();
    await client.launch('stop');
    await client.event('stopped');
    const { stackFrames } = await client.request<DebugProtocol.StackTraceResponse['body']>('stackTrace', {
      threadId: 1,
    });
    const { line, column, endColumn, instructionPointerReference } = stackFrames[0];
    // Bytes 4 and 9 of «π = '𝄞' + x» are its characters 3 (U+03C0 has two bytes) and, past half of the clef, 7.
    assert.deepEqual([line, column, endColumn, instructionPointerReference], [2, 4, 8, '0x00001004']);
  });

  it('tells errors of the program from its own', async () => {
    const client = start();
    await client.launch('stop');
    assert.equal(
      (await client.respond('evaluate', { expression: 'unknown' })).message,
      "NameError: name 'unknown' is not defined",
    );
    assert.match(
      (await client.respond('evaluate', { expression: 'defect' })).message!,
      /^Coroscope failed: TypeError: a defect\n.*at /,
    );
    assert.equal((await client.respond('nonsense')).message, "The request 'nonsense' is not supported.");
  });

  it('pauses, continues and ends a program that runs', async () => {
    const client = start();
    await client.launch('loop');
    for (let round = 0; round < 3; round++) {
      const began = performance.now();
      await client.request('pause', { threadId: 1 });
      assert.equal((await client.event('stopped')).body.reason, 'pause');
      await client.request('continue', { threadId: 1 });
      assert.ok(performance.now() - began < 500);
    }
    await client.request('terminate');
    await client.event('terminated');
  });

  it('ends a program that never looks up', async () => {
    const client = start();
    await client.launch('deaf');
    const began = performance.now();
    await client.request('terminate');
    await client.event('terminated');
    assert.ok(performance.now() - began < 1000);
  });

  it('passes on all output, in order, and then the exit code', async () => {
    const client = start();
    await client.launch('print');
    assert.deepEqual((await client.event('exited')).body, { exitCode: 3 });
    await client.event('terminated');
    const text = client.events.map(({ event, body }) => (event === 'output' ? body.output : '')).join('');
    assert.equal(text, Array.from({ length: 100_000 }, (_, line) => `${line}\n`).join(''));
  });

  it('restarts with the same breakpoints and filters', async () => {
    const client = start();
    await client.launch('stop');
    await client.event('stopped');
    await client.request('restart');
    await client.event('stopped');
    const { threads } = await client.request<DebugProtocol.ThreadsResponse['body']>('threads');
    assert.equal(threads[0].name, 'setBreakpoints 1; setExceptionFilters uncaught');
    assert.ok(!client.events.some(({ event }) => event === 'terminated'));
  });

  it('reports a defect of the VM and ends the session', async () => {
    const client = start();
    await client.launch('crash');
    assert.match((await client.event('output')).body.output, /TypeError: a defect in the VM/);
    await client.event('terminated');
  });

  it('ends everything when the client is gone', async () => {
    const client = start();
    await client.launch('deaf');
    client.close();
    while (!client.ended) await new Promise((resolve) => setTimeout(resolve, 5));
  });
});
