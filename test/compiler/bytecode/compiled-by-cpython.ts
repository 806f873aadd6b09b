import type { CodeObject } from '../../../compiler/bytecode/code-object.ts';
import { loads } from '../../../compiler/bytecode/marshal.ts';
import type { Target } from '../../../compiler/targets/target.ts';
import type { Oracle } from '../../../tools/oracle.ts';

/** The names of CPython's own library files that the oracle has, in order. */
export function libraryFiles(oracle: Oracle): string[] {
  return oracle.ask<string[]>(`
import os, sys, zipfile
def main(_):
    archive = next((p for p in sys.path if p.endswith('.zip') and os.path.exists(p)), None)
    if archive is not None:
        return sorted(n for n in zipfile.ZipFile(archive).namelist() if n.endswith('.py'))
    root = os.path.dirname(os.__file__)
    found = []
    for folder, folders, files in os.walk(root):
        folders[:] = [f for f in folders if f not in ('test', 'tests', 'site-packages', '__pycache__')]
        found += [os.path.relpath(os.path.join(folder, f), root) for f in files if f.endswith('.py')]
    return sorted(found)
`);
}

/** Python source of `library(name)`: the bytes of a library file. */
export const librarySource = `
import os, sys, zipfile
_archive = next((p for p in sys.path if p.endswith('.zip') and os.path.exists(p)), None)
_zip = zipfile.ZipFile(_archive) if _archive else None
def library(name):
    if _zip:
        return _zip.read(name)
    with open(os.path.join(os.path.dirname(os.__file__), name), 'rb') as file:
        return file.read()
`;

export interface CompiledFile {
  readonly name: string;
  readonly code: CodeObject;
}

const libraries = new Map<Oracle, CompiledFile[]>();

/** Every library file as the oracle compiles it; asked for once in a process. */
export function compiledLibrary(oracle: Oracle, target: Target): readonly CompiledFile[] {
  let files = libraries.get(oracle);
  if (files === undefined) {
    files = compileLibrary(oracle, target);
    libraries.set(oracle, files);
  }
  return files;
}

function compileLibrary(oracle: Oracle, target: Target): CompiledFile[] {
  const program = `${librarySource}
import base64, marshal, warnings
warnings.simplefilter('ignore')
def main(names):
    return [base64.b64encode(marshal.dumps(compile(library(n), n, 'exec', dont_inherit=True))).decode() for n in names]
`;
  return batches(libraryFiles(oracle), 100).flatMap((batch) =>
    oracle.ask<string[]>(program, batch).map((data, index) => ({ name: batch[index], code: loadCode(data, target) })),
  );
}

/** A code object and those inside it, in the order of the constants that hold them. */
export function codeObjects(code: CodeObject): CodeObject[] {
  const nested = code.co_consts.filter(
    (item): item is CodeObject => typeof item === 'object' && item !== null && item.type === 'code',
  );
  return [code, ...nested.flatMap(codeObjects)];
}

/** A code object from marshalled bytes in base64. */
export const loadCode = (data: string, target: Target): CodeObject => loads(fromBase64(data), target) as CodeObject;

/** What the oracle's compile() makes of a program's text. */
export function compiledByCPython(oracle: Oracle, target: Target, source: string, filename = 'example.py'): CodeObject {
  const marshalled = oracle.ask<string>(
    `
import base64, marshal
def main(given):
    return base64.b64encode(marshal.dumps(compile(*given, 'exec', dont_inherit=True))).decode()
`,
    [source, filename],
  );
  return loadCode(marshalled, target);
}

export const fromBase64 = (text: string): Uint8Array => Uint8Array.from(Buffer.from(text, 'base64'));
export const toBase64 = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64');

/** Splits a list into runs of at most `size`, so that one question to the oracle stays small. */
export function batches<T>(items: readonly T[], size: number): T[][] {
  const runs: T[][] = [];
  for (let start = 0; start < items.length; start += size) runs.push(items.slice(start, start + size));
  return runs;
}

/** Where our listing first differs from CPython's, or undefined. Addresses, and the order of a set, are of the day. */
export function difference(ours: string, theirs: string): string | undefined {
  const left = ours.split('\n');
  const right = theirs.split('\n');
  const steady = (line: string): string => {
    const named = line.replace(/(code object .*? at) 0x[0-9a-f]+/g, '$1 0x');
    return named.includes('frozenset({') ? [...named].sort().join('') : named;
  };
  for (let at = 0; at < Math.max(left.length, right.length); at++) {
    if (left[at] === right[at]) continue;
    if (steady(left[at] ?? '') !== steady(right[at] ?? ''))
      return `line ${at + 1}\n  ours   ${left[at]}\n  theirs ${right[at]}`;
  }
  return undefined;
}
