import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { unzipSync } from 'fflate';

export interface LibraryFile {
  /** Path below the library's root, such as 'asyncio/tasks.py'. */
  readonly path: string;
  readonly bytes: Uint8Array;
}

/** The .py files of CPython 3.14's library as the npm package pyodide ships it, sorted by path. */
export function libraryFiles(): LibraryFile[] {
  const pyodide = dirname(createRequire(import.meta.url).resolve('pyodide/package.json'));
  const entries = unzipSync(readFileSync(join(pyodide, 'python_stdlib.zip')), {
    filter: (file) => file.name.endsWith('.py'),
  });
  return Object.entries(entries)
    .map(([path, bytes]) => ({ path, bytes: path === 'zoneinfo/_common.py' ? asInCPython(bytes) : bytes }))
    .sort((a, b) => (a.path < b.path ? -1 : 1));
}

/** Takes out advice on how to load time zones in Pyodide, which CPython's own file doesn't give. */
function asInCPython(bytes: Uint8Array): Uint8Array {
  const source = Buffer.from(bytes).toString('utf8');
  const own = source.replace(/^ {8}import sys\n {8}if "tzdata" not in sys\.modules:\n(?: {12,}.*\n)+/m, '');
  if (own.includes('Pyodide')) throw new Error('zoneinfo/_common.py: Pyodide says something else now');
  return Buffer.from(own);
}
