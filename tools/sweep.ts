// Compiles Python files and compares every part of every code object with what CPython makes of them:
//   node tools/run.mjs tools/sweep.ts [--target X.Y] [-O|-OO] [--keep DIR] [--limit N] [PATH…]
// Without PATH: CPython 3.14's library as pyodide ships it, or the native interpreter's own library.
// --keep DIR keeps CPython's answers there for the next run. CPython is pyodide for 3.14, else a native interpreter.

import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import type { CodeObject } from '../compiler/bytecode/code-object.ts';
import { loads } from '../compiler/bytecode/marshal.ts';
import { compile } from '../compiler/compile.ts';
import { targetNamed } from '../compiler/targets/registry.ts';
import { isWarning } from '../compiler/text/diagnostic.ts';
import { codeDifferences, type Difference } from './compare-code.ts';
import { filesBelow, type LibraryFile, libraryFiles } from './library-zip.ts';
import { nativeOracle, type Oracle, pyodideOracle } from './oracle.ts';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    target: { type: 'string', default: '3.14' },
    O: { type: 'boolean', short: 'O', multiple: true, default: [] },
    keep: { type: 'string' },
    limit: { type: 'string', default: '20' },
    grep: { type: 'string' },
  },
});
const target = targetNamed(values.target);
if (target === undefined) throw new Error(`no target ${values.target}`);
const optimize = Math.min(2, values.O.length) as 0 | 1 | 2;

const program = `
import base64, marshal, sys, warnings
warnings.simplefilter('ignore')
def main(given):
    optimize, files = given
    answers = []
    for name, data in files:
        try:
            code = compile(base64.b64decode(data), name, 'exec', dont_inherit=True, optimize=optimize)
            answers.append([base64.b64encode(marshal.dumps(code)).decode(), None])
        except Exception as error:
            answers.append([None, type(error).__name__ + ': ' + str(error)])
    return answers
`;

type Answer = [string | null, string | null];

async function oracle(): Promise<Oracle> {
  if (values.target === '3.14') return pyodideOracle();
  const native = nativeOracle(values.target!);
  if (native === undefined) throw new Error(`no native CPython ${values.target} on this machine`);
  return native;
}

/** CPython's answers, from --keep where they are known. */
async function answersFor(files: readonly LibraryFile[]): Promise<Answer[]> {
  const keep = values.keep;
  if (keep !== undefined) mkdirSync(keep, { recursive: true });
  const place = (file: LibraryFile) => {
    const key = createHash('sha1').update(file.path).update(file.bytes).digest('hex');
    return join(keep!, `${values.target}-${optimize}-${key}.json`);
  };
  const answers: (Answer | undefined)[] = files.map((file) =>
    keep !== undefined && existsSync(place(file)) ? JSON.parse(readFileSync(place(file), 'utf8')) : undefined,
  );
  const missing = files.map((_, i) => i).filter((i) => answers[i] === undefined);
  if (missing.length > 0) {
    const cpython = await oracle();
    for (let start = 0; start < missing.length; start += 50) {
      const batch = missing.slice(start, start + 50);
      const input = batch.map((i) => [files[i]!.path, Buffer.from(files[i]!.bytes).toString('base64')]);
      cpython.ask<Answer[]>(program, [optimize, input]).forEach((answer, i) => {
        answers[batch[i]!] = answer;
        if (keep !== undefined) writeFileSync(place(files[batch[i]!]!), JSON.stringify(answer));
      });
    }
  }
  return answers as Answer[];
}

let files = positionals.length > 0 ? positionals.flatMap(filesBelow) : libraryFiles();
if (values.grep !== undefined) files = files.filter((file) => file.path.includes(values.grep!));
const answers = await answersFor(files);

let exact = 0;
let bothRejected = 0;
const failed: { path: string; differences: Difference[] }[] = [];
const began = performance.now();
let ourTime = 0;
files.forEach((file, i) => {
  const [marshalled, error] = answers[i]!;
  const start = performance.now();
  let code: CodeObject | undefined;
  let refused: string | undefined;
  try {
    const result = compile(file.bytes, { filename: file.path, target, optimize });
    code = result.code;
    const first = result.diagnostics.find((d) => !isWarning(d));
    if (first !== undefined) refused = `${first.category}: ${first.message} (line ${first.lineno})`;
  } catch (crash) {
    refused = `crash: ${(crash as Error).stack?.split('\n').slice(0, 4).join(' | ')}`;
  }
  ourTime += performance.now() - start;
  const one = (part: string, detail: string) =>
    failed.push({ path: file.path, differences: [{ where: '', part, detail }] });
  if (marshalled === null) {
    if (refused === undefined) one('accepted', `CPython: ${error}`);
    else bothRejected++;
    return;
  }
  if (refused !== undefined || code === undefined) {
    one('refused', refused ?? 'no code');
    return;
  }
  const theirs = loads(Buffer.from(marshalled, 'base64'), target) as CodeObject;
  const differences = codeDifferences(code, theirs);
  if (differences.length === 0) exact++;
  else failed.push({ path: file.path, differences });
});

for (const { path, differences } of failed.slice(0, Number(values.limit))) {
  console.log(`${path}: ${differences.length} differences`);
  for (const { where, part, detail } of differences.slice(0, 3))
    console.log(`    ${where} ${part} ${detail}`.slice(0, 1500));
}
const parts = new Map<string, number>();
for (const { differences } of failed) {
  for (const part of new Set(differences.map((d) => d.part))) parts.set(part, (parts.get(part) ?? 0) + 1);
}
console.log([...parts].map(([part, count]) => `${part}: ${count} files`).join(', '));
console.log(
  `${values.target} -O${optimize}: ${files.length} files, ${exact} exact, ${bothRejected} rejected by both, ` +
    `${failed.length} different; ours took ${(ourTime / 1000).toFixed(1)} s of ${((performance.now() - began) / 1000).toFixed(1)}`,
);
process.exitCode = failed.length === 0 ? 0 : 1;
