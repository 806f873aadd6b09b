import { existsSync, statSync, writeSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { Worker } from 'node:worker_threads';
import { NOTICE_BYTES, Notice, notify } from '../host/notices.ts';
import type { Command } from './command.ts';
import { badValue, Exit, missing, unknownOption, unknownTarget } from './errors.ts';
import { loadBundle } from './load-bundle.ts';
import type { Job } from './run-thread.ts';
import { readSource, type Source } from './source.ts';
import { write } from './terminal.ts';

export const run: Command = {
  summary: 'run a program in the virtual machine',
  help: `usage: coroscope run [OPTION…] FILE | -c CODE | -m MODULE | - [ARG…]

Runs a Python program in Coroscope's own virtual machine. What follows the program is its own.
FILE may be a folder or zip file with a __main__.py; - is stdin. The exit code is the program's
own; 124 when it was stopped, 130 after Ctrl-C, 70 when Coroscope itself failed.

  --target X.Y       the CPython version to run as (default 3.14)
  -c CODE            run the code given here
  -m MODULE          run a module of sys.path as a script
  -O                 without assert statements; -OO without docstrings too
  --timeout SECONDS  stop the program after that time
  --fuel N           stop it after about N calls and rounds of loops
  --max-memory MB    MemoryError when it uses more
`,
  async run(args) {
    const options = ownArguments(args);
    const { start, source, argv, path } = program(options);
    const job: Job = {
      target: options.target,
      optimize: options.optimize,
      start,
      argv,
      path,
      maxMemory: options.maxMemory === undefined ? undefined : options.maxMemory * MEGABYTE,
      fuel: options.fuel,
      executable: process.argv[1],
      notices: new SharedArrayBuffer(NOTICE_BYTES),
    };
    const worker = startThread(job, options.maxMemory);
    try {
      // The compiler works while the thread starts.
      checkTarget(options.target);
      if (source !== undefined && !sendCode(worker, job, source)) {
        await worker.terminate();
        return Exit.CONTENT;
      }
    } catch (error) {
      await worker.terminate();
      throw error;
    }
    return watch(worker, job, options.timeout);
  },
};

const MEGABYTE = 2 ** 20;
/** Room for deep recursion through built-ins, which recurse in JavaScript too. */
const STACK_MEGABYTES = 64;
/** How long a program that was told to stop may take, in milliseconds. */
const GRACE = 1000;

/** Starts the program's thread, so that this one can watch over it: a program that computes can't hear Ctrl-C itself. */
function startThread(job: Job, maxMemory: number | undefined): Worker {
  const worker = new Worker(join(__dirname, 'thread.js'), {
    workerData: job,
    stdin: false,
    // The program writes by its host; what else comes, such as a warning of Node's, is rare and passed on below.
    stdout: true,
    stderr: true,
    resourceLimits: {
      stackSizeMb: STACK_MEGABYTES,
      // The limit of our own comes first, and is a MemoryError.
      ...(maxMemory === undefined ? {} : { maxOldGenerationSizeMb: 2 * maxMemory + 256 }),
    },
  });
  worker.stdout.on('data', (data) => writeSync(1, data));
  worker.stderr.on('data', (data) => writeSync(2, data));
  return worker;
}

const compiler = (): typeof import('./program-code.ts') =>
  loadBundle('cli-compiler.js') as typeof import('./program-code.ts');

/** Throws UsageError for a version that the compiler doesn't know. */
function checkTarget(version: string | undefined): void {
  if (version === undefined) return;
  const known = compiler().knownTargets();
  if (!known.includes(version)) throw unknownTarget(version, known);
}

/** Compiles the program, says what is wrong with it, and sends its code to the thread; false when it has none. */
function sendCode(worker: Worker, { target, optimize, notices }: Job, source: Source): boolean {
  const { packed, report } = compiler().programCode(source, target, optimize);
  if (report !== '') writeSync(2, report);
  if (packed === undefined) return false;
  worker.postMessage(packed, [packed.buffer]);
  notify(notices, Notice.CODE);
  return true;
}

/** Until the program has ended: Ctrl-C, its time, and its end; gives the exit code of the process. */
function watch(worker: Worker, job: Job, timeout: number | undefined): Promise<number> {
  return new Promise((done) => {
    let interrupted = false;
    const onInterrupt = (): void => {
      // The second time the program has had its chance, or is in a read that can't be ended.
      if (interrupted) process.exit(Exit.INTERRUPTED);
      interrupted = true;
      notify(job.notices, Notice.INTERRUPT);
      setTimeout(() => {
        interrupted = false;
      }, GRACE).unref();
    };
    process.on('SIGINT', onInterrupt);
    let stopped = false;
    const clock =
      timeout === undefined
        ? undefined
        : setTimeout(() => {
            notify(job.notices, Notice.STOP);
            setTimeout(() => {
              stopped = true;
              worker.terminate();
            }, GRACE).unref();
          }, timeout * 1000);
    worker.on('error', (error: NodeJS.ErrnoException) => {
      const text =
        error.code === 'ERR_WORKER_OUT_OF_MEMORY'
          ? 'MemoryError\n'
          : `coroscope run: a fault of Coroscope's own; please report it\n${error.stack ?? error.message}\n`;
      write(process.stderr, text).then(() =>
        done(error.code === 'ERR_WORKER_OUT_OF_MEMORY' ? Exit.CONTENT : Exit.FAULT),
      );
    });
    worker.on('exit', (code) => {
      clearTimeout(clock);
      process.off('SIGINT', onInterrupt);
      done(stopped ? Exit.STOPPED : code);
    });
  });
}

/** What is to be run: the text of a program, or a module. */
interface Program extends Pick<Job, 'start' | 'argv' | 'path'> {
  readonly source: Source | undefined;
}

/** What is to be run, and what it finds in sys.argv and sys.path. */
function program(options: Options): Program {
  const { code, module, file, rest } = options;
  const text = (source: Source, hasFile: boolean): Pick<Program, 'start' | 'source'> => ({
    start: { filename: hasFile ? source.filename : undefined },
    source,
  });
  const asModule = (module: string, alterArgv: boolean): Pick<Program, 'start' | 'source'> => ({
    start: { module, alterArgv },
    source: undefined,
  });
  if (code !== undefined) {
    return { ...text({ bytes: Buffer.from(code), filename: '<string>' }, false), argv: ['-c', ...rest], path: [''] };
  }
  if (module !== undefined) return { ...asModule(module, true), argv: ['-m', ...rest], path: [process.cwd()] };
  const argv = [file, ...rest];
  if (file === '-') return { ...text(readSource('-'), false), argv, path: [''] };
  // CPython makes the script's own path absolute, and leaves sys.argv as it was given.
  const filename = resolve(file);
  if (isFolder(file) && existsSync(join(filename, '__main__.py')))
    return { ...asModule('__main__', false), argv, path: [filename] };
  const { bytes } = readSource(file);
  if (isZip(bytes)) return { ...asModule('__main__', false), argv, path: [filename] };
  return { ...text({ bytes, filename }, true), argv, path: [dirname(filename)] };
}

/** What can't be looked at is no folder: readSource() says what is wrong with it. */
function isFolder(path: string): boolean {
  try {
    return statSync(path).isDirectory();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === undefined) throw error;
    return false;
  }
}

