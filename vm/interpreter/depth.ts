import { newException, recursionErrorType } from '../objects/exception.ts';
import { vm } from './state.ts';

/** Counts a recursion that goes through TypeScript (Py_EnterRecursiveCall); `where` completes the message. */
export function enterNative(where: string): void {
  if (++vm.depth > vm.recursionLimit) {
    vm.depth--;
    throw recursionError(where);
  }
}

export function leaveNative(): void {
  vm.depth--;
}

export function recursionError(where: string): ReturnType<typeof newException> {
  return newException(recursionErrorType, `maximum recursion depth exceeded${where}`);
}
