import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runInVm } from '../twin.ts';

/** What nests deeper than any stack; CPython 3.14 in WebAssembly ends here, so there is no golden. */
const program = `
import io, pickle
def nested(wrap, depth=30_000):
    value = None
    for _ in range(depth): value = wrap(value)
    return value
class Node:
    def __init__(self, next): self.next = next
class Again:
    def __reduce__(self): return Again, (Again(),)
for wrap in (lambda v: [v], lambda v: (v,), lambda v: {'k': v}, Node):
    for protocol in (0, 5):
        for dumps in (pickle.dumps, lambda value, protocol: pickle.Pickler(io.BytesIO(), protocol).dump(value)):
            try: dumps(nested(wrap), protocol)
            except RecursionError as error: print(type(wrap(0)).__name__, str(error)[:32], error.__notes__[0])
try: pickle.dumps(Again())
except RecursionError as error: print(str(error)[:32])
deep = pickle.loads(pickle.dumps(nested(lambda v: [v], 800)))
for _ in range(800): deep = deep[0]
print(deep, pickle.loads(b'(' * 100_000 + b't' * 100_000 + b'.') != (), len(pickle.loads(b']' + b']' * 100_000 + b'a' * 100_000 + b'.')))
`;

describe('pickle in the VM', () => {
  it('ends what is nested too deep with RecursionError', () => {
    const folder = mkdtempSync(join(tmpdir(), 'pickle-'));
    try {
      const file = join(folder, 'deep.py');
      writeFileSync(file, program);
      const { output, errors, exitCode } = runInVm(file, '3.14');
      assert.equal(errors, '');
      assert.equal(exitCode, 0);
      const lines = output.trimEnd().split('\n');
      assert.equal(lines.length, 18);
      for (const line of lines.slice(0, 16))
        assert.match(line, /^(list|tuple|dict|Node) maximum recursion depth exceeded when serializing /);
      assert.deepEqual(lines.slice(16), ['maximum recursion depth exceeded', 'None True 1']);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
