import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { connect } from 'node:net';
import { resolve } from 'node:path';
import type { Readable } from 'node:stream';

/** One message of the Language Server Protocol or the Debug Adapter Protocol. */
function framed(message: object): string {
  const text = JSON.stringify(message);
  return `Content-Length: ${Buffer.byteLength(text)}\r\n\r\n${text}`;
}

/** The first message that arrives. */
function firstMessage(stream: Readable): Promise<Record<string, unknown>> {
  return new Promise((done, fail) => {
    let received = Buffer.alloc(0);
    stream.on('data', (chunk: Buffer) => {
      received = Buffer.concat([received, chunk]);
      const header = /Content-Length: (\d+)\r\n(?:.+\r\n)*\r\n/.exec(received.toString('latin1'));
      if (header === null) return;
      const start = header.index + header[0].length;
      if (received.length < start + Number(header[1])) return;
      done(JSON.parse(received.subarray(start, start + Number(header[1])).toString('utf8')));
    });
    stream.on('end', () => fail(new Error(`ended after ${JSON.stringify(received.toString('utf8'))}`)));
  });
}

describe('the servers of coroscope', () => {
  let child: ChildProcess | undefined;
  const started = (...args: string[]): ChildProcess => {
    child = spawn(process.execPath, [resolve('dist/cli.js'), ...args], { stdio: 'pipe' });
    return child;
  };
  afterEach(() => {
    child?.kill();
  });

  it('lsp --stdio answers an editor', async function () {
    this.timeout(20_000);
    const { stdin, stdout } = started('lsp', '--stdio');
    const answer = firstMessage(stdout as Readable);
    stdin?.write(
      framed({
        jsonrpc: '2.0',
        id: 1,
        method: 'initialize',
        params: { processId: null, rootUri: null, capabilities: {} },
      }),
    );
    const { id, result } = await answer;
    assert.equal(id, 1);
    assert.equal((result as { serverInfo: { name: string } }).serverInfo.name, 'coroscope');
  });

  const initialize = framed({ seq: 1, type: 'request', command: 'initialize', arguments: { adapterID: 'coroscope' } });

  it('dap answers on stdin and stdout', async function () {
    this.timeout(20_000);
    const { stdin, stdout } = started('dap');
    const answer = firstMessage(stdout as Readable);
    stdin?.write(initialize);
    const { type, command, success } = await answer;
    assert.deepEqual([type, command, success], ['response', 'initialize', true]);
  });

  it('dap --port 0 says where it listens, and answers there', async function () {
    this.timeout(20_000);
    const { stderr } = started('dap', '--port', '0');
    const said = await new Promise<string>((done) => stderr?.once('data', (chunk) => done(String(chunk))));
    const port = /listening on 127\.0\.0\.1:(\d+)/.exec(said)?.[1];
    const socket = connect(Number(port), '127.0.0.1');
    const answer = firstMessage(socket);
    socket.write(initialize);
    assert.equal((await answer).command, 'initialize');
    socket.destroy();
  });
});
