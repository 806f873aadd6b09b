import assert from 'node:assert/strict';
import { MarshalError } from '../../../compiler/bytecode/marshal.ts';
import { readPyc, writePyc } from '../../../compiler/bytecode/pyc.ts';
import { type Oracle, pyodideOracle } from '../../../tools/oracle.ts';
import { fromBase64, toBase64 } from './compiled-by-cpython.ts';

describe('.pyc files', () => {
  let cpython: Oracle;
  before(async function () {
    this.timeout(60_000);
    cpython = await pyodideOracle();
  });

  it('are read with what they say about their source', () => {
    const [stamped, hashed] = cpython.ask<[string, string]>(`
import base64, os, py_compile
def main(_):
    with open('/tmp/pyc_probe.py', 'w') as file: file.write('answer = 42\\n')
    os.utime('/tmp/pyc_probe.py', (1000000000, 1000000000))
    def compiled(mode):
        path = py_compile.compile('/tmp/pyc_probe.py', invalidation_mode=mode)
        with open(path, 'rb') as file: return base64.b64encode(file.read()).decode()
    return [compiled(mode) for mode in (py_compile.PycInvalidationMode.TIMESTAMP, py_compile.PycInvalidationMode.CHECKED_HASH)]
`);
    const pyc = readPyc(fromBase64(stamped));
    assert.equal(pyc.target.version, '3.14');
    assert.deepEqual(pyc.check, { kind: 'timestamp', mtime: 1000000000, size: 12 });
    assert.deepEqual(pyc.code.co_names, ['answer']);
    const { check } = readPyc(fromBase64(hashed));
    assert.ok(check.kind === 'hash' && check.checked && check.hash.length === 8);
  });

  it('that were written here are imported by CPython', () => {
    const source = cpython.ask<string>(`
import base64, importlib.util, marshal
def main(_):
    code = compile('def f(x):\\n    return x * 2\\nanswer = f(21)', 'probe.py', 'exec')
    return base64.b64encode(importlib.util.MAGIC_NUMBER + bytes(12) + marshal.dumps(code)).decode()
`);
    const { target, code } = readPyc(fromBase64(source));
    const written = writePyc({ target, code, check: { kind: 'timestamp', mtime: 1, size: 2 } });
    const answer = cpython.ask<number>(
      `
import base64, os, sys
def main(data):
    os.makedirs('/tmp/pyc_import', exist_ok=True)
    with open('/tmp/pyc_import/pyc_written_here.pyc', 'wb') as file: file.write(base64.b64decode(data))
    sys.path.insert(0, '/tmp/pyc_import')
    import pyc_written_here
    return pyc_written_here.answer
`,
      toBase64(written),
    );
    assert.equal(answer, 42);
    assert.deepEqual(readPyc(written).check, { kind: 'timestamp', mtime: 1, size: 2 });
  });

  it('are refused when they are none', () => {
    assert.throws(() => readPyc(new Uint8Array(3)), MarshalError);
    assert.throws(() => readPyc(new Uint8Array(40)), /magic number 00000000/);
  });
});
