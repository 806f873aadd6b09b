import { existsSync, readFileSync } from 'node:fs';
import Module, { createRequire } from 'node:module';
import { dirname } from 'node:path';
import { Script } from 'node:vm';

/**
 * Runs a bundle of ours with the bytecode that V8 made of it at build time (tools/build-code-cache.mjs), which halves the
 * start; another version of Node doesn't accept it and compiles the bundle itself. `path` lacks its ending.
 */
export function loadBundle(path: string): void {
  const filename = `${path}.js`;
  const cache = `${path}.cache`;
  const script = new Script(Module.wrap(readFileSync(filename, 'latin1')), {
    filename,
    ...(existsSync(cache) ? { cachedData: readFileSync(cache) } : {}),
  });
  const module = { exports: {} };
  script.runInThisContext()(module.exports, createRequire(filename), module, filename, dirname(filename));
}
