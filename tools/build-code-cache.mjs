// Writes dist/cli-main.cache: V8's bytecode of dist/cli-main.js, as it stands after a program has run that uses much of it.
// cli/start.ts reads it.

import { readFileSync, writeFileSync } from 'node:fs';
import Module, { createRequire } from 'node:module';
import { resolve } from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { constants, Script } from 'node:vm';

const bundle = resolve('dist/cli-main.js');
const script = new Script(Module.wrap(readFileSync(bundle, 'latin1')), {
  filename: bundle,
  importModuleDynamically: constants.USE_MAIN_CONTEXT_DEFAULT_LOADER,
});

// Bytecode that hasn't been used for some time would be flushed before it is written.
setFlagsFromString('--no-flush-bytecode');
process.argv.splice(1, Infinity, resolve('dist/cli.js'), 'run', resolve('tools/build-code-cache.py'));
process.on('exit', () => {
  // A cache is accepted under the flags under which it was written: the default ones.
  setFlagsFromString('--flush-bytecode');
  setFlagsFromString('--max-optimized-bytecode-size=61440');
  writeFileSync('dist/cli-main.cache', script.createCachedData());
});
script.runInThisContext()({}, createRequire(bundle), { exports: {} }, bundle, resolve('dist'));
