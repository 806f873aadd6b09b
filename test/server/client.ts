import { type ChildProcess, spawn } from 'node:child_process';
import {
  type CodeLens,
  createProtocolConnection,
  type Hover,
  type InlayHint,
  type InlayHintLabelPart,
  type Position,
  type ProtocolConnection,
  type PublishDiagnosticsParams,
  type Range,
  StreamMessageReader,
  StreamMessageWriter,
} from 'vscode-languageserver/node';
import type { BytecodeAnswer } from '../../server/convert.ts';

/** A client of the server's bundle, over stdio as other editors speak to it. */
export class Client {
  readonly #process: ChildProcess;
  readonly connection: ProtocolConnection;
  readonly #diagnostics: PublishDiagnosticsParams[] = [];
  readonly #waiting = new Set<() => void>();
  #version = 1;

  private constructor() {
    this.#process = spawn(process.execPath, ['dist/server.js', '--stdio'], { stdio: ['pipe', 'pipe', 'inherit'] });
    this.connection = createProtocolConnection(
      new StreamMessageReader(this.#process.stdout!),
      new StreamMessageWriter(this.#process.stdin!),
    );
    this.connection.onNotification('textDocument/publishDiagnostics', (params: PublishDiagnosticsParams) => {
      this.#diagnostics.push(params);
      for (const wake of this.#waiting) wake();
    });
    this.connection.listen();
  }

  static async start(settings: object = {}): Promise<Client> {
    const client = new Client();
    await client.connection.sendRequest('initialize', {
      processId: process.pid,
      rootUri: null,
      capabilities: {},
      initializationOptions: { settings },
    });
    await client.connection.sendNotification('initialized', {});
    return client;
  }

  /** The exit code of the server after an orderly goodbye. */
  async stop(): Promise<number | null> {
    const exited = new Promise<number | null>((resolve) => this.#process.once('exit', resolve));
    await this.connection.sendRequest('shutdown');
    await this.connection.sendNotification('exit');
    return exited;
  }

  async open(uri: string, text: string): Promise<void> {
    this.#version = 1;
    const textDocument = { uri, languageId: 'python', version: this.#version, text };
    await this.connection.sendNotification('textDocument/didOpen', { textDocument });
  }

  async edit(uri: string, range: Range, text: string): Promise<void> {
    const textDocument = { uri, version: ++this.#version };
    await this.connection.sendNotification('textDocument/didChange', {
      textDocument,
      contentChanges: [{ range, text }],
    });
  }

  async settings(coroscope: object): Promise<void> {
    await this.connection.sendNotification('workspace/didChangeConfiguration', { settings: { coroscope } });
  }

  hover(uri: string, position: Position): Promise<Hover | null> {
    return this.connection.sendRequest('textDocument/hover', { textDocument: { uri }, position });
  }

  lenses(uri: string): Promise<CodeLens[]> {
    return this.connection.sendRequest('textDocument/codeLens', { textDocument: { uri } });
  }

  bytecode(uri: string): Promise<BytecodeAnswer> {
    return this.connection.sendRequest('coroscope/bytecode', { textDocument: { uri } });
  }

  hints(uri: string, lines: readonly [number, number]): Promise<InlayHint[]> {
    const range = { start: { line: lines[0], character: 0 }, end: { line: lines[1], character: 0 } };
    return this.connection.sendRequest('textDocument/inlayHint', { textDocument: { uri }, range });
  }

  /** The diagnostics published for this version of the document. */
  async diagnostics(uri: string): Promise<PublishDiagnosticsParams['diagnostics']> {
    for (;;) {
      const found = this.#diagnostics.findLast((params) => params.uri === uri && params.version === this.#version);
      if (found) return found.diagnostics;
      await new Promise<void>((resolve) => {
        const wake = () => {
          this.#waiting.delete(wake);
          resolve();
        };
        this.#waiting.add(wake);
      });
    }
  }
}

export const hintText = ({ label }: InlayHint): string =>
  typeof label === 'string' ? label : label.map(({ value }: InlayHintLabelPart) => value).join('');

export const hoverText = (hover: Hover | null): string =>
  hover && typeof hover.contents === 'object' && 'value' in hover.contents ? hover.contents.value : '';
