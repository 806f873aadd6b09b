import { printException } from '../builtins/traceback-text.ts';
import { FrameState } from '../interpreter/frame.ts';
import { vm } from '../interpreter/state.ts';
import { close } from '../interpreter/suspend.ts';
import { pythonException } from '../interpreter/unwind.ts';
import { callMethod } from '../operations/attribute.ts';
import { call } from '../operations/call.ts';
import { repr } from '../operations/text.ts';
import type { PyBaseException } from './exception.ts';
import type { PyGenerator } from './generator.ts';
import type { PyModule } from './module.ts';
import { asyncGeneratorType, coroutineType, type Value } from './object.ts';

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
    if (generator.type === asyncGeneratorType && generator.finalizer !== null && !generator.closed) {
      call(generator.finalizer, generator);
      generator.finish();
    } else if (generator.type === coroutineType && frame.state === FrameState.CREATED) {
      warnNeverAwaited(generator);
    } else if (frame.state === FrameState.CREATED) generator.finish();
    else close(generator);
  } catch (error) {
    ignored(pythonException(error), generator);
    generator.finish();
  }
}

/** An exception that nobody can catch (PyErr_FormatUnraisable). */
function ignored(exception: PyBaseException, object: Value): void {
  const stderr = (vm.modules.getString('sys') as PyModule).dict.getString('stderr');
  if (stderr === undefined || stderr === null) return;
  callMethod(stderr, 'write', `Exception ignored while closing generator ${repr(object)}:\n`);
  printException(exception);
}

/** Finalises everything still suspended, oldest first: the end of the interpreter. */
export function finalizeAll(): void {
  for (let generator = vm.firstGenerator; generator !== undefined; generator = vm.firstGenerator) {
    finalizeGenerator(generator);
    if (vm.firstGenerator === generator) generator.finish();
  }
}
