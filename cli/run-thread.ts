import { writeSync } from 'node:fs';
import { getHeapStatistics, setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { InterruptibleHost } from '../host/interruptible-host.ts';
import { holdRunLoop } from '../host/run-loop.ts';
import { FUEL_RATION, vm } from '../vm/interpreter/state.ts';
import { flushStreams, runMain, runModuleAsMain, startInterpreter } from '../vm/main-entry.ts';
import { tripSignal } from '../vm/modules/signal.ts';
import { keyboardInterruptType, memoryErrorType, newException, type PyBaseException } from '../vm/objects/exception.ts';
import { targetOption } from './arguments.ts';
import { compiled } from './compiled.ts';
import { Exit, UsageError } from './errors.ts';

/** What is to be run: a program's text, or a module by its name. */
export type Start =
  | { readonly bytes: Uint8Array; readonly filename: string; readonly hasFile: boolean }
  | { readonly module: string; readonly alterArgv: boolean };

/** All that the thread needs to know; it crosses threads, so it is plain data. */
export interface Job {
  /** What --target says. */
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
    const target = targetOption(job.target);
    const host = new InterruptibleHost({ target: target.version }, job.notices);
    let code: ReturnType<typeof compiled>['code'];
    if ('bytes' in start) {
      const { code: made, report } = compiled(start, target, job.optimize);
      if (report !== '') writeSync(2, report);
      if (made === undefined) return Exit.CONTENT;
      code = made;
    }
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
        : runMain(code as NonNullable<typeof code>, {
            filename: start.hasFile ? start.filename : undefined,
            onUncaught,
          });
    return interrupted ? Exit.INTERRUPTED : exitCode;
  } catch (error) {
    vm.onRation = undefined;
    return ended(error);
  }
}

function ended(error: unknown): number {
  if (error instanceof UsageError) {
    writeSync(2, `coroscope run: ${error.message}\n`);
    return Exit.USAGE;
  }
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
