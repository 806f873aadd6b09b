import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { CodeObject } from '../../compiler/bytecode/code-object.ts';
import { loads } from '../../compiler/bytecode/marshal.ts';
import { compile } from '../../compiler/compile.ts';
import { targetNamed } from '../../compiler/targets/registry.ts';
import type { Target } from '../../compiler/targets/target.ts';
import { isWarning } from '../../compiler/text/diagnostic.ts';
import { codeDifferences } from '../../tools/compare-code.ts';
import { libraryFiles } from '../../tools/library-zip.ts';
import type { GoldenCode } from '../../tools/make-goldens.ts';
import { nativeOracle, pyodideOracle } from '../../tools/oracle.ts';

const goldens = 'test/golden/compiler';

const py314 = targetNamed('3.14') as Target;
const py38 = targetNamed('3.8') as Target;

function compiled(
  source: string | Uint8Array,
  target: Target,
  optimize: 0 | 1 | 2 = 0,
  filename = 'example.py',
): CodeObject {
  const { code, diagnostics } = compile(source, { filename, target, optimize });
  assert.deepEqual(
    diagnostics.filter((diagnostic) => !isWarning(diagnostic)),
    [],
  );
  assert.ok(code);
  return code;
}

const nested = (code: CodeObject, name: string): CodeObject => {
  for (const item of code.co_consts) {
    if (item === null || typeof item !== 'object' || item.type !== 'code') continue;
    if (item.co_name === name) return item;
  }
  throw new Error(`no code object ${name}`);
};

/** Differences from marshalled code in base64, as text; empty when byte-exact. */
const differencesFrom = (ours: CodeObject, marshalled: string, target: Target): string[] =>
  codeDifferences(ours, loads(Buffer.from(marshalled, 'base64'), target) as CodeObject).map(
    ({ where, part, detail }) => `${where} ${part}: ${detail}`,
  );

describe('compile', () => {
  for (const name of readdirSync(goldens).filter((file) => file.endsWith('.py'))) {
    const golden: Record<string, GoldenCode> = JSON.parse(
      readFileSync(join(goldens, name.replace(/\.py$/, '.json')), 'utf8'),
    );
    const source = readFileSync(join(goldens, name), 'utf8');
    for (const [version, { interpreter, code }] of Object.entries(golden)) {
      const target = targetNamed(version) as Target;
      for (const optimize of [0, 1, 2] as const) {
        const expected = code[optimize];
        if (expected === null) continue;
        it(`gives what CPython ${interpreter} gives for ${name} at -O${optimize}`, () => {
          assert.deepEqual(differencesFrom(compiled(source, target, optimize, name), expected, target), []);
        });
      }
    }
  }

  it('compiles the whole library byte for byte as CPython 3.14', async function () {
    this.timeout(240_000);
    const oracle = await pyodideOracle();
    const files = libraryFiles();
    const different: string[] = [];
    for (let start = 0; start < files.length; start += 50) {
      const batch = files.slice(start, start + 50);
      const answers = oracle.ask<string[]>(
        `
import base64, marshal, warnings
warnings.simplefilter('ignore')
def main(files):
    return [base64.b64encode(marshal.dumps(compile(base64.b64decode(data), name, 'exec', dont_inherit=True))).decode()
            for name, data in files]
`,
        batch.map(({ path, bytes }) => [path, Buffer.from(bytes).toString('base64')]),
      );
      batch.forEach(({ path, bytes }, i) => {
        const [first] = differencesFrom(compiled(bytes, py314, 0, path), answers[i] as string, py314);
        if (first !== undefined) different.push(`${path}: ${first}`);
      });
    }
    assert.deepEqual(different, []);
    assert.ok(files.length > 500);
  });

  it("compiles a part of CPython 3.8's own library byte for byte, where there is a CPython 3.8", function () {
    this.timeout(60_000);
    const oracle = nativeOracle('3.8');
    if (oracle === undefined) this.skip();
    const answers = oracle.ask<[string, string, string][]>(`
import asyncio, base64, collections, marshal, os
def main(_):
    found = []
    for package in asyncio, collections:
        folder = os.path.dirname(package.__file__)
        for name in sorted(os.listdir(folder)):
            if name.endswith('.py'):
                source = open(os.path.join(folder, name), encoding='utf-8').read()
                found.append([name, source, base64.b64encode(marshal.dumps(compile(source, name, 'exec'))).decode()])
    return found
`);
    for (const [name, source, marshalled] of answers) {
      assert.deepEqual(differencesFrom(compiled(source, py38, 0, name), marshalled, py38), [], name);
    }
  });

  it('gives the flags and offsets of the documents that describe generators', () => {
    const source = 'def co_process(length):\n    while True:\n        data = yield length\n        print(data)\n';
    const generator = nested(compiled(source, py38), 'co_process');
    assert.equal(generator.co_flags, 99);
    const opcodes = py38.opcodes.table.opcodes;
    const at = [...generator.co_code].indexOf(opcodes.YIELD_VALUE!);
    assert.equal(generator.co_code[at + 2], opcodes.STORE_FAST);
    assert.equal(nested(compiled(source, py314), 'co_process').co_flags, 35);
  });

  it('prints the values of expressions in single mode, and gives the value in eval mode', () => {
    const { table } = py314.opcodes;
    const single = compile('a\n', { filename: 'x', target: py314, mode: 'single' }).code as CodeObject;
    assert.ok([...single.co_code].includes(table.opcodes.CALL_INTRINSIC_1!));
    const value = compile('a + 1', { filename: 'x', target: py314, mode: 'eval' }).code as CodeObject;
    assert.equal(value.co_code[value.co_code.length - 2], table.opcodes.RETURN_VALUE);
  });

  it('compiles the functions around a broken one', () => {
    const source = 'def before():\n    yield 1\ndef broken():\n    break\nasync def after():\n    await x\n';
    const { code, diagnostics } = compile(source, { filename: 'x', target: py314 });
    assert.deepEqual(
      diagnostics.map(({ message, lineno }) => [message, lineno]),
      [["'break' outside loop", 4]],
    );
    assert.equal(nested(code as CodeObject, 'before').co_flags & 0x20, 0x20);
    assert.equal(nested(code as CodeObject, 'after').co_flags & 0x80, 0x80);
  });

  it('lists every error, the one that CPython reports first', () => {
    const source = 'return 1\ndef f(x):\n    global x\nawait y\n';
    const { diagnostics } = compile(source, { filename: 'x', target: py314 });
    assert.deepEqual(
      diagnostics.map(({ message }) => message),
      ["name 'x' is parameter and global", "'await' outside function", "'return' outside function"],
    );
  });

  it('walks long chains in a loop', () => {
    compiled(`x = ${Array(9_000).fill('a').join(' + ')}\n`, py314);
    compiled(`x = ${Array(20_000).fill('a').join(' and ')}\n`, py314);
  });
});
