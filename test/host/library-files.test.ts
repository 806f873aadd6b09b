import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';

// The packed library's sources can be read as files where `__file__` says they are; nothing else can be done with them.

function output(program: string): string {
  const { stdout, stderr } = spawnSync(process.execPath, ['dist/cli.js', 'run', '-c', program], { encoding: 'utf8' });
  assert.equal(stderr, '');
  return stdout;
}

describe("the library's files", () => {
  it('are opened, looked at and listed', () => {
    assert.equal(
      output(`
import json, os, pathlib
print(json.__file__, os.path.isfile(json.__file__))
with open(json.__file__) as file:
    print(file.readline()[:8], os.stat(json.__file__).st_size > 1000)
folder = pathlib.Path(json.__file__).parent
print(folder.is_dir(), sorted(path.name for path in folder.iterdir()))
print(os.path.samefile(json.__file__, folder / '__init__.py'), os.path.samefile(os.__file__, json.__file__))
`),
      `<library>/json/__init__.py True
r"""JSON True
True ['__init__.py', '__main__.py', 'decoder.py', 'encoder.py', 'scanner.py', 'tool.py']
True False
`,
    );
  });

  it('say what is wrong, as the system would', () => {
    assert.equal(
      output(`
import os
for action in (
    lambda: open(os.__file__, 'w'),
    lambda: open('<library>/nothing.py'),
    lambda: open('<library>/json'),
    lambda: os.listdir('<library>/os.py'),
    lambda: os.listdir('<library>/nothing'),
):
    try:
        action()
    except OSError as error:
        print(type(error).__name__, error)
`),
      `OSError [Errno 30] Read-only file system: '<library>/os.py'
FileNotFoundError [Errno 2] No such file or directory: '<library>/nothing.py'
IsADirectoryError [Errno 21] Is a directory: '<library>/json'
NotADirectoryError [Errno 20] Not a directory: '<library>/os.py'
FileNotFoundError [Errno 2] No such file or directory: '<library>/nothing'
`,
    );
  });

  it('are what pkgutil, inspect and importlib.resources find', () => {
    assert.equal(
      output(`
import importlib.resources, inspect, json, pkgutil
print([name for _, name, is_package in pkgutil.iter_modules(json.__path__) if not is_package])
print([name for _, name, is_package in pkgutil.iter_modules(['<library>'], 'x.') if is_package and 'json' in name])
print(inspect.getsource(json.dumps)[:9], inspect.getsourcefile(json.dumps))
print(importlib.resources.files('json').joinpath('decoder.py').read_text()[:24])
`),
      `['__main__', 'decoder', 'encoder', 'scanner', 'tool']
['x.json']
def dumps <library>/json/__init__.py
"""Implementation of JSO
`,
    );
  });
});
