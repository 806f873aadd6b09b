import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { compile } from '../compiler/compile.ts';
import { py314 } from '../compiler/targets/py314.ts';
import { libraryFiles } from '../tools/library-zip.ts';
import { nativeOracle, nativePython, type Oracle, pyodideOracle } from '../tools/oracle.ts';
import { alternate, median, threadSeconds } from './alternate.ts';

interface Workload {
  name: string;
  sources: Uint8Array[];
}

/** A peer compiles the sources written to `folder` and gives the seconds that its compile() took. */
interface Peer {
  name: string;
  run(workload: Workload): Promise<number>;
  close(): void;
}

const utf8 = new TextEncoder();

/**
 * Compiles the same files with Coroscope and with CPython, alternating, and prints lines per second: of the time that the
 * main thread of each ran, so that what else the machine does counts for neither.
 */
export async function main(args: readonly string[]): Promise<void> {
  const rounds = Number(args[0] ?? 5);
  const peer = (await nativePeer('3.13')) ?? (await pyodidePeer());
  const workloads = makeWorkloads(nativeOracle('3.13') ?? (await pyodideOracle()));
  const target = py314;
  console.log(
    `Coroscope (target ${target.version}, Node ${process.version}) against ${peer.name}, medians of ${rounds}\n`,
  );
  console.log(
    `${'workload'.padEnd(22)}${'lines'.padStart(9)}${'Coroscope'.padStart(14)}${'CPython'.padStart(14)}${'ratio'.padStart(8)}`,
  );
  for (const workload of workloads) {
    const lines = workload.sources.reduce((sum, source) => sum + countLines(source), 0);
    const ours = async () => {
      const start = threadSeconds();
      for (const source of workload.sources) compile(source, { filename: 'bench.py', target });
      return threadSeconds() - start;
    };
    const { a, b } = await alternate(ours, () => peer.run(workload), rounds);
    const speed = (seconds: number) => `${Math.round(lines / seconds).toLocaleString('en')}/s`;
    console.log(
      workload.name.padEnd(22) +
        lines.toLocaleString('en').padStart(9) +
        speed(median(a)).padStart(14) +
        speed(median(b)).padStart(14) +
        (median(b) / median(a)).toFixed(2).padStart(8),
    );
  }
  peer.close();
  console.log(`\npeak memory of this process: ${Math.round(process.resourceUsage().maxRSS / 1024)} MB`);
}

function makeWorkloads(oracle: Oracle): Workload[] {
  const library = accepted(
    oracle,
    libraryFiles().map((file) => file.bytes),
  );
  const texts = library.map((source) => new TextDecoder().decode(source));
  return [
    { name: 'library', sources: library },
    { name: 'one 10,000-line file', sources: [utf8.encode(longFile(texts, 10_000))] },
    { name: '1,000 small files', sources: accepted(oracle, definitions(texts)).slice(0, 1000) },
  ];
}

/** Those sources that the peer compiles too: 3.13 doesn't know the t-strings that some of 3.14's library has. */
function accepted(oracle: Oracle, sources: readonly Uint8Array[]): Uint8Array[] {
  const verdicts = oracle.ask<boolean[]>(
    `import warnings
warnings.simplefilter('ignore')
def accepts(source):
    try:
        compile(source.encode('latin-1'), 'bench.py', 'exec', dont_inherit=True)
        return True
    except SyntaxError:
        return False
def main(sources):
    return [accepts(source) for source in sources]`,
    sources.map((source) => Buffer.from(source).toString('latin1')),
  );
  return sources.filter((_, index) => verdicts[index]);
}

/** Whole library modules, one after the other, until the file is long enough. */
function longFile(modules: readonly string[], atLeast: number): string {
  let text = '';
  let lines = 0;
  for (const module of modules) {
    if (/from __future__|\f|\t|coding[:=]/.test(module)) continue;
    text += module.endsWith('\n') ? module : `${module}\n`;
    lines += module.split('\n').length;
    if (lines >= atLeast) break;
  }
  return text;
}

/** Top-level functions and classes of library modules, one file each; some are cut short and don't compile. */
function definitions(modules: readonly string[]): Uint8Array[] {
  const files: Uint8Array[] = [];
  for (const text of modules) {
    for (const match of text.matchAll(/^(?:def|class) .*\n(?:(?:[ ].*)?\n)+/gm)) {
      files.push(utf8.encode(match[0]));
      if (files.length === 2000) return files;
    }
  }
  return files;
}

function countLines(source: Uint8Array): number {
  let count = 0;
  for (const byte of source) if (byte === 10) count++;
  return count;
}

const nativeScript = `
import sys, time, json
for line in sys.stdin:
    sources = [open(p, 'rb').read() for p in json.loads(line)]
    start = time.process_time()
    for source in sources:
        compile(source, 'bench.py', 'exec', dont_inherit=True)
    print(time.process_time() - start, flush=True)
`;

async function nativePeer(version: string): Promise<Peer | undefined> {
  const python = nativePython(version);
  if (python === undefined) return undefined;
  const folder = mkdtempSync(join(tmpdir(), 'coroscope-bench-'));
  const child = spawn(python, ['-W', 'ignore', '-c', nativeScript], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const answers = createInterface(child.stdout);
  const written = new Map<Workload, string[]>();
  return {
    name: `native CPython ${version}`,
    run(workload) {
      let paths = written.get(workload);
      if (!paths) {
        paths = workload.sources.map((source, index) => {
          const path = join(folder, `${written.size}-${index}.py`);
          writeFileSync(path, source);
          return path;
        });
        written.set(workload, paths);
      }
      return new Promise((resolve) => {
        answers.once('line', (line) => resolve(Number(line)));
        child.stdin.write(`${JSON.stringify(paths)}\n`);
      });
    },
    close() {
      child.kill();
      rmSync(folder, { recursive: true });
    },
  };
}

async function pyodidePeer(): Promise<Peer> {
  const oracle = await pyodideOracle();
  return {
    name: `CPython ${oracle.version} in WebAssembly`,
    async run(workload) {
      return oracle.ask<number>(
        `import time
def main(sources):
    start = time.perf_counter()
    for source in sources:
        compile(source.encode('latin-1'), 'bench.py', 'exec', dont_inherit=True)
    return time.perf_counter() - start`,
        workload.sources.map((source) => Buffer.from(source).toString('latin1')),
      );
    },
    close() {},
  };
}
