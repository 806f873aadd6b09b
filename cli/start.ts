#!/usr/bin/env node
import { existsSync, readFileSync } from 'node:fs';
import Module, { createRequire } from 'node:module';
import { join } from 'node:path';
import { Script } from 'node:vm';

// Loads the command from its bundle with the bytecode that V8 made of it at build time (tools/build-code-cache.mjs). That halves
// the start; another version of Node doesn't accept it and compiles the bundle itself.

const bundle = join(__dirname, 'cli-main.js');
const cache = join(__dirname, 'cli-main.cache');

const script = new Script(Module.wrap(readFileSync(bundle, 'latin1')), {
  filename: bundle,
  ...(existsSync(cache) ? { cachedData: readFileSync(cache) } : {}),
});
script.runInThisContext()(exports, createRequire(bundle), module, bundle, __dirname);
