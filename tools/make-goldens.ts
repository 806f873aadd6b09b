// Writes what real interpreters make of test/golden/compiler: node tools/run.mjs tools/make-goldens.ts
// Each NAME.py gets a NAME.json with the marshalled code object by version and optimisation level, or null where the
// version rejects the file; errors.txt gets errors.json. CPython 3.14 is pyodide; 3.8 is native, and what a machine without
// it can't renew stays.

import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { nativeOracle, type Oracle, pyodideOracle } from './oracle.ts';

const folder = 'test/golden/compiler';

/** What one interpreter gave: base64 of marshal.dumps() by optimisation level. */
export interface GoldenCode {
  readonly interpreter: string;
  readonly code: Readonly<Record<'0' | '1' | '2', string | null>>;
}

const compileProgram = `
import base64, marshal, warnings
warnings.simplefilter('ignore')
def main(given):
    name, source = given
    answer = {}
    for optimize in 0, 1, 2:
        try:
            code = compile(source, name, 'exec', dont_inherit=True, optimize=optimize)
            answer[str(optimize)] = base64.b64encode(marshal.dumps(code)).decode()
        except SyntaxError:
            answer[str(optimize)] = None
    return answer
`;

const errorsProgram = `
import warnings
def outcome(source):
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter('always')
        try:
            compile(source, '<string>', 'exec', dont_inherit=True)
            error = None
        except SyntaxError as e:
            error = [type(e).__name__, e.msg, e.lineno, e.offset, e.end_lineno, e.end_offset]
    return {'source': source, 'error': error, 'warnings': [[str(w.message), w.lineno] for w in caught]}
def main(sources):
    return [outcome(source) for source in sources]
`;

const oracles: Record<string, Oracle | undefined> = { '3.14': await pyodideOracle(), '3.8': nativeOracle('3.8') };

for (const name of readdirSync(folder).filter((file) => file.endsWith('.py'))) {
  const source = readFileSync(join(folder, name), 'utf8');
  const file = join(folder, name.replace(/\.py$/, '.json'));
  const golden: Record<string, GoldenCode> = existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : {};
  for (const [version, oracle] of Object.entries(oracles)) {
    if (oracle === undefined) continue;
    golden[version] = { interpreter: oracle.version, code: oracle.ask(compileProgram, [name, source]) };
  }
  writeFileSync(file, `${JSON.stringify(golden, null, 1)}\n`);
}

const programs = readFileSync(join(folder, 'errors.txt'), 'utf8').split('---\n');
const interpreter = oracles['3.14']!.version;
const outcomes = oracles['3.14']!.ask(errorsProgram, programs);
writeFileSync(join(folder, 'errors.json'), `${JSON.stringify({ interpreter, outcomes }, null, 1)}\n`);
