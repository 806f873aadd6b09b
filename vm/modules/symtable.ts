import { BlockType, Def, NameScope, SCOPE_OFFSET, type Scope } from '../../compiler/symbols/scope.ts';
import { symbolTableOf } from '../builtins/compile.ts';
import { defineType, type ModuleDefinition } from '../objects/define.ts';
import { PyDict } from '../objects/dict.ts';
import { valueError } from '../objects/exception.ts';
import { PyList } from '../objects/list.ts';
import { newType, PyObject, type Value } from '../objects/object.ts';
import { identityOf } from '../operations/hash.ts';
import { filesystemPath } from '../operations/path.ts';

const entryType = newType('symtable entry');

/** PySTEntryObject as the module `symtable` sees it: a block of names, and the blocks within it. */
class PySymtableEntry extends PyObject {
  readonly name: string;
  readonly kind: BlockType;
  readonly lineno: number;
  readonly nested: boolean;
  /** Flags by name, the scope above them, in order of first mention. */
  readonly symbols = new PyDict();
  /** The parameters. */
  readonly varnames: PyList;
  readonly children: PyList;

  constructor(scope: Scope) {
    super(entryType);
    const { symbols } = scope;
    this.name = scope.name;
    this.kind = scope.type;
    this.lineno = scope.location.lineno;
    this.nested = scope.nested;
    for (let i = 0; i < symbols.size; i++) this.symbols.setString(symbols.nameAt(i), symbols.values[i]);
    this.varnames = new PyList(scope.varnames.map((key) => symbols.table.names[key]));
    this.children = new PyList(scope.children.map((child) => new PySymtableEntry(child)));
  }
}

defineType(entryType, {
  tp_repr: (self: PySymtableEntry) => `<symtable entry ${self.name}(${identityOf(self)}), line ${self.lineno}>`,
  members: {
    id: [(self: PySymtableEntry) => identityOf(self)],
    name: [(self: PySymtableEntry) => self.name],
    symbols: [(self: PySymtableEntry) => self.symbols],
    varnames: [(self: PySymtableEntry) => self.varnames],
    children: [(self: PySymtableEntry) => self.children],
    nested: [(self: PySymtableEntry) => Number(self.nested)],
    type: [(self: PySymtableEntry) => self.kind],
    lineno: [(self: PySymtableEntry) => self.lineno],
  },
});

function symtable(source: Value, filename: Value, mode: Value): Value {
  const path = filesystemPath(filename, 'embedded null character');
  if (mode !== 'exec' && mode !== 'eval' && mode !== 'single') {
    throw valueError("symtable() arg 3 must be 'exec' or 'eval' or 'single'");
  }
  return new PySymtableEntry(symbolTableOf(source, path, mode));
}

/** CPython 3.14's Modules/symtablemodule.c, over the compiler's own symbol tables. */
export const symtableModule = (): ModuleDefinition => ({
  name: '_symtable',
  functions: {
    symtable: [
      '($module, source, filename, startstr, /)',
      symtable,
      'Return symbol and scope dictionaries used internally by compiler.',
    ],
  },
  attributes: {
    USE: Def.USE,
    DEF_GLOBAL: Def.GLOBAL,
    DEF_NONLOCAL: Def.NONLOCAL,
    DEF_LOCAL: Def.LOCAL,
    DEF_PARAM: Def.PARAM,
    DEF_TYPE_PARAM: Def.TYPE_PARAM,
    DEF_FREE_CLASS: Def.FREE_CLASS,
    DEF_IMPORT: Def.IMPORT,
    DEF_BOUND: Def.LOCAL | Def.PARAM | Def.IMPORT,
    DEF_ANNOT: Def.ANNOT,
    DEF_COMP_ITER: Def.COMP_ITER,
    DEF_COMP_CELL: Def.COMP_CELL,
    TYPE_FUNCTION: BlockType.Function,
    TYPE_CLASS: BlockType.Class,
    TYPE_MODULE: BlockType.Module,
    TYPE_ANNOTATION: BlockType.Annotation,
    TYPE_TYPE_ALIAS: BlockType.TypeAlias,
    TYPE_TYPE_PARAMETERS: BlockType.TypeParameters,
    TYPE_TYPE_VARIABLE: BlockType.TypeVariable,
    LOCAL: NameScope.LOCAL,
    GLOBAL_EXPLICIT: NameScope.GLOBAL_EXPLICIT,
    GLOBAL_IMPLICIT: NameScope.GLOBAL_IMPLICIT,
    FREE: NameScope.FREE,
    CELL: NameScope.CELL,
    SCOPE_OFF: SCOPE_OFFSET,
    SCOPE_MASK: 15,
  },
});
