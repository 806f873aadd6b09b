// Loaded before a command of dist/cli.js, by --require: when a thread ends, writes what V8 has made of the scripts that it ran
// (tools/build-code-cache.mjs).

const { writeFileSync } = require('node:fs');
const v8 = require('node:v8');
const vm = require('node:vm');

const { setFlagsFromString } = v8;
// What host/run-loop.ts changes, as V8 has it at first.
const usual = ['--max-optimized-bytecode-size=61440', '--interrupt-budget=67584'];
let flags = [];
v8.setFlagsFromString = (flag) => {
  flags = [...flags, flag];
  setFlagsFromString(flag);
};

/** The scripts and the flags under which each was made: V8 accepts a cache under the flags under which it was written. */
const scripts = [];
vm.Script = class extends vm.Script {
  constructor(text, options) {
    super(text, { ...options, importModuleDynamically: vm.constants.USE_MAIN_CONTEXT_DEFAULT_LOADER });
    scripts.push({ script: this, filename: options.filename, flags });
  }
};

// Bytecode that hasn't been used for some time would be flushed before it is written.
setFlagsFromString('--no-flush-bytecode');
process.on('exit', () => {
  for (const { script, filename, flags } of scripts) {
    for (const flag of ['--flush-bytecode', ...usual, ...flags]) setFlagsFromString(flag);
    writeFileSync(filename.replace(/js$/, 'cache'), script.createCachedData());
  }
});
