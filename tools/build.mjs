// Builds the bundles of dist/ and, with --tests, the mocha suites of out/test.
// Everything runs from bundles: esbuild inlines `const enum`s across files, which the interpreter's switch needs to
// become a jump table.

import { execFileSync, spawnSync } from 'node:child_process';
import { rmSync } from 'node:fs';
import { build } from 'esbuild';
import { bundleCommand, bundleVm } from './bundle-vm.mjs';
import { globSync } from './glob.mjs';

const common = {
  bundle: true,
  platform: 'node',
  target: 'node20',
  sourcemap: true,
  logLevel: 'warning',
  loader: { '.json': 'json' },
};

const bundles = {
  extension: 'client/extension.ts',
  server: 'server/main.ts',
  'debug-adapter': 'debug-adapter/main.ts',
  cli: 'cli/start.ts',
  thread: 'cli/thread.ts',
};

const tests = globSync('test', /\.test\.ts$/, /^test\/(workbench|golden|fixtures)\//);

// The docstrings of what is written in C; quick when nothing has changed.
execFileSync(process.execPath, ['tools/run.mjs', 'tools/dump-docs.ts'], { stdio: 'inherit' });

rmSync('out/test', { recursive: true, force: true });
await Promise.all([
  bundleVm(common),
  bundleCommand(common),
  build({ ...common, format: 'cjs', outdir: 'dist', entryPoints: bundles, external: ['vscode', 'pyodide'] }),
  build({
    ...common,
    format: 'esm',
    splitting: true,
    outdir: 'out/test',
    outbase: 'test',
    outExtension: { '.js': '.mjs' },
    entryPoints: tests,
    packages: 'external',
  }),
]);

// CPython's library, compiled by our compiler; quick when nothing has changed.
execFileSync(process.execPath, ['tools/run.mjs', 'tools/build-library.ts', 'dist/library.bin'], { stdio: 'inherit' });

execFileSync(process.execPath, ['tools/run.mjs', 'tools/pack-texts.ts', 'dist/library.bin'], { stdio: 'inherit' });

// Only the speed of the start depends on it.
const { status } = spawnSync(process.execPath, ['tools/build-code-cache.mjs'], { stdio: 'inherit' });
if (status !== 0) console.error('the caches of V8 could not be made: the command will start more slowly');
