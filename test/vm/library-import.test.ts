import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runInVm } from './twin.ts';

/** A finder that finds nothing makes importlib do everything itself. */
const withoutShortCut = `
import sys
class Nothing:
    @staticmethod
    def find_spec(name, path, target=None): return None
sys.meta_path.append(Nothing)
`;

const program = `
import sys
import asyncio, json.decoder, email.mime.text, importlib.resources, concurrent.futures, xml.dom.minidom
from collections import abc
for name, module in sys.modules.items():
    spec = module.__spec__
    special = [key for key in vars(module) if key.startswith('__')]
    print(name, special, module.__package__, *[getattr(module, key, 0) for key in ('__file__', '__cached__', '__path__')])
    if spec:
        print(sorted((key, value if key != 'loader' else type(value)) for key, value in vars(spec).items()))
        print(spec.parent, spec.cached, module.__loader__ is spec.loader)
print(list(sys.path_importer_cache))
`;

const shadowing = `
import os, sys
sys.path[0] = os.path.dirname(__file__)
import textwrap
print(textwrap.__file__ == os.path.join(os.path.dirname(__file__), 'textwrap.py'))
with open(os.path.join(os.path.dirname(__file__), 'cmd.py'), 'w') as file: file.write('made = 1')
import cmd
print(cmd.made)
try:
    import email.nothing
except ModuleNotFoundError as error:
    print(error, error.name, 'email' in sys.modules, 'email.nothing' in sys.modules)
sys.modules['quopri'] = None
try:
    import quopri
except ModuleNotFoundError as error:
    print(error)
del sys.modules['textwrap'], sys.modules['cmd']
sys.path.insert(0, sys.path.pop())
import textwrap, cmd
print(textwrap.__file__, cmd.__file__)
`;

describe('importing modules of the library', () => {
  let folder: string;
  const run = (text: string): string => {
    const file = join(folder, 'program.py');
    writeFileSync(file, text);
    const { output, errors, exitCode } = runInVm(file, '3.14');
    assert.equal(exitCode, 0, errors);
    return output;
  };

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'coroscope-library-import-'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  it('gives what importlib gives', () => {
    const quick = run(program);
    assert.ok(quick.split('\n').length > 300);
    assert.equal(quick, run(withoutShortCut + program));
  }).timeout(120_000);

  it('leaves modules of the program before those of the library', () => {
    writeFileSync(join(folder, 'textwrap.py'), '');
    mkdirSync(join(folder, 'string'));
    assert.deepEqual(run(shadowing).split('\n'), [
      'True',
      '1',
      "No module named 'email.nothing' email.nothing True False",
      'import of quopri halted; None in sys.modules',
      '<library>/textwrap.py <library>/cmd.py',
      '',
    ]);
  });
});
