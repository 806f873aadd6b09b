// Runs a TypeScript file of the project: node tools/run.mjs FILE.ts [ARG…]

import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { build } from 'esbuild';

const [file, ...args] = process.argv.slice(2);
if (!file) {
  console.error('usage: node tools/run.mjs FILE.ts [ARG…]');
  process.exit(2);
}
const outfile = resolve('out/run', file.replace(/[^\w.-]/g, '_').replace(/\.ts$/, '.mjs'));
await build({
  entryPoints: [file],
  outfile,
  bundle: true,
  platform: 'node',
  format: 'esm',
  target: 'node20',
  sourcemap: true,
  packages: 'external',
  logLevel: 'warning',
});
process.argv = [process.argv[0], outfile, ...args];
process.setSourceMapsEnabled?.(true);
await import(pathToFileURL(outfile).href);
