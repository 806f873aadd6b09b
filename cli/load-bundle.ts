import { existsSync, readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { Script } from 'node:vm';

/**
 * Runs a bundle of ours with the bytecode that V8 made of it at build time (tools/build-code-cache.mjs), which halves the
 * start; another version of Node doesn't accept it and compiles the bundle itself. `path` lacks its ending.
 */
export function loadBundle(path: string): void {
  const filename = `${path}.js`;
  const cache = `${path}.cache`;
  const script = new Script(wrapped(readFileSync(filename, 'latin1')), {
    filename,
    ...(existsSync(cache) ? { cachedData: readFileSync(cache) } : {}),
  });
  const module = { exports: {} };
  script.runInThisContext()(module.exports, require, module, filename, dirname(filename));
}

/** As Node wraps CommonJS modules; its own wrapper is in node:module, which would have to be loaded. */
const wrapped = (text: string): string => `(function (exports, require, module, __filename, __dirname) { ${text}\n});`;
