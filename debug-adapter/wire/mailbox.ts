import { type MessagePort, receiveMessageOnPort } from 'node:worker_threads';
import type { Channel, DebuggerRequest } from '../core/channel.ts';
import type { DebuggerEvent, OutputInfo } from '../core/model.ts';
import { type FromWorker, OUTPUT_LIMIT, Word, type WorkerData } from './shared.ts';

/** Output is collected up to this length before it is posted; a stop, a wait or the fuel trap posts what there is. */
const OUTPUT_CHUNK = 1 << 13;

/**
 * The VM thread's end of the wire. Nothing here is asynchronous: the thread blocks in `wait` and takes its mail
 * itself, because its event loop never turns while Python runs.
 */
export class Mailbox implements Channel {
  private readonly port: MessagePort;
  private readonly words: Int32Array;
  private output: OutputInfo | undefined;

  constructor({ port, words }: WorkerData) {
    this.port = port;
    this.words = new Int32Array(words);
  }

  /** Whether something was posted. Cheap: an atomic load. */
  get hasMail(): boolean {
    return Atomics.load(this.words, Word.ATTENTION) !== 0;
  }

  /** The next request, if there is one. */
  take(): DebuggerRequest | undefined {
    // Cleared before looking: what is posted meanwhile sets it again, so nothing is ever overlooked.
    Atomics.store(this.words, Word.ATTENTION, 0);
    const received = receiveMessageOnPort(this.port) as { message: DebuggerRequest } | undefined;
    if (received === undefined) return undefined;
    Atomics.store(this.words, Word.ATTENTION, 1);
    return received.message;
  }

  /** Blocks until something is posted, or for so many milliseconds. */
  wait(milliseconds = Number.POSITIVE_INFINITY): void {
    this.flush();
    Atomics.wait(this.words, Word.ATTENTION, 0, milliseconds);
  }

  /** Answers after whatever was printed on the way to the answer. */
  answer(id: number, result: unknown): void {
    this.flush();
    this.post({ id, result });
  }

  fail(id: number, message: string, internal?: string): void {
    this.flush();
    this.post({ id, error: message, internal });
  }

  send(event: DebuggerEvent): void {
    if (event.event === 'output' && event.body.source === undefined) {
      this.collect(event.body);
    } else {
      this.flush();
      this.post(event);
    }
  }

  /** Posts the output collected so far. */
  flush(): void {
    const output = this.output;
    if (output === undefined) return;
    this.output = undefined;
    Atomics.add(this.words, Word.OUTPUT_IN_FLIGHT, output.text.length);
    this.post({ event: 'output', body: output });
    for (;;) {
      const inFlight = Atomics.load(this.words, Word.OUTPUT_IN_FLIGHT);
      if (inFlight < OUTPUT_LIMIT) return;
      Atomics.wait(this.words, Word.OUTPUT_IN_FLIGHT, inFlight, 1000);
    }
  }

  private collect(output: OutputInfo): void {
    const held = this.output;
    if (held !== undefined && held.category === output.category) {
      this.output = { category: held.category, text: held.text + output.text };
    } else {
      this.flush();
      this.output = output;
    }
    if (this.output.text.length >= OUTPUT_CHUNK) this.flush();
  }

  private post(message: FromWorker): void {
    this.port.postMessage(message);
  }
}