/** A zip file ends with its directory, whatever stands before it. */
function isZip(bytes: Uint8Array): boolean {
  const tail = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).subarray(-(22 + 0xffff));
  return tail.includes('PK\x05\x06', 0, 'latin1');
}

interface Options {
  target: string | undefined;
  optimize: 0 | 1 | 2;
  timeout: number | undefined;
  fuel: number | undefined;
  maxMemory: number | undefined;
  code: string | undefined;
  module: string | undefined;
  file: string;
  rest: string[];
}

/** The options of `run` itself end where FILE stands, or with -c or -m. */
function ownArguments(args: readonly string[]): Options {
  const options: Options = {
    target: undefined,
    optimize: 0,
    timeout: undefined,
    fuel: undefined,
    maxMemory: undefined,
    code: undefined,
    module: undefined,
    file: '',
    rest: [],
  };
  for (let at = 0; at < args.length; at++) {
    const [name, glued] = split(args[at]);
    const value = (what: string): string => {
      if (glued !== undefined) return glued;
      if (++at === args.length) throw missing(`${what} after ${name}`, 'run');
      return args[at];
    };
    switch (name) {
      case '-c':
        options.code = `${value('the code')}\n`;
        options.rest = args.slice(at + 1);
        return options;
      case '-m':
        options.module = value('the module');
        options.rest = args.slice(at + 1);
        return options;
      case '-O':
        options.optimize = options.optimize === 0 ? 1 : 2;
        break;
      case '-OO':
        options.optimize = 2;
        break;
      case '--target':
        options.target = value('the version');
        break;
      case '--timeout':
        options.timeout = positive(name, value('the seconds'));
        break;
      case '--fuel':
        options.fuel = positive(name, value('the number'));
        break;
      case '--max-memory':
        options.maxMemory = positive(name, value('the megabytes'));
        break;
      default:
        if (name.startsWith('-') && name !== '-' && name !== '--') throw unknownOption('run', args[at]);
        if (name === '--') at++;
        if (at === args.length) throw missing('FILE', 'run');
        options.file = args[at];
        options.rest = args.slice(at + 1);
        return options;
    }
  }
  throw missing('FILE', 'run');
}

/** `--name=value` and `-cvalue` in their two parts. */
function split(arg: string): [name: string, value: string | undefined] {
  const equals = arg.startsWith('--') ? arg.indexOf('=') : -1;
  if (equals > 0) return [arg.slice(0, equals), arg.slice(equals + 1)];
  if (/^-[cm]./.test(arg)) return [arg.slice(0, 2), arg.slice(2)];
  return [arg, undefined];
}

function positive(name: string, text: string): number {
  const number = Number(text);
  if (text.trim() === '' || !(number > 0)) throw badValue(name, text, 'a number above 0');
  return number;
}
