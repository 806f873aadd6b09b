import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Script } from 'node:vm';

type Exports = Readonly<Record<string, unknown>>;

const loaded = new Map<string, Exports>();

/**
 * What a bundle of ours exports; it is run when it is first asked for, with the bytecode that V8 made of it at build time
 * (tools/build-code-cache.mjs), which halves the start; another version of Node doesn't accept it and compiles the bundle itself.
 * `name` is that of a file of dist/ which tools/bundle-vm.mjs made.
 */
export function loadBundle(name: string): Exports {
  let exports = loaded.get(name);
  if (exports === undefined) {
    const filename = join(__dirname, name);
    const cache = filename.replace(/js$/, 'cache');
    const script = new Script(readFileSync(filename, 'latin1'), {
      filename,
      ...(existsSync(cache) ? { cachedData: readFileSync(cache) } : {}),
    });
    exports = script.runInThisContext()(require, loadBundle, __dirname) as Exports;
    loaded.set(name, exports);
  }
  return exports;
}
