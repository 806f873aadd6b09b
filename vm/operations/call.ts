import { callFunction } from '../interpreter/call.ts';
import { PyWrapperDescriptor } from '../objects/descriptor.ts';
import { typeError } from '../objects/exception.ts';
import { PyFunction, PyMethod } from '../objects/function.ts';
import { type KwNames, type Slot, typeOf, type Value } from '../objects/object.ts';

/** Calls anything. `kwNames` name the last arguments, as in CPython's vectorcall. */
export function callWith(callable: Value, args: Value[], kwNames: KwNames): Value {
  const { tp_call, tp_name } = typeOf(callable);
  if (tp_call === undefined) throw typeError(`'${tp_name}' object is not callable`);
  return tp_call(callable, args, kwNames);
}

/** Calls anything with positional arguments. */
export function call(callable: Value, ...args: Value[]): Value {
  if (callable instanceof PyFunction) return callFunction(callable, args, undefined);
  return callWith(callable, args, undefined);
}

/** Whether callable() says so. */
export function isCallable(value: Value): boolean {
  return typeOf(value).tp_call !== undefined;
}

/** Finds a special method on the type, bound to `self`; undefined when there is none (_PyObject_LookupSpecial). */
export function lookupSpecial(self: Value, name: string): Slot {
  const type = typeOf(self);
  const found = type.lookup(name);
  if (found === undefined) return undefined;
  if (found instanceof PyFunction) return new PyMethod(found, self);
  const get = typeOf(found).tp_descr_get;
  return get === undefined ? found : get(found, self, type);
}

/** Calls a special method found on the type of `self`; undefined when there is none. */
export function callSpecial(self: Value, name: string, ...args: Value[]): Slot {
  const type = typeOf(self);
  const found = type.lookup(name);
  if (found === undefined) return undefined;
  if (found instanceof PyFunction) return callFunction(found, [self, ...args], undefined);
  if (found instanceof PyWrapperDescriptor) return callWith(found, [self, ...args], undefined);
  const get = typeOf(found).tp_descr_get;
  return callWith(get === undefined ? found : get(found, self, type), args, undefined);
}
