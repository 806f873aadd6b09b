import { writeUnraisable } from '../builtins/unraisable.ts';
import { FrameState } from '../interpreter/frame.ts';
import { vm } from '../interpreter/state.ts';
import { close } from '../interpreter/suspend.ts';
import { pythonException } from '../interpreter/unwind.ts';
import { callMethod } from '../operations/attribute.ts';
import { call, callSpecial } from '../operations/call.ts';
import { repr } from '../operations/text.ts';
import type { PyGenerator } from './generator.ts';
import { asyncGeneratorType, coroutineType, type PyObject, type Value } from './object.ts';
import type { PyWeakref } from './weakref.ts';

/** Warns that a coroutine was dropped before it was awaited (_PyErr_WarnUnawaitedCoroutine). */
export function warnNeverAwaited(coroutine: PyGenerator): void {
  coroutine.finish();
  callMethod(vm.importModule('warnings'), '_warn_unawaited_coroutine', coroutine);
}

/**
 * The result of a call that is an expression statement is dropped: a coroutine made by that very call can be reachable from
 * nowhere else, so it is finalised at once, as reference counting would.
 */
export function dropCallResult(value: Value, createdIn: PyGenerator['createdIn'], line: number): void {
  const coroutine = vm.lastGenerator;
  if (coroutine === undefined || coroutine !== value || coroutine.type !== coroutineType) return;
  if (coroutine.frame?.state !== FrameState.CREATED) return;
  if (coroutine.createdIn === createdIn && coroutine.createdAtLine === line) warnNeverAwaited(coroutine);
}

/** What tp_finalize does with a generator, coroutine or async generator that nobody can reach any more (_PyGen_Finalize). */
export function finalizeGenerator(generator: PyGenerator): void {
  const { frame } = generator;
  if (frame === undefined || frame.state === FrameState.EXECUTING) return;
  try {
    if (generator.hookCalled) generator.finish();
    else if (generator.type === asyncGeneratorType && generator.finalizer !== null && !generator.closed) {
      // The hook may keep it, to close it later; it is asked only once.
      const { finalizer } = generator;
      generator.finalizer = null;
      generator.hookCalled = true;
      call(finalizer, generator);
    } else if (generator.type === coroutineType && frame.state === FrameState.CREATED) {
      warnNeverAwaited(generator);
    } else if (frame.state === FrameState.CREATED) generator.finish();
    else close(generator);
  } catch (error) {
    writeUnraisable(pythonException(error), `Exception ignored while closing generator ${repr(generator)}`);
    generator.finish();
  }
}

/** Calls an object's `__del__`, once in its life (slot_tp_finalize). */
export function finalizeObject(object: PyObject): void {
  if (!vm.finalizable.delete(object)) return;
  const method = object.type.lookup('__del__');
  if (method === undefined) return;
  try {
    callSpecial(object, '__del__');
  } catch (error) {
    writeUnraisable(pythonException(error), `Exception ignored while calling deallocator ${repr(method)}`);
  }
}

/** Calls the callback of a weak reference whose referent died (handle_callback). */
export function callReferenceCallback(reference: PyWeakref): void {
  const { callback } = reference;
  if (callback === null) return;
  try {
    call(callback, reference);
  } catch (error) {
    writeUnraisable(pythonException(error), `Exception ignored while calling weakref callback ${repr(callback)}`);
  }
}
