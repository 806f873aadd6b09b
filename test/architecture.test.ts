import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { builtinModules } from 'node:module';
import { dirname, join, posix } from 'node:path';

/** One import of a file of the project: `from` and, for files, `to` are paths from the top; else `to` is a module's name. */
interface Import {
  readonly from: string;
  readonly to: string;
}

const rooms = ['compiler', 'vm', 'host', 'debug-adapter', 'server', 'client', 'cli'];

function sources(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith('.ts'))
    .map((entry) => join(entry.parentPath, entry.name).replaceAll('\\', '/'));
}

const specifiers =
  /(?:^|\n)\s*(?:import|export)\s(?:[^'";]*?\sfrom\s)?\s*['"]([^'"]+)['"]|\bimport\(\s*['"]([^'"]+)['"]/g;

const files = rooms.flatMap(sources);
const texts = new Map(files.map((file) => [file, readFileSync(file, 'utf8')]));
const imports: Import[] = files.flatMap((from) =>
  [...(texts.get(from) as string).matchAll(specifiers)].map(([, plain, dynamic]) => {
    const specifier = plain ?? dynamic;
    return { from, to: specifier.startsWith('.') ? posix.join(dirname(from), specifier) : specifier };
  }),
);

const below = (...folders: string[]) => {
  return (path: string): boolean => folders.some((folder) => path === folder || path.startsWith(`${folder}/`));
};

const isFile = (path: string): boolean => below(...rooms)(path) || path === 'package.json' || path.startsWith('../');
const isNode = (module: string): boolean => module.startsWith('node:') || builtinModules.includes(module.split('/')[0]);

/** Every import out of a room that `allowed` refuses. */
const forbidden = (room: string, allowed: (path: string, from: string) => boolean): string[] =>
  imports.filter(({ from, to }) => below(room)(from) && !allowed(to, from)).map(({ from, to }) => `${from} → ${to}`);

describe('the architecture', () => {
  it('finds the imports it checks', () => {
    assert.ok(files.length > 50);
    assert.ok(imports.length > files.length);
    assert.ok(imports.some(({ from, to }) => from === 'cli/main.ts' && to === 'cli/dis.ts'));
  });

  it('compiler/ imports nothing above it and nothing of Node', () => {
    assert.deepEqual(
      forbidden('compiler', (to) => (isFile(to) ? below('compiler')(to) : !isNode(to))),
      [],
    );
  });

  it('the stages of the compiler flow in one direction', () => {
    const stages = ['text', 'syntax', 'symbols', 'codegen', 'flowgraph', 'assemble'].map((name) => `compiler/${name}`);
    // What constants are equal and how they fold is one thing for the tree and for the graph.
    const shared = (path: string): boolean => /^compiler\/flowgraph\/(?:constant-|frozenset-order)/.test(path);
    const wrong = stages.flatMap((stage, index) =>
      forbidden(stage, (to) => shared(to) || !below(...stages.slice(index + 1))(to)),
    );
    assert.deepEqual(wrong, []);
  });

  it('vm/ imports code objects and targets, and nothing of Node', () => {
    const allowed = below(
      'vm',
      'compiler/bytecode',
      'compiler/targets',
      'compiler/text',
      'compiler/syntax/plain-tree.ts',
      'compiler/symbols/scope.ts',
    );
    assert.deepEqual(
      forbidden('vm', (to) => (isFile(to) ? allowed(to) : !isNode(to))),
      [],
    );
  });

  it('host/ gives the machine its world, and imports no tool', () => {
    assert.deepEqual(
      forbidden('host', (to) => !isFile(to) || below('host', 'vm', 'compiler')(to)),
      [],
    );
  });

  it('debug-adapter/ imports the machine and the compiler, and its core knows no protocol', () => {
    const allowed = below('debug-adapter', 'host', 'vm', 'compiler');
    assert.deepEqual(
      forbidden('debug-adapter', (to) => !isFile(to) || allowed(to)),
      [],
    );
    const protocol = (to: string): boolean => to.startsWith('@vscode/') || below('debug-adapter/dap')(to);
    assert.deepEqual(
      forbidden('debug-adapter/core', (to) => !protocol(to)),
      [],
    );
  });

  it('server/ never imports the machine, and main.ts and convert.ts alone speak the protocol', () => {
    assert.deepEqual(
      forbidden('server', (to) => !isFile(to) || below('server', 'compiler')(to)),
      [],
    );
    const speakers = ['server/main.ts', 'server/convert.ts'];
    assert.deepEqual(
      forbidden('server', (to, from) => speakers.includes(from) || !to.startsWith('vscode-languageserver')),
      [],
    );
  });

  it("client/ imports no other room's code, and alone imports vscode", () => {
    assert.deepEqual(
      forbidden('client', (to) => !isFile(to) || below('client')(to)),
      [],
    );
    const elsewhere = imports.filter(({ from, to }) => !below('client')(from) && to === 'vscode');
    assert.deepEqual(elsewhere, []);
  });

  it('cli/ imports every room but client/', () => {
    assert.deepEqual(
      forbidden('cli', (to) => !below('client')(to)),
      [],
    );
  });

  it('nobody outside targets/ compares versions', () => {
    const comparison =
      /\btarget\w*\.version\b\s*(?:[!=]==|[<>]=?)|(?:[!=]==|[<>]=?)\s*['"]\d\.\d+['"]|case\s+['"]\d\.\d+['"]\s*:/i;
    const comparing = files
      .filter((file) => !below('compiler/targets')(file))
      .flatMap((file) =>
        (texts.get(file) as string)
          .split('\n')
          .map((line, index) => ({ place: `${file}:${index + 1}`, line }))
          .filter(({ line }) => !/^\s*(?:\*|\/\/|\/\*)/.test(line) && comparison.test(line)),
      )
      .map(({ place, line }) => `${place} ${line.trim()}`);
    assert.deepEqual(comparing, []);
  });
});
