import { vm } from '../../interpreter/state.ts';
import type { PyBaseException } from '../../objects/exception.ts';
import type { PyType, Value } from '../../objects/object.ts';
import { coroutineType, typeOf } from '../../objects/object.ts';
import { addRoot } from '../../objects/roots.ts';
import { getAttribute } from '../../operations/attribute.ts';
import { call } from '../../operations/call.ts';
import { isTrue } from '../../operations/truth.ts';

/** Where the library keeps what `_asyncio` needs of it (module_init). */
const places = {
  getEventLoopPolicy: ['asyncio.events', '_get_event_loop_policy'],
  futureRepr: ['asyncio.base_futures', '_future_repr'],
  InvalidStateError: ['asyncio.exceptions', 'InvalidStateError'],
  CancelledError: ['asyncio.exceptions', 'CancelledError'],
  taskRepr: ['asyncio.base_tasks', '_task_repr'],
  taskGetStack: ['asyncio.base_tasks', '_task_get_stack'],
  taskPrintStack: ['asyncio.base_tasks', '_task_print_stack'],
  iscoroutine: ['asyncio.coroutines', 'iscoroutine'],
  extractStack: ['traceback', 'extract_stack'],
  WeakSet: ['weakref', 'WeakSet'],
} as const;

const found = new Map<keyof typeof places, Value>();
const coroutineTypes = new Set<PyType>();
addRoot(() => found);
addRoot(() => coroutineTypes);

/** A function or class of the library, which `_asyncio` looks up once: at its first use, since the two import each other. */
export function library(name: keyof typeof places): Value {
  let value = found.get(name);
  if (value === undefined) {
    const [module, attribute] = places[name];
    vm.importModule(module);
    value = getAttribute(vm.modules.getString(module) as Value, attribute);
    found.set(name, value);
  }
  return value;
}

/** A new interpreter has a library of its own. */
export function resetLibrary(): void {
  found.clear();
  coroutineTypes.clear();
}

export function invalidState(message: string): PyBaseException {
  return call(library('InvalidStateError'), message) as PyBaseException;
}

/** How many types besides coroutine are remembered as coroutines. */
const MAX_COROUTINE_TYPES = 100;

/** asyncio.iscoroutine(), remembering the types that are (is_coroutine). */
export function isCoroutine(value: Value): boolean {
  const type = typeOf(value);
  if (type === coroutineType || coroutineTypes.has(type)) return true;
  if (!isTrue(call(library('iscoroutine'), value))) return false;
  if (coroutineTypes.size < MAX_COROUTINE_TYPES) coroutineTypes.add(type);
  return true;
}
