import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { nativeOracle, type Oracle, pyodideOracle } from '../../tools/oracle.ts';
import { difference } from '../compiler/bytecode/compiled-by-cpython.ts';
import { coroscope } from './command.ts';

const disassemble = `
import dis, io
def main(given):
    source, name, options = given
    out = io.StringIO()
    dis.dis(compile(source, name, 'exec'), file=out, **options)
    return out.getvalue()
`;

const examples = readdirSync('examples')
  .filter((name) => name.endsWith('.py'))
  .map((name) => `examples/${name}`);

describe('coroscope dis', () => {
  let cpython: Oracle;
  before(async function () {
    this.timeout(60_000);
    cpython = await pyodideOracle();
  });

  const printed = (...args: string[]): string => {
    const { stdout, stderr, status } = coroscope(['dis', ...args]);
    assert.equal(stderr, '');
    assert.equal(status, 0);
    return stdout;
  };

  it('3.14: prints the examples as python -m dis does, with every option', function () {
    this.timeout(60_000);
    const options: [string[], object][] = [
      [[], {}],
      [['-O'], { show_offsets: true }],
      [['-CP'], { show_caches: true, show_positions: true }],
      [['-S', '--show-caches'], { adaptive: true, show_caches: true }],
    ];
    for (const example of examples) {
      // One example with every option will do: test/compiler/bytecode/dis-text.test.ts has the library.
      for (const [args, keywords] of example.endsWith('delegation.py') ? options : options.slice(0, 1)) {
        const expected: string = cpython.ask<string>(disassemble, [readFileSync(example, 'utf8'), example, keywords]);
        assert.equal(difference(printed(...args, example), expected), undefined, `${example} ${args}`);
      }
    }
  });

  it('3.8: prints the examples as python -m dis does', function () {
    this.timeout(60_000);
    const native = nativeOracle('3.8');
    if (native === undefined) return this.skip();
    for (const example of examples) {
      const expected: string = native.ask<string>(disassemble, [readFileSync(example, 'utf8'), example, {}]);
      assert.equal(difference(printed('--target', '3.8', example), expected), undefined, example);
    }
  });

  it('gives tools the same rows as JSON', () => {
    const [module, generator] = JSON.parse(printed('--json', 'examples/first_generator.py'));
    assert.equal(module.qualname, '<module>');
    assert.equal(generator.qualname, 'counter');
    const first = generator.instructions[0];
    assert.deepEqual(first, {
      offset: 0,
      startOffset: 0,
      opname: 'RETURN_GENERATOR',
      opcode: first.opcode,
      arg: null,
      argrepr: '',
      line: generator.firstlineno,
      startsLine: true,
      position: { line: generator.firstlineno, column: null, endLine: generator.firstlineno, endColumn: null },
      label: null,
      jumpTarget: null,
      caches: 0,
      stackDepth: 0,
    });
    assert.ok(generator.exceptionTable.length > 0);
  });
});
