import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, dirname } from 'node:path';
import { deflateRawSync } from 'node:zlib';
import { compile } from '../compiler/compile.ts';
import { py314 } from '../compiler/targets/py314.ts';
import { isWarning } from '../compiler/text/diagnostic.ts';
import { type LibraryEntry, moduleNameOf } from '../host/library.ts';
import { PackedFileWriter } from '../host/packed-file.ts';
import { LIBRARY_PATH } from '../vm/importing/library-path.ts';
import { packCode } from '../vm/importing/pack-code.ts';
import { decodeToKeep } from '../vm/interpreter/decode.ts';
import { codeValue } from '../vm/objects/constant.ts';
import { libraryFiles } from './library-zip.ts';

// Packs CPython's library for the VM: node tools/run.mjs tools/build-library.ts OUT. Does nothing when OUT was made of the same
// files by the same compiler. The format is told in host/library.ts.

/** Docstrings of what isn't written in Python (tools/dump-docs.ts); the VM reads them as a file of the library. */
const DOCS = 'vm/importing/builtin-docs.json';

const [out] = process.argv.slice(2);
if (out === undefined) {
  console.error('usage: node tools/run.mjs tools/build-library.ts OUT');
  process.exit(2);
}

/** The two files that CPython has frozen; tracebacks leave out frames of these names. */
const frozenNames = new Map(
  ['_bootstrap', '_bootstrap_external'].map((name) => [`importlib/${name}.py`, `<frozen importlib.${name}>`]),
);

/** What Pyodide adds to CPython's library: its own door to JavaScript, and an ssl that looks like one but can't encrypt. */
const ofPyodide = /^(?:_?pyodide\/|_?ssl\.py$|_sysconfigdata__emscripten)/;

const files = libraryFiles()
  .filter(({ path }) => !ofPyodide.test(path))
  .map(({ path, bytes }) => ({ path, bytes: path === 'zoneinfo/_common.py' ? asInCPython(bytes) : bytes }));
const stampFile = `${out}.stamp`;
const hash = createHash('sha256').update(readFileSync(process.argv[1]));
for (const { path, bytes } of files) hash.update(path).update(bytes);
const docs = readFileSync(DOCS);
hash.update(docs);
const stamp = hash.digest('hex');

if (!existsSync(out) || !existsSync(stampFile) || readFileSync(stampFile, 'utf8') !== stamp) {
  const index: Record<string, LibraryEntry> = {};
  const writer = new PackedFileWriter();
  for (const { path, bytes } of files) {
    const filename = frozenNames.get(path) ?? `${LIBRARY_PATH}/${path}`;
    const { code, diagnostics } = compile(bytes, { filename, target: py314 });
    const error = diagnostics.find((diagnostic) => !isWarning(diagnostic));
    if (code === undefined || error !== undefined) throw new Error(`${path}:${error?.lineno}: ${error?.message}`);
    index[moduleNameOf(path)] = {
      path,
      code: writer.add(packCode(code, (part) => decodeToKeep(codeValue(part)))),
      source: writer.add(deflateRawSync(bytes)),
    };
  }
  const docsFile = basename(DOCS);
  index[docsFile] = {
    path: docsFile,
    code: [0, 0],
    source: writer.add(deflateRawSync(JSON.stringify(JSON.parse(`${docs}`)))),
  };
  mkdirSync(dirname(out), { recursive: true });
  writeFileSync(out, writer.bytes(index));
  writeFileSync(stampFile, stamp);
}

/** Takes out advice on how to load time zones in Pyodide, which CPython's own file doesn't give. */
function asInCPython(bytes: Uint8Array): Uint8Array {
  const source = Buffer.from(bytes).toString('utf8');
  const own = source.replace(/^ {8}import sys\n {8}if "tzdata" not in sys\.modules:\n(?: {12,}.*\n)+/m, '');
  if (own.includes('Pyodide')) throw new Error('zoneinfo/_common.py: Pyodide says something else now');
  return Buffer.from(own);
}
