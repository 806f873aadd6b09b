import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, resolve } from 'node:path';
import { loadPyodide } from 'pyodide';
import { nativePython } from './oracle.ts';

// Runs the tests that test/conformance/excluded.json says CPython 3.14 fails too in CPython 3.14 (pyodide), and tells those
// that pass there: node tools/run.mjs tools/confirm-excluded.ts [TEST…]. Exits 1 when there are any.

const CLAIM = 'CPython 3.14 fails it too';

const excluded: Record<string, string> = JSON.parse(readFileSync('test/conformance/excluded.json', 'utf8'));
const python = nativePython('3.13');
if (python === undefined) {
  console.log('this machine has no native CPython 3.13, whose tests they are');
  process.exit(0);
}
const tests = resolve(python, '../../lib/python3.13/test');
const asked = process.argv.slice(2);
const names = asked.length > 0 ? asked : Object.keys(excluded).filter((name) => excluded[name].startsWith(CLAIM));

const pyodide = await loadPyodide({
  indexURL: dirname(createRequire(import.meta.url).resolve('pyodide/package.json')),
});
pyodide.FS.mkdir('/cpython-test');
pyodide.mountNodeFS('/cpython-test', tests);
pyodide.runPython(`
import importlib, importlib.machinery, importlib.util, io, sys, unittest, doctest

def make_package(name, folder):
    spec = importlib.machinery.ModuleSpec(name, None, origin=folder + '/__init__.py', is_package=True)
    spec.submodule_search_locations.append(folder)
    sys.modules[name] = importlib.util.module_from_spec(spec)

make_package('test', '/cpython-test')
make_package('test.test_asyncio', '/cpython-test/test_asyncio')
once = sys.modules['test.test_import'] = type(sys)('test.test_import')
once.no_rerun = lambda reason: lambda func: func

sys.modules['_testcapi'] = type(sys)('_testcapi')

# As the driver does: this module of the tests writes into annotations that are made lazily since.
name = 'test.typinganndata.ann_module'
spec = importlib.util.find_spec(name)
sys.modules[name] = importlib.util.module_from_spec(spec)
sys.modules[name].__dict__['__annotations__'] = {}
spec.loader.exec_module(sys.modules[name])

def outcome(name):
    """The end of what a test says when it fails; None when it passes."""
    module = 'test.' + name
    while True:
        try:
            found = importlib.import_module(module)
            break
        except unittest.SkipTest as reason:
            return 'skipped: ' + str(reason)
        except ModuleNotFoundError as error:
            if not module.startswith(error.name or '-'): return 'skipped: ' + str(error)
            module = module.rpartition('.')[0]
    rest = ('test.' + name)[len(module) + 1:]
    if rest.startswith('__test__.'):
        suite = unittest.TestSuite(test for test in doctest.DocTestSuite(found) if test.id().endswith('.' + rest))
    else:
        suite = unittest.defaultTestLoader.loadTestsFromName('test.' + name)
    result = unittest.TextTestRunner(stream=io.StringIO()).run(suite)
    if result.testsRun == 0: return 'there is no such test'
    for _, text in result.failures + result.errors: return text
    return 'skipped: ' + result.skipped[0][1] if result.skipped else None
`);
const outcome = pyodide.globals.get('outcome') as (name: string) => string | undefined;

let good = true;
for (const name of names) {
  let text: string | undefined;
  try {
    text = outcome(name);
  } catch (error) {
    text = `skipped: ${String(error).trimEnd().split('\n').pop()}`;
  }
  if (text === undefined || text.startsWith('skipped') || text.startsWith('there is no')) {
    good = false;
    console.log(`${name}: ${text ?? 'passes in CPython 3.14'}`);
  } else if (asked.length > 0) console.log(`${name}:\n${text}`);
}
console.log(`${names.length} asked`);
process.exitCode = good ? 0 : 1;
