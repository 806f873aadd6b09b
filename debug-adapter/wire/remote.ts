import { EventEmitter } from 'node:events';
import { MessageChannel, type MessagePort, receiveMessageOnPort, Worker } from 'node:worker_threads';
import type { DebuggerRequest } from '../core/channel.ts';
import { DebuggerError } from '../core/errors.ts';
import type { Debugger, DebuggerEvent, DebuggerMethod } from '../core/model.ts';
import { type FromWorker, Word, type WorkerData } from './shared.ts';

interface RemoteEvents {
  event: [DebuggerEvent];
  /** The thread died of a defect of ours; `stack` says where. */
  crashed: [stack: string];
}

/** A thread with a VM and a debugger in it, seen from the adapter. */
export class RemoteDebugger extends EventEmitter<RemoteEvents> {
  private readonly worker: Worker;
  private readonly port: MessagePort;
  private readonly words: Int32Array;
  private readonly waiting = new Map<number, { resolve(value: unknown): void; reject(error: Error): void }>();
  private nextId = 1;
  private ended = false;
  private exited = false;

  /** `script` is the path of the worker's bundle, dist/thread.js; `environment` the program's. */
  constructor(script: string, environment: Readonly<Record<string, string>>) {
    super();
    const shared = new SharedArrayBuffer(Word.COUNT * Int32Array.BYTES_PER_ELEMENT);
    const { port1, port2 } = new MessageChannel();
    this.words = new Int32Array(shared);
    this.port = port1;
    const workerData: WorkerData = { port: port2, words: shared };
    this.worker = new Worker(script, {
      workerData,
      env: environment,
      transferList: [port2],
      // Deep Python recursion through built-ins recurses in JavaScript too.
      resourceLimits: { stackSizeMb: 16 },
      stdin: false,
      stdout: true,
      stderr: true,
    });
    this.port.on('message', (message: FromWorker) => this.receive(message));
    this.worker.on('error', (error: Error) => this.end(error.stack ?? error.message));
    this.worker.on('exit', () => {
      // What the thread posted last may not have been seen yet.
      for (let received = receiveMessageOnPort(port1); received; received = receiveMessageOnPort(port1)) {
        this.receive(received.message as FromWorker);
      }
      this.end(this.exited ? undefined : 'The thread of the program has ended.');
    });
  }

  /** Asks the debugger. Requests are answered in the order in which they are made. */
  call<M extends DebuggerMethod>(method: M, ...args: Parameters<Debugger[M]>): Promise<ReturnType<Debugger[M]>> {
    if (this.ended) return Promise.reject(new DebuggerError('The program has ended.'));
    const request: DebuggerRequest = { id: this.nextId++, method, args };
    const answer = new Promise<unknown>((resolve, reject) => this.waiting.set(request.id, { resolve, reject }));
    this.port.postMessage(request);
    Atomics.store(this.words, Word.ATTENTION, 1);
    Atomics.notify(this.words, Word.ATTENTION);
    return answer as Promise<ReturnType<Debugger[M]>>;
  }

  /** Tells the VM that so many characters of output have reached the client. */
  outputWritten(length: number): void {
    Atomics.sub(this.words, Word.OUTPUT_IN_FLIGHT, length);
    Atomics.notify(this.words, Word.OUTPUT_IN_FLIGHT);
  }

  /** Ends the thread, whatever it is doing. */
  async terminate(): Promise<void> {
    this.end();
    await this.worker.terminate();
  }

  private receive(message: FromWorker): void {
    if (this.ended) return;
    if ('event' in message) {
      if (message.event === 'exited') this.exited = true;
      this.emit('event', message);
      return;
    }
    const waiter = this.waiting.get(message.id);
    if (waiter === undefined) return;
    this.waiting.delete(message.id);
    if ('error' in message) waiter.reject(remoteError(message.error, message.internal));
    else waiter.resolve(message.result);
  }

  private end(crash?: string): void {
    if (this.ended) return;
    this.ended = true;
    this.port.close();
    for (const { reject } of this.waiting.values()) reject(new DebuggerError('The program has ended.'));
    this.waiting.clear();
    if (crash !== undefined) this.emit('crashed', crash);
  }
}

function remoteError(message: string, internal: string | undefined): Error {
  if (internal === undefined) return new DebuggerError(message);
  const error = new Error(message);
  error.stack = internal;
  return error;
}
