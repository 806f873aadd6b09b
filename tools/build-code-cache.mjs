// Writes dist/vm.cache and dist/cli-main.cache: V8's bytecode of the bundles of these names, as it stands after they have run
// what uses much of them. cli/load-bundle.ts reads it.

import { readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { resolve } from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { constants, Script } from 'node:vm';
import { isMainThread, Worker, workerData } from 'node:worker_threads';

const program = resolve('tools/build-code-cache.py');

if (isMainThread) {
  // The program runs as `coroscope run` runs it (cli/run-thread.ts).
  const job = {
    bundle: 'dist/vm',
    start: { bytes: readFileSync(program), filename: program, hasFile: true },
    optimize: 0,
    argv: [program],
    path: [resolve('tools')],
    executable: resolve('dist/cli.js'),
    notices: new SharedArrayBuffer(8),
  };
  run({ workerData: job, stdout: true });
  run({ workerData: { bundle: 'dist/cli-main' }, argv: ['dis', program], stdout: true });
} else makeCache(resolve(workerData.bundle));

function run(options) {
  const worker = new Worker(new URL(import.meta.url), options);
  worker.stdout.resume();
  worker.on('exit', (code) => {
    process.exitCode ||= code;
  });
}

function makeCache(bundle) {
  const filename = `${bundle}.js`;
  const script = new Script(wrapped(readFileSync(filename, 'latin1')), {
    filename,
    importModuleDynamically: constants.USE_MAIN_CONTEXT_DEFAULT_LOADER,
  });

  // Bytecode that hasn't been used for some time would be flushed before it is written.
  setFlagsFromString('--no-flush-bytecode');
  process.on('exit', () => {
    // A cache is accepted under the flags under which it was written: the default ones (host/run-loop.ts has changed two).
    for (const flag of ['--flush-bytecode', '--max-optimized-bytecode-size=61440', '--interrupt-budget=67584']) {
      setFlagsFromString(flag);
    }
    writeFileSync(`${bundle}.cache`, script.createCachedData());
  });
  script.runInThisContext()({}, createRequire(filename), { exports: {} }, filename, resolve('dist'));
}

/** As cli/load-bundle.ts wraps it. */
function wrapped(text) {
  return `(function (exports, require, module, __filename, __dirname) { ${text}\n});`;
}
