import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { compiled } from '../cli/compiled.ts';
import { defaultTarget } from '../compiler/targets/registry.ts';
import { moduleNameOf, type TextIndex, textKey, textsOf } from '../host/library.ts';
import { NodeHost } from '../host/node-host.ts';
import { type Extent, PackedFileWriter } from '../host/packed-file.ts';
import type { CompileResult, Host } from '../vm/host.ts';
import { isLibraryCalling } from '../vm/importing/library-texts.ts';
import { packCode } from '../vm/importing/pack-code.ts';
import { decodeToKeep } from '../vm/interpreter/decode.ts';
import { runMain, startInterpreter } from '../vm/main-entry.ts';
import { codeValue } from '../vm/objects/constant.ts';
import { libraryFiles } from './library-zip.ts';

// Compiles what modules of the packed library give exec() and eval() when they are imported: node tools/run.mjs tools/pack-texts.ts
// LIBRARY. It imports those that make dataclasses or named tuples, and writes down what they ask for. Does nothing when the library and
// this tool are as they were.

/** What tells of a class whose methods are compiled. */
const compiles = /\bdataclass|\bnamedtuple\(|\bNamedTuple\b/;
/** Importing these does something, or takes a display. */
const notImported = /^(?:antigravity|idlelib|this|turtle|turtledemo|tkinter|lib2to3|__phello__)\b|\b__main__$/;

class RecordingHost extends NodeHost {
  readonly writer = new PackedFileWriter();
  readonly index: Record<string, Extent> = {};

  override libraryText(): undefined {
    return undefined;
  }

  override compile(source: Uint8Array | string, options: Parameters<Host['compile']>[1]): CompileResult {
    const result = super.compile(source, options);
    const { mode, filename } = options;
    const { code, warnings } = result;
    const isText = typeof source === 'string' && filename === '<string>' && mode !== 'single';
    if (isText && code !== undefined && warnings.length === 0 && isLibraryCalling()) {
      this.index[textKey(mode, source)] ??= this.writer.add(packCode(code, (part) => decodeToKeep(codeValue(part))));
    }
    return result;
  }

  override write(): void {}
}

const [library] = process.argv.slice(2);
if (library === undefined) {
  console.error('usage: node tools/run.mjs tools/pack-texts.ts LIBRARY');
  process.exit(2);
}
const out = textsOf(library);
const hash = createHash('sha256')
  .update(readFileSync(process.argv[1]))
  .update(readFileSync(`${library}.stamp`));
const stamp = hash.digest('hex');

if (!existsSync(out) || !existsSync(`${out}.stamp`) || readFileSync(`${out}.stamp`, 'utf8') !== stamp) {
  const names = libraryFiles()
    .filter(({ bytes }) => compiles.test(Buffer.from(bytes).toString('utf8')))
    .map(({ path }) => moduleNameOf(path))
    .filter((name) => !notImported.test(name));
  // What isn't there, such as ssl, is no concern of this tool.
  const program = [
    'import asyncio, importlib',
    `for name in ${JSON.stringify(names)}:`,
    '    try:',
    '        importlib.import_module(name)',
    '    except ImportError:',
    '        pass',
    '',
  ].join('\n');
  const { code } = compiled({ bytes: Buffer.from(program), filename: '<pack-texts>' }, defaultTarget);
  if (code === undefined) throw new Error('the program of tools/pack-texts.ts has an error');
  const host = new RecordingHost({ library });
  startInterpreter(host, { argv: ['pack-texts'], path: [], executable: '' });
  const exitCode = runMain(codeValue(code), { filename: undefined });
  if (exitCode !== 0) throw new Error(`the program of tools/pack-texts.ts ended with ${exitCode}`);
  const index: TextIndex = host.index;
  writeFileSync(out, host.writer.bytes(index));
  writeFileSync(`${out}.stamp`, stamp);
}
