/** A mistake of ours, never of the user's program: an invariant between two stages does not hold. */
export class InternalError extends Error {
  override name = 'InternalError';
}
