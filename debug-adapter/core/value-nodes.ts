import { Frame } from '../../vm/interpreter/frame.ts';
import { PyFuture } from '../../vm/modules/asyncio/future.ts';
import { PyTask } from '../../vm/modules/asyncio/task.ts';
import { PyCell } from '../../vm/objects/cell.ts';
import { PyCode } from '../../vm/objects/code.ts';
import { PyDict } from '../../vm/objects/dict.ts';
import { PyBaseException } from '../../vm/objects/exception.ts';
import { PyFunction, PyMethod } from '../../vm/objects/function.ts';
import { PyGenerator } from '../../vm/objects/generator.ts';
import { PyList } from '../../vm/objects/list.ts';
import { PyModule } from '../../vm/objects/module.ts';
import { PyInstance, PyType, type Slot, typeOf, type Value } from '../../vm/objects/object.ts';
import { PySet } from '../../vm/objects/set.ts';
import { PyTraceback } from '../../vm/objects/traceback.ts';
import { PyTuple } from '../../vm/objects/tuple.ts';
import { lookupAttribute, setAttribute } from '../../vm/operations/attribute.ts';
import { repr } from '../../vm/operations/text.ts';
import { unknownVariable } from './errors.ts';
import { pythonQuote } from './evaluate.ts';
import { kindOf } from './inventory.ts';
import { type Child, isDunder, type Node } from './nodes.ts';

/** More entries than this are numbered, so that the client asks for them page by page. */
const PAGE = 100;

/** The parts of a value, or undefined where it has none. `path` is an expression that gives the value. */
export function nodeOf(value: Slot, path: string | undefined): Node | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  if (value instanceof PyList) return sequence(value, value.items, path, (index, item) => (value.items[index] = item));
  if (value instanceof PyTuple) return sequence(value, value.items, path, undefined);
  if (value instanceof PyDict) return dictNode(value, path);
  if (value instanceof PySet) return value.size === 0 ? undefined : itemsNode([...value.items()]);
  if (value instanceof PyGenerator) return attributes(value, path, generatorAttributes[kindOf(value)]);
  if (value instanceof Frame) return attributes(value, path, frameAttributes);
  if (value instanceof PyCode) return attributes(value, path, codeAttributes);
  if (value instanceof PyTraceback) return attributes(value, path, tracebackAttributes);
  if (value instanceof PyFunction) return attributes(value, path, functionAttributes, value.dict);
  if (value instanceof PyMethod) return attributes(value, path, methodAttributes);
  if (value instanceof PyCell)
    return { named: () => [{ name: 'cell_contents', value: value.contents, path: dotted(path, 'cell_contents') }] };
  if (value instanceof PyModule) return namespaceNode(value.dict, (name) => dotted(path, name));
  if (value instanceof PyType) return typeNode(value, path);
  if (value instanceof PyBaseException) return attributes(value, path, exceptionAttributes, value.dict);
  if (value instanceof PyTask) return attributes(value, path, taskAttributes, value.dict);
  if (value instanceof PyFuture) return attributes(value, path, futureAttributes, value.dict);
  return instanceNode(value, path);
}

const generatorAttributes = {
  generator: ['gi_frame', 'gi_running', 'gi_suspended', 'gi_yieldfrom', 'gi_code'],
  coroutine: ['cr_frame', 'cr_running', 'cr_suspended', 'cr_await', 'cr_code', 'cr_origin'],
  'async generator': ['ag_frame', 'ag_running', 'ag_suspended', 'ag_await', 'ag_code'],
};
const frameAttributes = ['f_lasti', 'f_lineno', 'f_locals', 'f_back', 'f_code', 'f_globals'];
const codeAttributes = [
  'co_qualname',
  'co_flags',
  'co_firstlineno',
  'co_argcount',
  'co_posonlyargcount',
  'co_kwonlyargcount',
  'co_nlocals',
  'co_stacksize',
  'co_varnames',
  'co_cellvars',
  'co_freevars',
  'co_names',
  'co_consts',
  'co_code',
  'co_filename',
];
const tracebackAttributes = ['tb_frame', 'tb_lasti', 'tb_lineno', 'tb_next'];
const functionAttributes = ['__qualname__', '__module__', '__defaults__', '__kwdefaults__', '__closure__', '__code__'];
const methodAttributes = ['__self__', '__func__'];
const futureAttributes = ['_state', '_result', '_exception', '_asyncio_awaited_by', '_callbacks', '_loop'];
const taskAttributes = ['_coro', '_fut_waiter', '_must_cancel', ...futureAttributes];
const exceptionAttributes = ['args', '__cause__', '__context__', '__traceback__', '__notes__'];

const dotted = (path: string | undefined, name: string): string | undefined =>
  path === undefined ? undefined : `${path}.${name}`;

const item = (path: string | undefined, key: string): string | undefined =>
  path === undefined ? undefined : `${path}[${key}]`;

/** Attributes that built-in objects compute, and the object's own. Reading them runs no code of the program's. */
function attributes(value: Value, path: string | undefined, names: readonly string[], dict?: PyDict): Node {
  return {
    named: () => {
      const children: Child[] = [];
      for (const name of names) {
        const found = lookupAttribute(value, name);
        if (found !== undefined) children.push({ name, value: found, path: dotted(path, name), readOnly: true });
      }
      if (dict !== undefined) children.unshift(...namespaceChildren(dict, (name) => dotted(path, name)));
      return children;
    },
    set: (name, changed) => setAttribute(value, name, changed),
  };
}

