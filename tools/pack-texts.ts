// First of all, as its modules lead to each other.
import '../vm/main-entry.ts';

import { createHash } from 'node:crypto';
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { compiled } from '../cli/compiled.ts';
import type { CodeObject } from '../compiler/bytecode/code-object.ts';
import { defaultTarget } from '../compiler/targets/registry.ts';
import { moduleNameOf, type TextIndex, textKey, textsOf } from '../host/library.ts';
import { NodeHost } from '../host/node-host.ts';
import { type Extent, PackedFileWriter } from '../host/packed-file.ts';
import type { CompileResult, Host, LibraryText } from '../vm/host.ts';
import type { PackedPattern } from '../vm/importing/library-patterns.ts';
import { isLibraryCalling } from '../vm/importing/library-texts.ts';
import { packCode } from '../vm/importing/pack-code.ts';
import { decodeToKeep } from '../vm/interpreter/decode.ts';
import { rehearsal } from '../vm/interpreter/rehearsal.ts';
import { runMain, startInterpreter } from '../vm/main-entry.ts';
import { codeValue } from '../vm/objects/constant.ts';
import { libraryFiles } from './library-zip.ts';

// Compiles what modules of the packed library compile when they are imported: node tools/run.mjs tools/pack-texts.ts LIBRARY. It imports
// those that make dataclasses, named tuples or regular expressions, and writes down what they ask for. Does nothing when the library
// and this tool are as they were.

/** What tells of a module that compiles. */
const compiles = /\bdataclass|\bnamedtuple\(|\bNamedTuple\b|\bre\./;
/** Importing these does something, or takes a display. */
const notImported = /^(?:antigravity|idlelib|this|turtle|turtledemo|tkinter|lib2to3|__phello__)\b|\b__main__$/;

class RecordingHost extends NodeHost {
  readonly writer = new PackedFileWriter();
  readonly index: Record<string, Extent> = {};

  /** Nothing is known yet, but for what the machine itself runs. */
  override libraryText(_kind: LibraryText, text: string): Uint8Array | undefined {
    return text === rehearsal ? packedRehearsal() : undefined;
  }

  override compile(source: Uint8Array | string, options: Parameters<Host['compile']>[1]): CompileResult {
    const result = super.compile(source, options);
    const { mode, filename } = options;
    const { code, warnings } = result;
    const isText = typeof source === 'string' && filename === '<string>' && mode !== 'single';
    if (isText && code !== undefined && warnings.length === 0 && isLibraryCalling()) {
      this.index[textKey(mode, source)] ??= this.writer.add(packed(code));
    }
    return result;
  }
}

/** Code with what decoding makes of it. */
const packed = (code: CodeObject): Uint8Array => packCode(code, (part) => decodeToKeep(codeValue(part)));

function packedRehearsal(): Uint8Array {
  const { code } = compiled({ bytes: Buffer.from(rehearsal), filename: '<rehearsal>' }, defaultTarget);
  if (code === undefined) throw new Error('the rehearsal of vm/interpreter/rehearsal.ts has a syntax error');
  return packed(code);
}

/** What tools/pack-texts.py writes. */
interface PatternLine {
  readonly kind: 'str pattern' | 'bytes pattern';
  readonly flags: number;
  readonly pattern: string;
  readonly packed: PackedPattern;
}

const [library] = process.argv.slice(2);
if (library === undefined) {
  console.error('usage: node tools/run.mjs tools/pack-texts.ts LIBRARY');
  process.exit(2);
}
const out = textsOf(library);
const hash = createHash('sha256')
  .update(readFileSync(process.argv[1]))
  .update(readFileSync('tools/pack-texts.py'))
  .update(readFileSync(`${library}.stamp`));
const stamp = hash.digest('hex');

if (!existsSync(out) || !existsSync(`${out}.stamp`) || readFileSync(`${out}.stamp`, 'utf8') !== stamp) {
  const names = libraryFiles()
    .filter(({ bytes }) => compiles.test(Buffer.from(bytes).toString('utf8')))
    .map(({ path }) => moduleNameOf(path))
    .filter((name) => !notImported.test(name));
  const program = readFileSync('tools/pack-texts.py', 'utf8').replace("'NAMES'", JSON.stringify(names));
  const { code } = compiled({ bytes: Buffer.from(program), filename: '<pack-texts>' }, defaultTarget);
  if (code === undefined) throw new Error('the program of tools/pack-texts.ts has an error');
  const lines = `${out}.lines`;
  const host = new RecordingHost({ library });
  startInterpreter(host, { argv: ['pack-texts', lines], path: [], executable: '' });
  const exitCode = runMain(codeValue(code), { filename: undefined });
  if (exitCode !== 0) throw new Error(`the program of tools/pack-texts.ts ended with ${exitCode}`);
  host.index[textKey('exec', rehearsal)] = host.writer.add(packedRehearsal());
  for (const line of readFileSync(lines, 'utf8').trimEnd().split('\n')) {
    const { kind, flags, pattern, packed } = JSON.parse(line) as PatternLine;
    host.index[textKey(kind, `${flags}\n${pattern}`)] ??= host.writer.add(Buffer.from(JSON.stringify(packed)));
  }
  const index: TextIndex = host.index;
  rmSync(lines);
  writeFileSync(out, host.writer.bytes(index));
  writeFileSync(`${out}.stamp`, stamp);
}
