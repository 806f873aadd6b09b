import { makeBuiltins } from './builtins/builtins.ts';
import { printException } from './builtins/traceback-text.ts';
import type { Host } from './host.ts';
import { importByName, importModule, resetImporting } from './importing/import.ts';
import { LIBRARY_PATH } from './importing/library-path.ts';
import { InternalError } from './internal-error.ts';
import { runCode } from './interpreter/call.ts';
import { vm } from './interpreter/state.ts';
import { abandonOtherThreads } from './interpreter/threads.ts';
import { pythonException } from './interpreter/unwind.ts';
import { open } from './modules/io/open.ts';
import { resetSignals } from './modules/signal.ts';
import { makeSys } from './modules/sys.ts';
import { startWarnings } from './modules/warnings.ts';
import type { PyCode } from './objects/code.ts';
import { finalizeAll } from './objects/collect.ts';
import { startTypes } from './objects/define.ts';
import { PyDict } from './objects/dict.ts';
import { type PyBaseException, systemExitType } from './objects/exception.ts';
import { PyFunction } from './objects/function.ts';
import { markInlineCalls } from './objects/generator-type.ts';
import { LastReferences } from './objects/last-reference.ts';
import { newModule, type PyModule } from './objects/module.ts';
import type { Value } from './objects/object.ts';
import { callMethod, setAttribute } from './operations/attribute.ts';
import { call } from './operations/call.ts';
import { str } from './operations/text.ts';
import { ProcessEnd } from './process-end.ts';
import './objects/descriptor-types.ts';
import './objects/function-type.ts';
import './objects/number-types.ts';
import './objects/str-type.ts';
import './objects/bytes-types.ts';
import './objects/sequence-types.ts';
import './objects/dict-type.ts';
import './objects/set-type.ts';
import './objects/exception-types.ts';
import './objects/generator-type.ts';
import './objects/async-generator.ts';
import './objects/misc-types.ts';
import './objects/generic-types.ts';
import './objects/template.ts';

export interface StartOptions {
  /** sys.argv. */
  readonly argv: readonly string[];
  /** What sys.path begins with; the packed library follows. */
  readonly path: readonly string[];
  readonly executable: string;
  /** As -O (1) and -OO (2): for all that is compiled from source; the packed library was compiled without. */
  readonly optimize?: 0 | 1 | 2;
}

/** Begins a new interpreter in this realm; what the one before held is forgotten (Py_InitializeFromConfig). */
export function startInterpreter(host: Host, options: StartOptions): void {
  vm.host = host;
  vm.resetThreads();
  resetSignals();
  vm.recursionLimit = 1000;
  vm.firstGenerator = undefined;
  vm.lastGenerator = undefined;
  vm.generatorCount = 0;
  vm.weakReferences.clear();
  vm.finalizable.clear();
  vm.lastReferences = new LastReferences();
  vm.tasks.clear();
  vm.collectAt = 2000;
  vm.knownResult = undefined;
  vm.finalizing = false;
  vm.optimize = options.optimize ?? 0;
  vm.classes = { PyFunction };
  vm.siteMade.clear();
  vm.importModule = (name) => importModule(name, null, null, 0);
  startTypes();
  markInlineCalls();
  resetImporting();
  vm.modules = new PyDict();
  const builtins = makeBuiltins();
  vm.builtinsModule = builtins;
  vm.builtins = builtins.dict;
  vm.modules.setString('builtins', builtins);
  const sys = makeSys({ ...options, path: [...options.path, LIBRARY_PATH] });
  vm.modules.setString('sys', sys);
  startWarnings();
  const io = importByName('_io') as PyModule;
  vm.builtins.setString('open', io.dict.getString('open') as Value);
  startStreams(sys);
}

/** sys.stdin, stdout and stderr over descriptors 0, 1 and 2 (init_sys_streams). */
function startStreams(sys: PyModule): void {
  const stream = (fd: number, mode: string, name: string, errors: string): Value => {
    const made = open(fd, mode, fd === 2 ? 1 : -1, 'utf-8', errors, fd === 0 ? null : '\n', false, null);
    setAttribute(made, 'mode', mode);
    sys.dict.setString(name, made);
    sys.dict.setString(`__${name}__`, made);
    return made;
  };
  stream(0, 'r', 'stdin', 'strict');
  stream(1, 'w', 'stdout', 'strict');
  stream(2, 'w', 'stderr', 'backslashreplace');
  // They outlive all that is finalised at the end.
  vm.finalizable.clear();
}

