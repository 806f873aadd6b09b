import { readdirSync, readFileSync, statSync } from 'node:fs';
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
    .map(([path, bytes]) => ({ path, bytes }))
    .sort((a, b) => (a.path < b.path ? -1 : 1));
}

/** A Python file, or all below a folder, sorted; paths begin with `path`. */
export function filesBelow(path: string): LibraryFile[] {
  if (!statSync(path).isDirectory()) return [{ path, bytes: readFileSync(path) }];
  return readdirSync(path, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.py'))
    .sort()
    .map((name) => ({ path: join(path, name), bytes: readFileSync(join(path, name)) }));
}
