import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { dumps } from '../../compiler/bytecode/marshal.ts';
import { compile } from '../../compiler/compile.ts';
import { py314 } from '../../compiler/targets/py314.ts';
import { type TextIndex, textsOf } from '../../host/library.ts';
import { NodeHost } from '../../host/node-host.ts';
import { PackedFile } from '../../host/packed-file.ts';
import { unpackCode } from '../../vm/importing/packed-code.ts';
import { programOf } from '../../vm/interpreter/decode.ts';
import { rehearsal } from '../../vm/interpreter/rehearsal.ts';
import { startInterpreter } from '../../vm/main-entry.ts';
import { codeValue, constantOf } from '../../vm/objects/constant.ts';

// What the build has compiled for the modules of the library is what they would get at run time.

const unexpected = (): never => assert.fail('a value that is no constant');

/** Compiles patterns by the library's own compiler, though the build knows them: it isn't as it was any more. */
const recompile = `
import json, sys
from re import _compiler

class Recorder:
    def __init__(self, sre):
        self.sre = sre
    def __getattr__(self, name):
        return getattr(self.sre, name)
    def compile(self, pattern, flags, code, groups, groupindex, indexgroup):
        print(json.dumps([flags, code, groups, [*groupindex.items()], indexgroup]))

_compiler._sre = Recorder(_compiler._sre)
for line in sys.stdin:
    kind, flags, pattern = json.loads(line)
    _compiler.compile(pattern.encode("latin-1") if kind == "bytes pattern" else pattern, flags)
`;

describe("texts of the library's modules", () => {
  const file = new PackedFile<TextIndex>(textsOf('dist/library.bin'));
  const texts = Object.keys(file.index).map((key) => {
    const end = key.indexOf('\n');
    return { kind: key.slice(0, end), text: key.slice(end + 1), packed: file.read(file.index[key]) };
  });

  it('are what the compiler makes of them, decoded', () => {
    startInterpreter(new NodeHost({ library: 'dist/library.bin' }), { argv: [''], path: [], executable: '' });
    const compiled = texts.filter(({ kind }) => kind === 'exec' || kind === 'eval');
    assert.ok(compiled.length > 40);
    for (const { kind, text, packed } of compiled) {
      const filename = text === rehearsal ? '<rehearsal>' : '<string>';
      const { code } = compile(text, { filename, mode: kind as 'exec' | 'eval', target: py314 });
      assert.ok(code !== undefined);
      const unpacked = unpackCode(packed);
      // As values, since a frozenset has its own order.
      const expected = codeValue(code);
      assert.deepEqual(
        dumps(constantOf(unpacked, unexpected), py314),
        dumps(constantOf(expected, unexpected), py314),
        text,
      );
      const kept = programOf(unpacked);
      const decoded = programOf(expected);
      for (const part of ['words', 'pristine', 'handlers', 'entry', 'offsets', 'indices', 'names'] as const) {
        assert.deepEqual(kept[part], decoded[part], `${part} of ${text}`);
      }
    }
  });

  it('are patterns that its own compiler compiles so', () => {
    const patterns = texts
      .filter(({ kind }) => kind.endsWith('pattern'))
      .map(({ kind, text, packed }) => {
        const end = text.indexOf('\n');
        return { asked: [kind, Number(text.slice(0, end)), text.slice(end + 1)], packed };
      });
    assert.ok(patterns.length > 100);
    const { stdout, stderr } = spawnSync(process.execPath, ['dist/cli.js', 'run', '-c', recompile], {
      input: patterns.map(({ asked }) => `${JSON.stringify(asked)}\n`).join(''),
      encoding: 'utf8',
    });
    assert.equal(stderr, '');
    const made = stdout.trimEnd().split('\n');
    for (const [i, { asked, packed }] of patterns.entries()) {
      const { flags, code, groups, groupindex, indexgroup } = JSON.parse(new TextDecoder().decode(packed));
      assert.deepEqual([flags, code, groups, groupindex, indexgroup], JSON.parse(made[i]), String(asked));
    }
  });

  it('are known to re.compile(), which gives a pattern that works', () => {
    const program = `
import re, logging, string
pattern = logging.PercentStyle.validation_pattern
print(pattern, pattern.search("a %(name)5.3s").groups(), pattern.groups, pattern.flags)
print(string.Template.pattern.groupindex)
`;
    const { stdout } = spawnSync(process.execPath, ['dist/cli.js', 'run', '-c', program], { encoding: 'utf8' });
    assert.equal(
      stdout,
      `re.compile('%\\\\(\\\\w+\\\\)[#0+ -]*(\\\\*|\\\\d+)?(\\\\.(\\\\*|\\\\d+))?[diouxefgcrsa%]', re.IGNORECASE) ('5', '.3', '3') 3 34
{'escaped': 1, 'named': 2, 'braced': 3, 'invalid': 4}
`,
    );
  });
});
