import { writeSync } from 'node:fs';
import { getHeapStatistics, setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { type MessagePort, parentPort, receiveMessageOnPort } from 'node:worker_threads';
import { InterruptibleHost } from '../host/interruptible-host.ts';
import { Notice } from '../host/notices.ts';
import { holdRunLoop } from '../host/run-loop.ts';
import { unpackCode } from '../vm/importing/packed-code.ts';
import { FUEL_RATION, vm } from '../vm/interpreter/state.ts';
import { flushStreams, runMain, runModuleAsMain, startInterpreter } from '../vm/main-entry.ts';
import { tripSignal } from '../vm/modules/signal.ts';
import { keyboardInterruptType, memoryErrorType, newException, type PyBaseException } from '../vm/objects/exception.ts';
import { Exit } from './errors.ts';

/** What is to be run: a program, whose code follows (sendCode of run.ts), or a module by its name. */
export type Start =
  | { readonly filename: string | undefined }
  | { readonly module: string; readonly alterArgv: boolean };

/** All that the thread needs to know; it crosses threads, so it is plain data. */
export interface Job {
  /** The version of CPython for which the program's own compile() compiles; default 3.14. */
  readonly target: string | undefined;
  readonly optimize: 0 | 1 | 2;
  readonly start: Start;
  /** sys.argv. */
  readonly argv: readonly string[];
  /** What sys.path begins with. */
  readonly path: readonly string[];
  /** In bytes; the program gets a MemoryError when it uses more. */
  readonly maxMemory: number | undefined;
  /** How many calls and rounds of loops the program may take. */
  readonly fuel: number | undefined;
  /** sys.executable. */
  readonly executable: string;
  readonly notices: SharedArrayBuffer;
}

/** Ends a program whose time or fuel is over; Python code can't catch it. */
class Stopped extends Error {}

/** Runs a program in this thread; gives the exit code of the process. */
export function runJob(job: Job): number {
  const { start } = job;
  try {
    const host = new InterruptibleHost(job.target === undefined ? {} : { target: job.target }, job.notices);
    holdRunLoop();
    startInterpreter(host, {
      argv: job.argv,
      path: job.path,
      executable: job.executable,
      optimize: job.optimize,
    });
    vm.onRation = watch(job, host);
    let interrupted = false;
    const onUncaught = ({ type }: PyBaseException): void => {
      interrupted = type.isSubtype(keyboardInterruptType);
    };
    const exitCode =
      'module' in start
        ? runModuleAsMain(start.module, start.alterArgv, onUncaught)
        : runMain(unpackCode(awaitCode(job)), { filename: start.filename, onUncaught });
    return interrupted ? Exit.INTERRUPTED : exitCode;
  } catch (error) {
    vm.onRation = undefined;
    return ended(error);
  }
}

/** The program's code, which the thread that watches over this one compiles while the interpreter starts. */
function awaitCode({ notices }: Job): Uint8Array {
  const port = parentPort as MessagePort;
  for (;;) {
    const received = receiveMessageOnPort(port);
    if (received !== undefined) return received.message as Uint8Array;
    Atomics.wait(new Int32Array(notices), Notice.CODE, 0);
  }
}

function ended(error: unknown): number {
  if (error instanceof Stopped) {
    flushStreams();
    writeSync(2, `coroscope run: ${error.message}\n`);
    return Exit.STOPPED;
  }
  const stack = error instanceof Error ? (error.stack ?? error.message) : String(error);
  writeSync(
    2,
    `coroscope run: a fault of Coroscope's own; please report it with the program that shows it\n${stack}\n`,
  );
  return Exit.FAULT;
}

/** What is looked at each time the program has used up its ration of fuel, and when it wakes. */
function watch(job: Job, host: InterruptibleHost): () => void {
  let rest = job.fuel ?? Number.POSITIVE_INFINITY;
  const checkMemory = job.maxMemory === undefined ? undefined : memoryWatch(job.maxMemory);
  return () => {
    if (host.stopped) throw new Stopped('stopped, the time of --timeout is over');
    rest -= FUEL_RATION;
    if (rest <= 0) throw new Stopped(`stopped, the fuel of --fuel ${job.fuel} is used up`);
    if (host.interrupted()) tripSignal(SIGINT);
    checkMemory?.();
  };
}

const SIGINT = 2;

/** Raises MemoryError when more than `limit` bytes are in use that V8 can't free. */
function memoryWatch(limit: number): () => void {
  setFlagsFromString('--expose-gc');
  const collectGarbage = runInNewContext('gc') as () => void;
  let next = limit;
  return () => {
    if (inUse() <= next) return;
    collectGarbage();
    const used = inUse();
    next = Math.max(limit, used * 1.1);
    if (used > limit) throw newException(memoryErrorType);
  };
}

function inUse(): number {
  const { used_heap_size, external_memory } = getHeapStatistics();
  return used_heap_size + external_memory;
}