function sequence(
  value: Value,
  items: readonly Value[],
  path: string | undefined,
  assign: ((index: number, item: Value) => void) | undefined,
): Node {
  const own = ownAttributes(value, path);
  return {
    length: items.length,
    indexed: (start, count) =>
      items.slice(start, start + count).map((value, offset) => ({
        name: `${start + offset}`,
        value,
        path: item(path, `${start + offset}`),
        readOnly: assign === undefined,
      })),
    ...(own.length > 0 && { named: () => own }),
    set: (name, changed) => {
      if (/^\d+$/.test(name) && assign !== undefined && Number(name) < items.length) assign(Number(name), changed);
      else setAttribute(value, name, changed);
    },
  };
}

function dictNode(dict: PyDict, path: string | undefined): Node | undefined {
  const own = ownAttributes(dict, path);
  if (dict.size === 0 && own.length === 0) return undefined;
  const entries = (): Child[] =>
    [...dict.entries()].map(([key, value]) => ({ name: keyText(key), value, path: item(path, keyPath(key)) }));
  const set = (name: string, changed: Value): void => {
    for (const [key] of dict.entries()) {
      if (keyText(key) === name) {
        dict.set(key, changed);
        return;
      }
    }
    throw unknownVariable(name);
  };
  if (dict.size <= PAGE) return { named: () => [...entries(), ...own], set };
  return {
    length: dict.size,
    indexed: (start, count) => entries().slice(start, start + count),
    ...(own.length > 0 && { named: () => own }),
    set,
  };
}

/** A key as it is written, if repr() of it runs no code of the program's. */
function keyText(key: Value): string {
  if (typeof key !== 'object' || key === null || !key.type.heap) return repr(key);
  return `<${key.type.tp_name} key>`;
}

function keyPath(key: Value): string {
  return typeof key === 'string' ? pythonQuote(key) : keyText(key);
}

function itemsNode(items: readonly Value[]): Node {
  return {
    length: items.length,
    indexed: (start, count) =>
      items.slice(start, start + count).map((value, offset) => ({ name: `${start + offset}`, value, readOnly: true })),
  };
}

/** The names of a module, or a function's globals: the double-underscored ones apart. */
export function namespaceNode(dict: PyDict | undefined, path: (name: string) => string | undefined): Node {
  return {
    named: () => (dict === undefined ? [] : namespaceChildren(dict, path)),
    set: (name, value) => {
      if (dict === undefined) throw unknownVariable(name);
      dict.setString(name, value);
    },
  };
}

export function namespaceChildren(dict: PyDict, path: (name: string) => string | undefined): Child[] {
  const plain: Child[] = [];
  const special: Child[] = [];
  for (const [key, value] of dict.entries()) {
    const name = typeof key === 'string' ? key : keyText(key);
    (isDunder(name) ? special : plain).push({ name, value, path: path(name) });
  }
  if (special.length > 0) {
    const node: Node = { named: () => special, set: (name, value) => dict.setString(name, value) };
    plain.push({ name: 'special variables', text: '', node, kind: 'virtual', readOnly: true });
  }
  return plain;
}

function typeNode(type: PyType, path: string | undefined): Node {
  return {
    named: () => {
      const plain: Child[] = [];
      const special: Child[] = [];
      for (const [name, value] of type.attributes) {
        (isDunder(name) ? special : plain).push({ name, value, path: dotted(path, name), readOnly: !type.heap });
      }
      if (special.length > 0) {
        plain.push({
          name: 'special variables',
          text: '',
          node: { named: () => special },
          kind: 'virtual',
          readOnly: true,
        });
      }
      return plain;
    },
    ...(type.heap && { set: (name: string, value: Value) => setAttribute(type, name, value) }),
  };
}

function instanceNode(value: Value, path: string | undefined): Node | undefined {
  const children = ownAttributes(value, path);
  const type = typeOf(value);
  if (!type.heap && children.length === 0) return undefined;
  if (type.heap)
    children.push({ name: '__class__', value: type, path: dotted(path, '__class__'), kind: 'class', readOnly: true });
  return { named: () => children, set: (name, changed) => setAttribute(value, name, changed) };
}

/** What an object holds in its own `__dict__` and `__slots__`; properties are computed when they are asked for. */
function ownAttributes(value: Value, path: string | undefined): Child[] {
  if (typeof value !== 'object' || value === null) return [];
  const children: Child[] = [];
  const add = (name: string, found: Slot) =>
    children.push({ name, value: found, path: dotted(path, name), kind: 'property' });
  if (value instanceof PyInstance && value.shape !== undefined) {
    value.shape.names.forEach((name, index) => {
      add(name, value.values[index]);
    });
  } else if (value.dict !== undefined) {
    for (const [key, found] of value.dict.entries()) add(typeof key === 'string' ? key : keyText(key), found);
  }
  for (const type of typeOf(value).mro) {
    if (!type.heap) continue;
    for (const [name, descriptor] of type.attributes) {
      if (isDunder(name)) continue;
      const kind = typeOf(descriptor).tp_name;
      if (kind === 'member_descriptor') add(name, lookupAttribute(value, name));
      else if (kind === 'property') children.push(lazyProperty(value, name, path));
    }
  }
  return children;
}

function lazyProperty(value: Value, name: string, path: string | undefined): Child {
  return {
    name,
    text: 'property',
    kind: 'property',
    lazy: true,
    path: dotted(path, name),
    node: { named: () => [{ name, value: lookupAttribute(value, name), path: dotted(path, name) }] },
  };
}
