import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { compiled } from '../../cli/compiled.ts';
import { targetNamed } from '../../compiler/targets/registry.ts';
import { NodeFiles } from '../../host/node-files.ts';
import { NodeHost } from '../../host/node-host.ts';
import { runMain, startInterpreter } from '../../vm/main-entry.ts';
import { codeValue } from '../../vm/objects/constant.ts';

/** What a program wrote and how it ended. */
export interface Outcome {
  readonly output: string;
  readonly errors: string;
  readonly exitCode: number;
}

/** What a real CPython made of a program: a file of test/golden/programs/, programs-3.8/ or programs-threads/. Texts are arrays of lines, so that they can be read. */
export interface Golden {
  /** Such as 'CPython 3.14.2'. */
  readonly interpreter: string;
  /** `digest` of the program that ran. */
  readonly program: string;
  readonly exitCode: number;
  readonly output: readonly string[];
  readonly errors: readonly string[];
}

/** Programs that run in the VM as in a CPython, and what that made of them. */
export interface Suite {
  /** The target that they are compiled for. */
  readonly version: string;
  readonly programs: string;
  readonly goldens: string;
}

export const suite314: Suite = {
  version: '3.14',
  programs: 'test/fixtures/programs',
  goldens: 'test/golden/programs',
};
export const suite38: Suite = {
  version: '3.8',
  programs: 'test/fixtures/programs-3.8',
  goldens: 'test/golden/programs-3.8',
};
/** Programs with threads and signals, which CPython for WebAssembly doesn't have: their goldens are those of a native one. */
export const suiteThreads: Suite = {
  version: '3.14',
  programs: 'test/fixtures/programs-threads',
  goldens: 'test/golden/programs-threads',
};

/** The programs, as paths inside their folder: 'generators/send.py'. */
export function twinPrograms({ programs }: Suite): string[] {
  return readdirSync(programs, { recursive: true, encoding: 'utf8' })
    .map((name) => name.replaceAll('\\', '/'))
    .filter((name) => name.endsWith('.py'))
    .sort();
}

export const goldenPath = ({ goldens }: Suite, name: string): string => `${goldens}/${name.replace(/\.py$/, '.json')}`;

export function readGolden(suite: Suite, name: string): Golden | undefined {
  const file = goldenPath(suite, name);
  return existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : undefined;
}

export const digest = (source: string): string => createHash('sha256').update(source).digest('hex').slice(0, 16);

/** The outcome with addresses made equal (0x7f0012 and 0x1a45 both become 0x…), and the names of the library's and temporary folders. */
export function normalized({ output, errors, exitCode }: Outcome): Outcome {
  return { output: withoutPlaces(output), errors: withoutPlaces(errors), exitCode };
}
const withoutPlaces = (text: string): string =>
  text
    .replace(/\b0x[0-9a-f]{4,}\b/g, '0x…')
    .replace(/\/tmp\/tmp\w{8}\b/g, '/tmp/tmp…')
    .replaceAll('/lib/python314.zip/', '<library>/');

class CapturingFiles extends NodeFiles {
  readonly written: [out: Uint8Array[], err: Uint8Array[]] = [[], []];
  override write(fd: number, data: Uint8Array): number {
    if (fd !== 1 && fd !== 2) return super.write(fd, data);
    this.written[fd - 1].push(data.slice());
    return data.length;
  }
}

class CapturingHost extends NodeHost {
  override readonly files = new CapturingFiles();
}

/** Runs a program's file in the VM as `coroscope run` does, for the target of its code. */
export function runInVm(file: string, version: string): Outcome {
  const target = targetNamed(version);
  if (target === undefined) throw new Error(`no target ${version}`);
  const { code, report } = compiled({ bytes: readFileSync(file), filename: file }, target);
  if (code === undefined) return { output: '', errors: report, exitCode: 1 };
  const host = new CapturingHost({ target: version, library: 'dist/library.bin' });
  startInterpreter(host, { argv: [file], path: [''], executable: 'coroscope' });
  const exitCode = runMain(codeValue(code), { filename: file });
  const [output, errors] = host.files.written.map((parts) => Buffer.concat(parts).toString('utf8'));
  return { output, errors: report + errors, exitCode };
}
