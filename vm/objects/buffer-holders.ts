import { isFoundNearby } from './collect.ts';
import type { Value } from './object.ts';

/** So many objects are looked through for a view. */
const LIMIT = 2000;

/** What keeps the buffer of another object: a memoryview, or a search that goes through one match by match. */
interface Lent {
  readonly lease?: { readonly object: Value } | undefined;
}

/**
 * Whether a memoryview of what `isLender` names, or an iterator over matches in it, is held: by a variable of a running function or
 * its module, or near one. Without reference counts nobody tells when a view is dropped, as `bytes(memoryview(buffer)[:n])` does: what
 * isn't found counts as dropped.
 */
export function isViewed(isLender: (object: Value) => boolean): boolean {
  const isView = ({ lease }: Lent): boolean => lease !== undefined && isLender(lease.object);
  return isFoundNearby(isView, LIMIT);
}
