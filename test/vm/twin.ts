import { readFileSync } from 'node:fs';
import { NodeFiles } from '../../host/node-files.ts';
import { NodeHost } from '../../host/node-host.ts';
import type { Oracle } from '../../tools/oracle.ts';
import { runMain, startInterpreter } from '../../vm/main-entry.ts';

/** What a program wrote and how it ended. */
export interface Outcome {
  readonly output: string;
  readonly errors: string;
  readonly exitCode: number;
}

class CapturingFiles extends NodeFiles {
  readonly written: [out: Uint8Array[], err: Uint8Array[]] = [[], []];
  override write(fd: number, data: Uint8Array): number {
    if (fd !== 1 && fd !== 2) return super.write(fd, data);
    this.written[fd - 1].push(data.slice());
    return data.length;
  }
}

class CapturingHost extends NodeHost {
  override readonly files = new CapturingFiles();
}

/** Runs a program's file in the VM, for the target of its code. */
export function runInVm(file: string, target = '3.14'): Outcome {
  const host = new CapturingHost({ target, library: 'dist/library.bin' });
  startInterpreter(host, { argv: [file], path: [''], executable: 'coroscope' });
  const { code, error } = host.compile(readFileSync(file), {
    filename: file,
    mode: 'exec',
    flags: 0,
    optimize: 0,
    target,
  });
  if (code === undefined) throw new Error(`${file}: ${error?.message}`);
  const exitCode = runMain(code, { filename: file });
  const [output, errors] = host.files.written.map((parts) => Buffer.concat(parts).toString('utf8'));
  return { output, errors, exitCode };
}

const program = `
import contextlib, io, linecache, os, sys, traceback
def main(task):
    file, source = task
    linecache.cache[file] = (len(source), None, source.splitlines(True), file)
    out, err = io.StringIO(), io.StringIO()
    exit_code = 0
    namespace = {'__name__': '__main__', '__builtins__': __builtins__, '__file__': file}
    main_module = type(sys)('__main__')
    main_module.__dict__.update(namespace)
    before = sys.modules.get('__main__')
    sys.modules['__main__'] = main_module
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        try:
            exec(compile(source, file, 'exec'), main_module.__dict__)
        except SystemExit as e:
            exit_code = e.code
        except BaseException as e:
            exit_code = 1
            tb = e.__traceback__.tb_next
            traceback.print_exception(type(e), e.with_traceback(tb), tb)
            e = tb = None
        # What the end of the interpreter does to the module's variables.
        main_module.__dict__.clear()
    sys.modules['__main__'] = before
    return {'output': out.getvalue(), 'errors': err.getvalue(), 'exitCode': exit_code or 0}
`;

/** Runs the same program in a real CPython. */
export function runInOracle(oracle: Oracle, file: string): Outcome {
  return oracle.ask<Outcome>(program, [file, readFileSync(file, 'utf8')]);
}