export interface MainOptions {
  /** `__file__` of `__main__`; code that comes from no file has none. */
  readonly filename: string | undefined;
  /** Called with an exception that nobody caught, SystemExit aside, before it is printed. */
  readonly onUncaught?: (exception: PyBaseException) => void;
}

/** Runs code as `__main__` and ends the interpreter; gives the process's exit code (pymain_run_python). */
export function runMain(code: PyCode, options: MainOptions): number {
  return runAsMain((main) => runCode(code, main.dict, main.dict), options);
}

/** Runs a module of sys.path as `__main__`, and ends the interpreter (pymain_run_module). */
export function runModuleAsMain(name: string, alterArgv: boolean, onUncaught?: MainOptions['onUncaught']): number {
  return runAsMain(() => callMethod(importByName('runpy'), '_run_module_as_main', name, alterArgv), {
    filename: undefined,
    ...(onUncaught === undefined ? {} : { onUncaught }),
  });
}

function runAsMain(body: (main: PyModule) => Value, options: MainOptions): number {
  const main = newModule('__main__');
  main.dict.setString('__builtins__', vm.builtinsModule);
  if (options.filename !== undefined) {
    main.dict.setString('__file__', options.filename);
    main.dict.setString('__cached__', null);
  }
  vm.modules.setString('__main__', main);
  try {
    let exitCode = 0;
    try {
      body(main);
    } catch (error) {
      exitCode = reportUncaught(pythonException(error), options.onUncaught);
    }
    return finish(exitCode);
  } catch (error) {
    if (!(error instanceof ProcessEnd)) throw error;
    vm.host.flush();
    return error.exitCode;
  }
}

/** Prints what ended the program; gives its exit code (PyErr_PrintEx, handle_system_exit). */
function reportUncaught(exception: PyBaseException, onUncaught: MainOptions['onUncaught']): number {
  if (exception.type.isSubtype(systemExitType)) return exitCodeOf(exception);
  onUncaught?.(exception);
  const hook = (vm.modules.getString('sys') as PyModule).dict.getString('excepthook');
  if (hook === undefined) printException(exception);
  else {
    try {
      call(hook, exception.type, exception, exception.traceback);
    } catch (error) {
      const second = pythonException(error);
      if (second.type.isSubtype(systemExitType)) return exitCodeOf(second);
      writeError('Error in sys.excepthook:\n');
      printException(second);
      writeError('\nOriginal exception was:\n');
      printException(exception);
    }
  }
  return 1;
}

function exitCodeOf(exception: PyBaseException): number {
  const code = exception.members?.['code'] ?? null;
  if (code === null) return 0;
  if (typeof code === 'number') return code & 0xff;
  if (typeof code === 'boolean') return code ? 1 : 0;
  if (typeof code === 'bigint') return Number(BigInt.asUintN(8, code));
  writeError(`${str(code)}\n`);
  return 1;
}

function writeError(text: string): void {
  const stderr = (vm.modules.getString('sys') as PyModule).dict.getString('stderr');
  if (stderr === undefined || stderr === null) vm.host.write(2, text);
  else callMethod(stderr, 'write', text);
}

/** Runs exit functions and flushes (Py_FinalizeEx); gives the exit code, 120 when flushing fails. */
function finish(exitCode: number): number {
  runExitFunctions();
  abandonOtherThreads();
  finalizeAll();
  vm.finalizing = true;
  return flushStreams() ? exitCode : 120;
}

/** Writes what sys.stdout and sys.stderr still hold; false when that fails (flush_std_files). */
export function flushStreams(): boolean {
  vm.frame = undefined;
  let flushed = true;
  const sys = vm.modules.getString('sys') as PyModule;
  for (const name of ['stdout', 'stderr']) {
    const stream = sys.dict.getString(name);
    if (stream === undefined || stream === null) continue;
    try {
      callMethod(stream, 'flush');
    } catch (error) {
      if (error instanceof InternalError) throw error;
      flushed = false;
    }
  }
  vm.host.flush();
  return flushed;
}

function runExitFunctions(): void {
  for (const [module, name] of [
    ['threading', '_shutdown'],
    ['atexit', '_run_exitfuncs'],
  ]) {
    const loaded = vm.modules.getString(module);
    if (loaded === undefined) continue;
    try {
      callMethod(loaded, name);
    } catch (error) {
      printException(pythonException(error));
    }
  }
}
