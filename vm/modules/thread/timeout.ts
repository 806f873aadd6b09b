import { vm } from '../../interpreter/state.ts';
import { overflowError, typeError, valueError } from '../../objects/exception.ts';
import { floatOf } from '../../objects/float.ts';
import { type Slot, typeOf, type Value } from '../../objects/object.ts';
import { isTrue } from '../../operations/truth.ts';

/** threading.TIMEOUT_MAX: what CPython's 64-bit nanoseconds hold, in seconds. */
export const TIMEOUT_MAX = 9223372036;

/** When a wait of so many seconds ends, by host.monotonic(); undefined for ever. */
export function deadlineAfter(seconds: number | undefined): bigint | undefined {
  return seconds === undefined ? undefined : vm.host.monotonic() + BigInt(Math.ceil(seconds * 1e9));
}

/** Seconds to wait: 0 for not at all, undefined for ever. Raises as lock_acquire_parse_args does. */
export function timeoutOf(blocking: Slot, timeout: Slot): number | undefined {
  const blocks = blocking === undefined || isTrue(blocking);
  const seconds = timeout === undefined ? -1 : secondsOf(timeout);
  if (!blocks) {
    if (seconds !== -1) throw valueError("can't specify a timeout for a non-blocking call");
    return 0;
  }
  if (seconds < 0) {
    if (seconds !== -1) throw valueError('timeout value must be a non-negative number');
    return undefined;
  }
  return seconds;
}

/** A number of seconds that fits into CPython's clock. */
export function secondsOf(timeout: Value): number {
  const seconds = floatOf(timeout);
  if (seconds === undefined) {
    throw typeError(`'${typeOf(timeout).tp_name}' object cannot be interpreted as an integer or float`);
  }
  if (Number.isNaN(seconds)) throw valueError('Invalid value NaN (not a number)');
  if (Math.abs(seconds) > TIMEOUT_MAX) throw overflowError('timestamp out of range for platform time_t');
  return seconds;
}
