// Writes dist/cli-main.cache: V8's bytecode of dist/cli-main.js, as it stands after a program has run that uses much of it.
// cli/start.ts reads it.

import { readFileSync, writeFileSync } from 'node:fs';
import Module, { createRequire } from 'node:module';
import { resolve } from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { constants, Script } from 'node:vm';
import { isMainThread, Worker } from 'node:worker_threads';

const program = resolve('tools/build-code-cache.py');

// The program runs as `coroscope run` runs it: in a thread that finds its job in workerData (cli/run-thread.ts).
if (isMainThread) {
  const start = { bytes: readFileSync(program), filename: program, hasFile: true };
  const notices = new SharedArrayBuffer(8);
  const job = { target: '3.14', optimize: 0, start, argv: [program], path: [resolve('tools')], notices };
  const worker = new Worker(new URL(import.meta.url), { workerData: job });
  worker.on('exit', (code) => {
    process.exitCode = code;
  });
} else makeCache();

function makeCache() {
  const bundle = resolve('dist/cli-main.js');
  const script = new Script(Module.wrap(readFileSync(bundle, 'latin1')), {
    filename: bundle,
    importModuleDynamically: constants.USE_MAIN_CONTEXT_DEFAULT_LOADER,
  });

  // Bytecode that hasn't been used for some time would be flushed before it is written.
  setFlagsFromString('--no-flush-bytecode');
  process.on('exit', () => {
    // A cache is accepted under the flags under which it was written: the default ones.
    setFlagsFromString('--flush-bytecode');
    setFlagsFromString('--max-optimized-bytecode-size=61440');
    writeFileSync('dist/cli-main.cache', script.createCachedData());
  });
  script.runInThisContext()({}, createRequire(bundle), { exports: {} }, bundle, resolve('dist'));
}
