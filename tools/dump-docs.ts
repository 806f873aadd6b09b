// Writes the docstrings of what CPython 3.14 has written in C, by dotted name: what is asked for
// as programs start to vm/objects/early-docs.json, the rest to vm/importing/builtin-docs.json. They are CPython's text, so
// they belong to what is built, not to the sources. Does nothing when they were made by the same tool of the same
// interpreter: node tools/run.mjs tools/dump-docs.ts

import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { pyodideOracle } from './oracle.ts';

const BUILTIN_DOCS = 'vm/importing/builtin-docs.json';
const EARLY_DOCS = 'vm/objects/early-docs.json';
const STAMP = 'out/docs.stamp';

const { version } = createRequire(import.meta.url)('pyodide/package.json') as { version: string };
const stamp = createHash('sha256').update(readFileSync(process.argv[1])).update(version).digest('hex');
if ([BUILTIN_DOCS, EARLY_DOCS, STAMP].every(existsSync) && readFileSync(STAMP, 'utf8') === stamp) process.exit();

const oracle = await pyodideOracle();
const docs = oracle.ask<Record<string, string>>(`
import importlib, re, sys, types

# What the virtual machine doesn't have, or has in Python.
ABSENT = re.compile(r'_?pyodide|_?(?:sqlite3|ssl|ctypes|lzma|bz2|zstd|lsprof|remote_debugging|elementtree|multibytecodec|xxsubinterpreters)\\b'
                    r'|compression|fcntl|termios|pyexpat|mmap|resource|syslog|inspect|dis\\b|_test|xx')
OF_PYODIDE = re.compile('Buffer$|FutureDoneCallback|Js|Py2Js')
DESCRIBED = (types.BuiltinFunctionType, types.MethodDescriptorType, types.ClassMethodDescriptorType,
             types.GetSetDescriptorType, types.MemberDescriptorType, staticmethod, classmethod)

def main(_):
    docs = {}
    def note(name, value):
        doc = getattr(value, '__doc__', None)
        if isinstance(doc, str) and doc:
            docs[name] = doc

    def note_type(cls):
        if '__firstlineno__' in vars(cls) or ABSENT.match(cls.__module__) or OF_PYODIDE.match(cls.__qualname__):
            return
        name = f'{cls.__module__}.{cls.__qualname__}'
        note(name, cls)
        for key, value in vars(cls).items():
            if isinstance(value, DESCRIBED):
                note(f'{name}.{key}', getattr(value, '__func__', value))

    for name in sorted(sys.builtin_module_names):
        if ABSENT.match(name):
            continue
        try:
            module = importlib.import_module(name)
        except ImportError:
            continue
        note(name, module)
        for key, value in vars(module).items():
            if isinstance(value, types.BuiltinFunctionType):
                note(f'{name}.{key}', value)
            elif isinstance(value, type):
                note_type(value)
    seen = set()
    def visit(cls):
        if cls in seen:
            return
        seen.add(cls)
        note_type(cls)
        for sub in type.__subclasses__(cls):
            visit(sub)
    visit(object)
    return dict(sorted(docs.items()))
`);
const typeNames = new Set(
  oracle.ask<string[]>(`
def main(_):
    names, waiting = set(), [object]
    while waiting:
        cls = waiting.pop()
        name = f'{cls.__module__}.{cls.__qualname__}'
        if name not in names:
            waiting += type.__subclasses__(cls)
            names.add(name)
    return sorted(names)
`),
);
/** Names of builtins' types and io's; signal.py and locale.py copy the docstrings of what they wrap. */
const isEarly = (name: string): boolean =>
  (/^(?:builtins|_io|types)\.\w+$/.test(name) && typeNames.has(name)) || /^(?:_signal|_locale)\.\w+$/.test(name);
const write = (file: string, entries: [string, string][]): void =>
  writeFileSync(file, `${JSON.stringify(Object.fromEntries(entries), null, 1)}\n`);
const entries = Object.entries(docs);
write(
  BUILTIN_DOCS,
  entries.filter(([name]) => !isEarly(name)),
);
write(
  EARLY_DOCS,
  entries.filter(([name]) => isEarly(name)).map(([name, doc]) => [name.replace(/^builtins\./, ''), doc]),
);
mkdirSync('out', { recursive: true });
writeFileSync(STAMP, stamp);
