import { vm } from '../interpreter/state.ts';

/** Issues a DeprecationWarning for the running frame's caller. */
export function deprecated(message: string): void {
  vm.warn?.('DeprecationWarning', message);
}

/** The end of what throw() and athrow() say of more than one argument. */
export const DEPRECATED_SIGNATURE = 'is deprecated, use the single-arg signature instead.';
