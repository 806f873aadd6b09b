// Bundles the virtual machine for dist/ in parts, so that a start loads and runs only what it needs: vm.js, and a bundle for each
// file listed here, which is loaded when one of its functions is first called. In the sources these are ordinary imports.
//
// A bundle is a script whose value is a function of (require, __load, __dirname) that gives its exports (cli/load-bundle.ts);
// `__load` gives those of another bundle by its file name. esbuild splits what the parts share into chunks as ES modules, whose
// import and export statements are rewritten here.

import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { basename, resolve } from 'node:path';
import { build } from 'esbuild';

/** Files that export functions alone, by the names of their bundles. */
const parts = {
  'vm-common': 'vm/modules/common-modules.ts',
  'vm-rare': 'vm/modules/rare-modules.ts',
  'vm-compiler': 'host/compiling.ts',
  'vm-debugger': 'debug-adapter/worker.ts',
  'vm-compile': 'vm/builtins/compile.ts',
  'vm-traceback': 'vm/builtins/traceback-text.ts',
  'vm-codecs': 'compiler/text/codecs.ts',
  'vm-names': 'compiler/text/unicode-names.ts',
  'vm-opcodes': 'compiler/bytecode/opcode-docs.ts',
};
const MAIN = 'cli/vm.ts';

/** As above, for the command. */
const commandParts = {
  'cli-codecs': 'compiler/text/codecs.ts',
  'cli-names': 'compiler/text/unicode-names.ts',
};

/** Writes dist/vm*.js. */
export function bundleVm(common) {
  return bundleScripts(common, 'vm', { vm: MAIN }, parts, MAIN);
}

/** Writes dist/cli-*.js. */
export function bundleCommand(common) {
  const entries = { 'cli-main': 'cli/main.ts', 'cli-compiler': 'cli/program-code.ts' };
  return bundleScripts(common, 'cli-', entries, commandParts);
}

/** Writes bundles and their chunks, whose names all begin alike. */
async function bundleScripts(common, prefix, entries, parts, main) {
  mkdirSync('dist', { recursive: true });
  // V8 knows a cache's script by its length alone, so an old one must never meet a new script.
  for (const name of readdirSync('dist')) if (name.startsWith(prefix)) rmSync(`dist/${name}`);
  const { outputFiles } = await build({
    ...common,
    format: 'esm',
    splitting: true,
    outdir: 'dist',
    entryPoints: { ...entries, ...parts },
    chunkNames: `${prefix.replace(/-$/, '')}-[hash]`,
    plugins: [doors(parts, main)],
    write: false,
  });
  for (const { path, text } of outputFiles) {
    writeFileSync(path, path.endsWith('.js') ? asScript(text) : text);
  }
}

/**
 * Puts functions that load a part where its file is imported. With `main`, each part needs all of that bundle, which therefore stays in one
 * piece.
 */
function doors(parts, main) {
  const names = new Map(Object.entries(parts).map(([name, file]) => [resolve(file), name]));
  return {
    name: 'doors',
    setup({ onLoad, onResolve }) {
      onResolve({ filter: /\.ts$/ }, ({ path, kind, resolveDir, namespace }) => {
        const file = resolve(resolveDir, path);
        if (namespace === 'part' || !names.has(file)) return undefined;
        return { path: file, namespace: kind === 'entry-point' ? 'part' : 'door' };
      });
      onLoad({ filter: /.*/, namespace: 'part' }, ({ path }) => ({
        contents: `${main === undefined ? '' : `import './${main}';`} export * from '${path}';`,
        resolveDir: resolve('.'),
      }));
      onLoad({ filter: /.*/, namespace: 'door' }, ({ path }) => ({
        contents: functionsOf(path)
          .map((name) => `export const ${name} = (...args) => __load('${names.get(path)}.js').${name}(...args);`)
          .join('\n'),
      }));
    },
  };
}

/** Names of the functions that a file exports; it may export nothing else. */
function functionsOf(path) {
  const exported = [...readFileSync(path, 'utf8').matchAll(/^export (?!type|interface)(\w+) (\w+)/gm)];
  const other = exported.find(([, kind]) => kind !== 'function');
  if (other !== undefined) throw new Error(`${path} exports ${other[2]}, and may export functions alone`);
  return exported.map(([, , name]) => name);
}

/** An ES module as esbuild prints it, as a script that gives a function; lines stay where they are. */
function asScript(text) {
  const names = (list, separator) => list.replace(/(\S+) as (\S+)/g, `$1${separator}$2`);
  const from = (path) => (path.startsWith('.') ? `__load("${basename(path)}")` : `require("${path}")`);
  const body = text
    .replace(
      /^import \{([^}]*)\} from "([^"]+)";/gm,
      (_, list, path) => `const {${names(list, ': ')}} = ${from(path)};`,
    )
    .replace(/^import \* as (\S+) from "([^"]+)";/gm, (_, name, path) => `const ${name} = ${from(path)};`)
    .replace(/^import (\w+) from "([^"]+)";/gm, (_, name, path) => `const ${name} = ${from(path)};`)
    .replace(/\bimport\(("[^"]+")\)/g, (_, path) => `Promise.resolve(${from(path.slice(1, -1))})`)
    .replace(/^import "([^"]+)";/gm, (_, path) => `${from(path)};`)
    .replace(/^export \{([^}]*)\};/gm, (_, list) => `return {${list.replace(/(\S+) as (\S+?)(,|\s)/g, '$2: $1$3')}};`);
  const rest = /^(?:import|export)\b.*/m.exec(body);
  if (rest !== null) throw new Error(`a statement that tools/bundle-vm.mjs doesn't know: ${rest[0]}`);
  const [, code, map] = /^([\s\S]*?)(\/\/# sourceMappingURL=.*\n?)?$/.exec(body);
  return `(function (require, __load, __dirname) { "use strict"; ${code}})\n${map ?? ''}`;
}
