import type { LibraryModule } from '../host.ts';
import { runCode } from '../interpreter/call.ts';
import { vm } from '../interpreter/state.ts';
import { PyBytes } from '../objects/bytes.ts';
import { builtinFunction, defineType } from '../objects/define.ts';
import type { PyDict } from '../objects/dict.ts';
import { importErrorType, newException } from '../objects/exception.ts';
import { PyList } from '../objects/list.ts';
import type { PyModule } from '../objects/module.ts';
import { newType, PyObject, type Value } from '../objects/object.ts';
import { newOSError } from '../objects/os-error.ts';
import { stringOf } from '../objects/str.ts';
import { tupleOf } from '../objects/tuple.ts';
import { getAttribute, setAttribute } from '../operations/attribute.ts';
import { call, callWith } from '../operations/call.ts';
import { getIterator } from '../operations/iterate.ts';
import { isInLibrary } from './library-path.ts';
import { knowPatterns, PATTERN_COMPILER } from './library-patterns.ts';
import { unpackCode } from './packed-code.ts';

/** Finds modules of the packed library for one entry of a path: '<library>' or a folder below it. */
export class LibraryFinder extends PyObject {
  readonly path: string;
  /** importlib._bootstrap, whose ModuleSpec is used. */
  readonly bootstrap: Value;
  constructor(path: string, bootstrap: Value) {
    super(finderType);
    this.path = path;
    this.bootstrap = bootstrap;
  }
}

/** Loads one module of the packed library. */
export class LibraryLoader extends PyObject {
  readonly name: string;
  readonly packed: LibraryModule;
  constructor(name: string, packed: LibraryModule) {
    super(loaderType);
    this.name = name;
    this.packed = packed;
  }
}

const finderType = newType('LibraryFinder');
const loaderType = newType('LibraryLoader');

const folderOf = (filename: string): string => filename.slice(0, filename.lastIndexOf('/'));

export function findSpec(self: LibraryFinder, name: Value): Value {
  const text = stringOf(name) ?? '';
  const packed = vm.host.libraryModule(text);
  if (packed === undefined) return null;
  const folder = folderOf(packed.filename);
  if ((packed.isPackage ? folderOf(folder) : folder) !== self.path) return null;
  const spec = callWith(
    getAttribute(self.bootstrap, 'ModuleSpec'),
    [text, new LibraryLoader(text, packed), packed.filename, packed.isPackage],
    ['origin', 'is_package'],
  );
  setAttribute(spec, 'has_location', true);
  if (packed.isPackage) setAttribute(spec, 'submodule_search_locations', new PyList([folder]));
  return spec;
}

/** Runs a module of the library in its namespace. */
export function runLibraryModule({ name, packed }: LibraryLoader, namespace: PyDict): void {
  namespace.setString('__builtins__', vm.builtins);
  runCode(unpackCode(packed.code()), namespace, namespace);
  if (name === PATTERN_COMPILER) knowPatterns(namespace);
}

/** Names of the modules and packages in a folder of the library, sorted (pkgutil._iter_file_finder_modules). */
function modulesIn(folder: string): { name: string; isPackage: boolean }[] {
  const files = vm.host.files.readDirectory(folder);
  return [...files].sort().flatMap((file): { name: string; isPackage: boolean }[] => {
    if (file === '__init__.py') return [];
    if (file.endsWith('.py')) return [{ name: file.slice(0, -'.py'.length), isPackage: false }];
    const isPackage = vm.host.files.readDirectory(`${folder}/${file}`).includes('__init__.py');
    return isPackage ? [{ name: file, isPackage }] : [];
  });
}

defineType(finderType, {
  module: 'coroscope',
  doc: 'Finds modules of the standard library, which Coroscope carries in one packed file.',
  methods: {
    find_spec: ['($self, fullname, target=None)', findSpec],
    invalidate_caches: ['($self, /)', () => null],
    iter_modules: [
      "($self, prefix='')",
      (self: LibraryFinder, prefix: Value = '') => {
        const found = modulesIn(self.path).map(({ name, isPackage }) =>
          tupleOf([`${stringOf(prefix)}${name}`, isPackage]),
        );
        return getIterator(new PyList(found));
      },
    ],
  },
  getset: {
    path: [(self: LibraryFinder) => self.path],
  },
});

defineType(loaderType, {
  module: 'coroscope',
  doc: 'Loads a module of the standard library, which Coroscope carries in one packed file.',
  methods: {
    create_module: ['($self, spec)', () => null],
    exec_module: [
      '($self, module)',
      (self: LibraryLoader, module: Value) => {
        runLibraryModule(self, (module as PyModule).dict);
      },
    ],
    is_package: ['($self, fullname)', (self: LibraryLoader) => self.packed.isPackage],
    get_code: ['($self, fullname)', (self: LibraryLoader) => unpackCode(self.packed.code())],
    get_source: ['($self, fullname)', (self: LibraryLoader) => vm.host.sourceText(self.packed.filename) ?? null],
    get_filename: ['($self, fullname)', (self: LibraryLoader) => self.packed.filename],
    get_resource_reader: [
      '($self, module)',
      (self: LibraryLoader) => {
        const readers = getAttribute(vm.importModule('importlib.readers'), 'readers');
        return call(getAttribute(readers, 'FileReader'), self);
      },
    ],
    get_data: [
      '($self, path)',
      (_self: LibraryLoader, path: Value) => {
        const text = vm.host.sourceText(stringOf(path) ?? '');
        if (text === undefined) throw newOSError(2, 'No such file or directory', path);
        return new PyBytes(new TextEncoder().encode(text));
      },
    ],
  },
  getset: {
    name: [(self: LibraryLoader) => self.name],
    path: [(self: LibraryLoader) => self.packed.filename],
  },
});

/** What sys.path_hooks has for the packed library: gives a finder for its paths, ImportError for all others. */
export function libraryPathHook(bootstrap: Value): Value {
  return builtinFunction('library_path_hook', [
    '(path, /)',
    (path: Value) => {
      const text = stringOf(path);
      if (text === undefined || !isInLibrary(text)) {
        throw newException(importErrorType, 'only paths of the packed library are supported');
      }
      return new LibraryFinder(text, bootstrap);
    },
    'Path hook of the packed standard library.',
  ]);
}
