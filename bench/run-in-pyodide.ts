// node tools/run.mjs bench/run-in-pyodide.ts FOLDER MODULE: runs a module of a folder as CPython 3.14's __main__, and prints what it prints.

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pyodideOracle, timerLoop } from '../tools/oracle.ts';

const [folder, module] = process.argv.slice(2);
const files = readdirSync(folder)
  .filter((name) => name.endsWith('.py'))
  .map((name) => [name, readFileSync(join(folder, name), 'utf8')]);

const oracle = await pyodideOracle();
const output = oracle.ask<string>(
  `${timerLoop}
import contextlib, io, os, runpy, sys

# The page's own loop counts as running.
asyncio._set_running_loop(None)

def main(task):
    files, module = task
    os.makedirs('/programs', exist_ok=True)
    for name, text in files:
        with open('/programs/' + name, 'w') as file: file.write(text)
    sys.path.insert(0, '/programs')
    out = io.StringIO()
    with contextlib.redirect_stdout(out): runpy.run_module(module, run_name='__main__')
    return out.getvalue()
`,
  [files, module],
);
process.stdout.write(output);
