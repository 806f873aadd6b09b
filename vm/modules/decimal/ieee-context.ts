import { valueError } from '../../objects/exception.ts';
import type { Value } from '../../objects/object.ts';
import { PyContext, sizeArgument } from './context.ts';

/** The widest of IEEE 754's interchange formats that libmpdec knows on a machine of 64 bits. */
export const IEEE_CONTEXT_MAX_BITS = 512;

/** IEEEContext(bits): the context of IEEE 754's decimal interchange format of so many bits (mpd_ieee_context). */
export function ieeeContext(bits: Value): Value {
  const size = Number(sizeArgument(bits));
  if (size <= 0 || size > IEEE_CONTEXT_MAX_BITS || size % 32 !== 0) {
    throw valueError(`argument must be a multiple of 32, with a maximum of ${IEEE_CONTEXT_MAX_BITS}`);
  }
  const context = new PyContext();
  context.prec = 9 * (size / 32) - 2;
  context.Emax = 3 * 2 ** (size / 16 + 3);
  context.Emin = 1 - context.Emax;
  context.clamp = 1;
  context.traps = 0;
  return context;
}
