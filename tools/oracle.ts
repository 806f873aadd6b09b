import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname } from 'node:path';

/** A real CPython that answers questions. */
export interface Oracle {
  /** Such as '3.14.2'. */
  readonly version: string;
  /**
   * Runs a Python program that defines `main(input)` and gives what it returns; both sides are JSON values.
   * Throws an Error with Python's traceback when the program raises.
   */
  ask<T>(program: string, input?: unknown): T;
}

/** CPython 3.14 from the npm package `pyodide`: always there, takes 2 to 4 s to load, loaded once in a process. */
export function pyodideOracle(): Promise<Oracle> {
  loaded ??= loadOracle();
  return loaded;
}
let loaded: Promise<Oracle> | undefined;

async function loadOracle(): Promise<Oracle> {
  const { loadPyodide } = await import('pyodide');
  // Pyodide finds its files by a stack trace, which source maps mislead; so say where they are.
  const indexURL = dirname(createRequire(import.meta.url).resolve('pyodide/package.json'));
  const pyodide = await loadPyodide({ indexURL });
  const version = pyodide.runPython('import sys; sys.version.split()[0]') as string;
  return {
    version,
    ask(program, input = null) {
      const globals = pyodide.toPy({ __name__: 'oracle' });
      try {
        pyodide.runPython(program, { globals, filename: '<oracle>' });
        globals.set('_input', JSON.stringify(input));
        const answer = pyodide.runPython('import json as _json; _json.dumps(main(_json.loads(_input)))', { globals });
        return JSON.parse(answer as string);
      } finally {
        globals.destroy();
      }
    },
  };
}

/** For Python programs of the oracle: without threads and sockets asyncio gets a loop that only knows timers. */
export const timerLoop = `
import asyncio, time

class Selector:
    def select(self, timeout):
        if timeout: time.sleep(timeout)
        return []

class TimerLoop(asyncio.BaseEventLoop):
    def __init__(self):
        super().__init__()
        self._selector = Selector()
    def _process_events(self, events): pass
    def _write_to_self(self): pass

asyncio.events.new_event_loop = asyncio.new_event_loop = TimerLoop
asyncio.run = asyncio.runners.run
`;

/** What a program prints to stdout under CPython 3.14. Throws as Oracle.ask does. */
export async function printed(source: string): Promise<string> {
  const oracle = await pyodideOracle();
  return oracle.ask(
    `${timerLoop}
import contextlib, io
def main(source):
    asyncio._set_running_loop(None)
    out = io.StringIO()
    with contextlib.redirect_stdout(out):
        exec(compile(source, 'example.py', 'exec'), {'__name__': '__main__'})
    return out.getvalue()
`,
    source,
  );
}

/** A native CPython X.Y of this machine (on PATH or under pyenv), or undefined where there is none. */
export function nativeOracle(version: string): Oracle | undefined {
  const executable = nativePython(version);
  if (executable === undefined) return undefined;
  const full = execFileSync(executable, ['-c', 'import sys; print(sys.version.split()[0])'], { encoding: 'utf8' });
  return {
    version: full.trim(),
    ask(program, input = null) {
      const script = `${program}\nimport json as _json, sys as _sys\n_sys.stdout.write("\\0" + _json.dumps(main(_json.load(_sys.stdin))))`;
      const result = spawnSync(executable, ['-c', script], {
        input: JSON.stringify(input),
        encoding: 'utf8',
        maxBuffer: 1 << 30,
        env: { ...process.env, PYTHONIOENCODING: 'utf-8', PYTHONHASHSEED: '0' },
      });
      if (result.status !== 0) throw new Error(`CPython ${version} failed:\n${result.stderr}`);
      return JSON.parse(result.stdout.slice(result.stdout.lastIndexOf('\0') + 1));
    },
  };
}

/** Path of a native CPython X.Y, or undefined. */
export function nativePython(version: string): string | undefined {
  const root = `${process.env.PYENV_ROOT ?? `${process.env.HOME}/.pyenv`}/versions`;
  if (existsSync(root)) {
    const found = spawnSync('ls', [root], { encoding: 'utf8' }).stdout.split('\n');
    const match = found.find((name) => name.startsWith(`${version}.`));
    if (match && existsSync(`${root}/${match}/bin/python`)) return `${root}/${match}/bin/python`;
  }
  const onPath = spawnSync(`python${version}`, ['--version']);
  return onPath.status === 0 ? `python${version}` : undefined;
}
