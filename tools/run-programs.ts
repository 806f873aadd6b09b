// Writes what CPython 3.14 makes of test/fixtures/programs/ to test/golden/programs/, what a native CPython 3.8 makes of
// test/fixtures/programs-3.8/ to test/golden/programs-3.8/, and a native 3.13 of programs-threads/ to golden/programs-threads/:
//   node tools/run.mjs tools/run-programs.ts [--all] [PART_OF_NAME…]
// Programs that haven't changed since are left out, unless --all is given.

import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import {
  digest,
  type Golden,
  goldenPath,
  normalized,
  type Outcome,
  readGolden,
  type Suite,
  suite38,
  suite314,
  suiteThreads,
  twinPrograms,
} from '../test/vm/twin.ts';
import { nativePython, type Oracle, pyodideOracle, timerLoop } from './oracle.ts';

// One interpreter runs all programs: what a program changes of it is put back, and what the end of an interpreter does is
// done after each.
const program = `
${timerLoop}
import atexit, contextlib, gc, io, linecache, os, signal, sys, traceback, types, warnings, weakref

def main(task):
    file, source = task
    os.makedirs(os.path.dirname(file), exist_ok=True)
    with open(file, 'w', encoding='utf-8') as copy: copy.write(source)
    linecache.checkcache(file)
    out, err = io.StringIO(), io.StringIO()
    exit_code = 0
    caught = None
    main_module = types.ModuleType('__main__')
    main_module.__dict__.update({'__builtins__': __builtins__, '__file__': file, '__cached__': None})
    del main_module.__doc__, main_module.__loader__, main_module.__spec__, main_module.__package__
    main_module.__dict__.update({'__doc__': None, '__package__': None, '__loader__': None, '__spec__': None})
    before = sys.modules.get('__main__'), sys.path[:], sys.argv, sys.getrecursionlimit(), set(sys.modules)
    sys.modules['__main__'] = main_module
    sys.argv = [file]
    atexit._clear()
    asyncio._set_running_loop(None)
    gc.collect()
    frame = sys._getframe()
    while frame := frame.f_back: sys.setrecursionlimit(sys.getrecursionlimit() + 1)
    sys.setrecursionlimit(sys.getrecursionlimit() + 1)
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err), warnings.catch_warnings():
        try:
            exec(compile(source, file, 'exec'), main_module.__dict__)
        except SystemExit as e:
            if e.code is None: exit_code = 0
            elif isinstance(e.code, int): exit_code = e.code & 255
            else:
                exit_code = 1
                print(e.code, file=sys.stderr)
        except BaseException as e:
            caught = e
        # Out of the handler: an error in the hook has the first one not for its context.
        if caught is not None:
            exit_code = 1
            tb = caught.__traceback__.tb_next
            caught = caught.with_traceback(tb)
            if sys.excepthook is sys.__excepthook__:
                traceback.print_exception(type(caught), caught, tb)
            else:
                try: sys.excepthook(type(caught), caught, tb)
                except BaseException as second:
                    print('Error in sys.excepthook:', file=sys.stderr)
                    second.__traceback__ = second.__traceback__.tb_next
                    traceback.print_exception(second)
                    print('\\nOriginal exception was:', file=sys.stderr)
                    traceback.print_exception(type(caught), caught, tb)
            caught = tb = None
        atexit._run_exitfuncs()
        weakref.finalize._shutdown = weakref.finalize._registered_with_atexit = False
        # What the end of the interpreter does to the module's variables.
        names = main_module.__dict__
        for name in list(names):
            if name.startswith('_') and name != '__builtins__': names[name] = None
        for name in list(names):
            if name != '__builtins__': names[name] = None
        names.clear()
        gc.collect()
    sys.modules['__main__'], sys.path[:], sys.argv, limit, modules = before
    sys.setrecursionlimit(limit)
    sys.excepthook, sys.unraisablehook = sys.__excepthook__, sys.__unraisablehook__
    sys.set_coroutine_origin_tracking_depth(0)
    sys.set_asyncgen_hooks(None, None)
    sys.settrace(None)
    for name in set(sys.modules) - modules:
        if '/python3' not in (getattr(sys.modules[name], '__file__', None) or '/python3'): del sys.modules[name]
    return {'output': out.getvalue(), 'errors': err.getvalue(), 'exitCode': exit_code}
`;

const parts = process.argv.slice(2).filter((argument) => argument !== '--all');
const all = process.argv.includes('--all');

/** Writes the goldens of those programs of a suite that are new, changed or named. */
async function writeGoldens(suite: Suite, interpreter: () => Promise<Interpreter | undefined>): Promise<void> {
  for (const name of twinPrograms(suite)) {
    if (parts.length > 0 && !parts.some((part) => name.includes(part))) continue;
    const file = `${suite.programs}/${name}`;
    const source = readFileSync(file, 'utf8');
    if (!all && readGolden(suite, name)?.program === digest(source)) continue;
    const cpython = await interpreter();
    if (cpython === undefined) {
      process.stdout.write(`${file}: this machine has no CPython for it\n`);
      continue;
    }
    const { output, errors, exitCode } = normalized(cpython.run(file, source));
    const golden: Golden = {
      interpreter: `CPython ${cpython.version}`,
      program: digest(source),
      exitCode,
      output: output.split('\n'),
      errors: errors.split('\n'),
    };
    mkdirSync(dirname(goldenPath(suite, name)), { recursive: true });
    writeFileSync(goldenPath(suite, name), `${JSON.stringify(golden, null, 1)}\n`);
    process.stdout.write(`${file}\n`);
  }
}

interface Interpreter {
  readonly version: string;
  run(file: string, source: string): Outcome;
}

async function pyodide(): Promise<Interpreter> {
  const oracle: Oracle = await pyodideOracle();
  return { version: oracle.version, run: (file, source) => oracle.ask<Outcome>(program, [file, source]) };
}

async function native(release: string): Promise<Interpreter | undefined> {
  const python = nativePython(release);
  if (python === undefined) return undefined;
  const version = spawnSync(python, ['--version'], { encoding: 'utf8' }).stdout.replace('Python', '').trim();
  const env = { ...process.env, PYTHONHASHSEED: '0', PYTHONDONTWRITEBYTECODE: '1' };
  return {
    version,
    run(file) {
      const { status, stdout, stderr } = spawnSync(python, [file], { encoding: 'utf8', env, timeout: 60_000 });
      return { output: stdout, errors: stderr, exitCode: status ?? -1 };
    },
  };
}

await writeGoldens(suite314, pyodide);
await writeGoldens(suite38, () => native('3.8'));
await writeGoldens(suiteThreads, () => native('3.13'));
