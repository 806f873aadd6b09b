import { isFoundNearby } from './collect.ts';
import { PyMemoryView } from './memoryview.ts';
import type { Value } from './object.ts';

/** So many objects are looked through for a view. */
const LIMIT = 2000;

/**
 * Whether a memoryview of what `isLender` names is held: by a variable of a running function or its module, or near one. Without
 * reference counts nobody tells when a view is dropped, as `bytes(memoryview(buffer)[:n])` does: what isn't found counts as
 * dropped.
 */
export function isViewed(isLender: (object: Value) => boolean): boolean {
  return isFoundNearby(
    (held) => held instanceof PyMemoryView && held.lease !== undefined && isLender(held.lease.object),
    LIMIT,
  );
}
