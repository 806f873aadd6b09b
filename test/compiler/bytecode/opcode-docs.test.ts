import assert from 'node:assert/strict';
import { meaningOf, type Operand } from '../../../compiler/bytecode/opcode-docs.ts';
import { targets } from '../../../compiler/targets/registry.ts';

describe('meanings of opcodes', () => {
  for (const target of targets) {
    const { table } = target.opcodes;
    const names = [...Object.keys(table.opcodes), ...Object.keys(table.pseudo)];

    it(`${target.version}: are there for every opcode, in one sentence and with a stack picture`, () => {
      for (const name of names) {
        const meaning = meaningOf(name, target.meanings());
        assert.ok(meaning, name);
        assert.match(meaning.doc, /^[A-Z].*\.$/, name);
        assert.match(meaning.stack, /^(.* )?--( .*)?$/, name);
      }
    });

    it(`${target.version}: take the operands that the interpreter's own tables say`, () => {
      const groups: [readonly string[], Operand[]][] = [
        [table.hasConst, ['const']],
        [table.hasName, ['name', 'nameAndNull', 'nameAndSelf', 'superName']],
        [table.hasJrel, ['jumpForward', 'jumpBackward', 'backwardLink']],
        [table.hasJabs, ['jumpAbsolute']],
        [
          [...table.hasLocal, ...table.hasFree],
          ['local', 'twoLocals', 'cell'],
        ],
        [table.hasCompare, ['comparison', 'comparisonAndBool']],
      ];
      for (const [members, operands] of groups) {
        for (const name of names) {
          if (name.startsWith('INSTRUMENTED_') || name in table.pseudo) continue;
          const arg = meaningOf(name, target.meanings())?.arg as Operand;
          assert.equal(operands.includes(arg), members.includes(name), `${name}: ${arg}`);
        }
      }
    });
  }
});
