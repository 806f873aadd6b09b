import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { parse } from '../compiler/syntax/parse.ts';
import { decodeSource } from '../compiler/text/source.ts';
import { dumpProgram, dumpTree } from './dump-tree.ts';
import { type LibraryFile, libraryFiles } from './library-zip.ts';
import { pyodideOracle } from './oracle.ts';

// Compares our trees with ast.parse of CPython 3.14, file by file: on its library, or on the files below a folder.
// node tools/run.mjs tools/check-trees.ts [--golden] [FOLDER [FILTER]]

const goldenFile = 'test/golden/syntax/library-trees.json';

const program = `${dumpProgram}
import hashlib, warnings, base64
warnings.simplefilter('ignore')
def main(input):
    source = base64.b64decode(input['source'])
    try:
        text = dump(ast.parse(source))
    except (SyntaxError, ValueError, RecursionError, MemoryError) as e:
        return {'error': repr(e)}
    if input['whole']:
        return {'text': text}
    return {'hash': hashlib.sha1(text.encode('utf-8', 'surrogatepass')).hexdigest()}
`;

interface Answer {
  error?: string;
  hash?: string;
  text?: string;
}

const args = process.argv.slice(2);
const golden = args[0] === '--golden' ? args.shift() : undefined;
const [folder, filter = ''] = args;
const files = (folder === undefined ? libraryFiles() : sourceFilesBelow(folder)).filter((file) =>
  file.path.includes(filter),
);
const cacheFile = `out/trees-${createHash('sha1')
  .update(folder ?? 'library')
  .digest('hex')
  .slice(0, 8)}.json`;
const cache: Record<string, Answer> = existsSync(cacheFile) ? JSON.parse(readFileSync(cacheFile, 'utf8')) : {};

let same = 0;
let rejected = 0;
const different: string[] = [];
for (const [index, file] of files.entries()) {
  if (index % 50 === 0) process.stderr.write(`\r${index} of ${files.length}`);
  const expected = await ask(file, false);
  const { tree, diagnostics } = parse(decodeSource(file.bytes), { mode: 'exec' });
  const failed = diagnostics.find((d) => !d.category.endsWith('Warning'));
  if (expected.error !== undefined) {
    if (failed === undefined) different.push(`${file.path}: CPython says ${expected.error}`);
    rejected++;
    continue;
  }
  if (failed !== undefined) {
    different.push(`${file.path}:${failed.lineno}:${failed.offset}: ${failed.message}`);
    continue;
  }
  const text = dumpTree(tree);
  if (createHash('sha1').update(text).digest('hex') === expected.hash) {
    same++;
    continue;
  }
  different.push(`${file.path}: ${firstDifference((await ask(file, true)).text ?? '', text)}`);
  if (different.length > 20) break;
}
process.stderr.write('\r');
writeFileSync(cacheFile, JSON.stringify(cache));
console.log(different.join('\n'));
console.log(`${same} of ${files.length - rejected} trees are CPython's; CPython rejects ${rejected} files.`);
if (golden !== undefined) {
  const hashes = Object.fromEntries(files.map((file) => [file.path, cache[keyOf(file)].hash ?? null]));
  const { version } = await pyodideOracle();
  writeFileSync(goldenFile, `${JSON.stringify({ interpreter: version, hashes }, null, 1)}\n`);
  console.log(`wrote ${relative('.', goldenFile)}`);
}

function sourceFilesBelow(folder: string): LibraryFile[] {
  return (readdirSync(folder, { recursive: true }) as string[])
    .filter((path) => path.endsWith('.py') && statSync(join(folder, path)).isFile())
    .sort()
    .map((path) => ({ path, bytes: new Uint8Array(readFileSync(join(folder, path))) }));
}

function keyOf(file: LibraryFile): string {
  return `${file.path}:${createHash('sha1').update(file.bytes).digest('hex')}`;
}

async function ask(file: LibraryFile, whole: boolean): Promise<Answer> {
  const key = keyOf(file);
  if (!whole && cache[key] !== undefined) return cache[key];
  const oracle = await pyodideOracle();
  const answer = oracle.ask<Answer>(program, { source: Buffer.from(file.bytes).toString('base64'), whole });
  if (!whole) cache[key] = answer;
  return answer;
}

function firstDifference(expected: string, actual: string): string {
  const theirs = expected.split('\n');
  const ours = actual.split('\n');
  const line = theirs.findIndex((text, i) => text !== ours[i]);
  return `\n  CPython:   ${theirs[line]}\n  Coroscope: ${ours[line]}`;
}
