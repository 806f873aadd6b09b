import { vm } from '../interpreter/state.ts';

/** Issues a DeprecationWarning for the running frame's caller. */
export function deprecated(message: string): void {
  vm.warn?.('DeprecationWarning', message);
}
