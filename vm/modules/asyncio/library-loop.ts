import { vm } from '../../interpreter/state.ts';
import { PySlotMember } from '../../objects/descriptor.ts';
import type { PyDict } from '../../objects/dict.ts';
import { PyFunction } from '../../objects/function.ts';
import { PyModule } from '../../objects/module.ts';
import { PyInstance, PyType, type Shape, type Slot, type Value } from '../../objects/object.ts';
import { tupleOf } from '../../objects/tuple.ts';
import { PyDeque } from '../collections/deque.ts';

// Each step of a task calls `loop.call_soon()`, which runs five functions of the library to put a Handle into a queue. Where the loop and
// the Handle are the library's own, unchanged, and nobody is watching, the same is done here.

/** What is known of the instances of a shape: where a loop of the library keeps what call_soon() uses. */
interface LibraryLoop {
  readonly shape: Shape;
  readonly version: number;
  /** Undefined for a loop that isn't the library's, or has methods of its own. */
  readonly places: Places | undefined;
}

interface Places {
  readonly closed: number;
  readonly debug: number;
  readonly ready: number;
  /** The namespace of asyncio.events, which has the class Handle. */
  readonly events: PyDict;
}

let known: LibraryLoop | undefined;

function placesOf(loop: PyInstance, shape: Shape): Places | undefined {
  if (known === undefined || known.shape !== shape || known.version !== loop.type.version) {
    known = { shape, version: loop.type.version, places: findPlaces(loop.type, shape) };
  }
  return known.places;
}

const methods = ['call_soon', '_call_soon', '_check_closed', 'get_debug'];

function findPlaces(type: PyType, shape: Shape): Places | undefined {
  let events: Slot;
  for (const name of methods) {
    const method = type.lookup(name);
    if (!isOfLibrary(method, 'asyncio.base_events', `BaseEventLoop.${name}`) || shape.indices.has(name))
      return undefined;
    events = method.globals.getString('events');
  }
  const closed = shape.indices.get('_closed');
  const debug = shape.indices.get('_debug');
  const ready = shape.indices.get('_ready');
  if (closed === undefined || debug === undefined || ready === undefined || !(events instanceof PyModule))
    return undefined;
  return { closed, debug, ready, events: events.dict };
}

function isOfLibrary(value: Slot, module: string, qualname: string): value is PyFunction {
  return (
    value instanceof PyFunction &&
    value.code.code.co_qualname === qualname &&
    value.globals.getString('__name__') === module &&
    vm.modules.getString(module) instanceof PyModule
  );
}

/** Indices of the slots of Handle. */
interface HandleLayout {
  readonly type: PyType;
  readonly version: number;
  readonly slots: Readonly<Record<(typeof handleSlots)[number], number>> | undefined;
}

const handleSlots = ['_callback', '_args', '_cancelled', '_loop', '_source_traceback', '_repr', '_context'] as const;

let layout: HandleLayout | undefined;

function layoutOf(type: PyType): HandleLayout {
  if (layout === undefined || layout.type !== type || layout.version !== type.version) {
    layout = { type, version: type.version, slots: findSlots(type) };
  }
  return layout;
}

function findSlots(type: PyType): HandleLayout['slots'] {
  if (!isOfLibrary(type.lookup('__init__'), 'asyncio.events', 'Handle.__init__')) return undefined;
  const indices = handleSlots.map((name) => {
    const member = type.lookup(name);
    return [name, member instanceof PySlotMember ? member.index : -1] as const;
  });
  return indices.some(([, index]) => index < 0) ? undefined : (Object.fromEntries(indices) as HandleLayout['slots']);
}

/** Whether somebody sees which functions are called: the debugger, or a trace or profile function. */
const isWatched = (): boolean => vm.debugging !== undefined || vm.monitoring !== undefined;

/** `loop.get_debug()` of a loop of the library; undefined when it must be asked. */
export function debugOf(loop: Value): boolean | undefined {
  if (!(loop instanceof PyInstance) || loop.shape === undefined || isWatched()) return undefined;
  const places = placesOf(loop, loop.shape);
  const debug = places === undefined ? undefined : loop.values[places.debug];
  return typeof debug === 'boolean' ? debug : undefined;
}

/** What BaseEventLoop.call_soon() does to an open loop out of debug mode; false, and nothing done, when it must be called. */
export function appendReady(loop: Value, callback: Value, argument: Slot, context: Value): boolean {
  if (!(loop instanceof PyInstance) || loop.shape === undefined || context === null || isWatched()) return false;
  const places = placesOf(loop, loop.shape);
  if (places === undefined || loop.values[places.closed] !== false || loop.values[places.debug] !== false) return false;
  const ready = loop.values[places.ready];
  const type = places.events.getString('Handle');
  if (!(ready instanceof PyDeque) || !(type instanceof PyType)) return false;
  const { slots } = layoutOf(type);
  if (slots === undefined) return false;
  const handle = type.allocate(type);
  const values: Slot[] = new Array(handleSlots.length).fill(null);
  values[slots._callback] = callback;
  values[slots._args] = tupleOf(argument === undefined ? [] : [argument]);
  values[slots._cancelled] = false;
  values[slots._loop] = loop;
  values[slots._context] = context;
  handle.slots = values;
  ready.append(handle);
  return true;
}
