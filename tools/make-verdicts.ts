import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { nestingPrograms } from '../test/compiler/nesting-programs.ts';
import { olderPrograms } from '../test/compiler/older-programs.ts';
import { nativeOracle, nativePython } from './oracle.ts';

// Writes what native CPythons say of programs, for test/compiler/verdicts.test.ts: node tools/run.mjs tools/make-verdicts.ts
// test/golden/syntax/nesting.json: errors of 3.13 and 3.8 for what nests deeply, asked in processes of their own, because
// some crash. 3.13 stands for 3.14, which in WebAssembly has the stack of JavaScript.
// test/golden/syntax/verdicts-3.8.json: which broken programs 3.8 compiles.

const judgeOne = `
import sys, warnings
warnings.simplefilter('ignore')
try: compile(sys.stdin.buffer.read(), 'f', 'exec')
except BaseException as e: print(type(e).__name__ + ': ' + str(e.args[0] if e.args else ''))
`;

const judgeAll = `
import warnings
def main(programs):
    warnings.simplefilter('ignore')
    verdicts = ''
    for text in programs:
        try:
            compile(text.encode('utf-8', 'surrogatepass'), 'f', 'exec', 0, True)
            verdicts += 'a'
        except BaseException: verdicts += 'r'
    return verdicts
`;

const nesting: Record<string, Record<string, string>> = {};
for (const version of ['3.13', '3.8']) {
  const python = nativePython(version);
  if (python === undefined) throw new Error(`needs a native CPython ${version}`);
  nesting[version] = {};
  for (const [name, program] of nestingPrograms) {
    const { status, stdout } = spawnSync(python, ['-c', judgeOne], { input: program, encoding: 'utf8' });
    nesting[version][name] = status === 0 ? stdout.trim() : 'crash';
  }
}
writeFileSync('test/golden/syntax/nesting.json', `${JSON.stringify(nesting, null, 1)}\n`);

const oracle = nativeOracle('3.8');
if (oracle === undefined) throw new Error('needs a native CPython 3.8');
const programs = olderPrograms();
const expected = oracle.ask<string>(judgeAll, programs);
const golden = { interpreter: oracle.version, expected };
writeFileSync('test/golden/syntax/verdicts-3.8.json', `${JSON.stringify(golden, null, 1)}\n`);
console.log(`${programs.length} programs, ${expected.split('a').length - 1} compiled by CPython ${oracle.version}`);
