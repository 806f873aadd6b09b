/** A fault of Coroscope itself, not of the program that runs. */
export class InternalError extends Error {
  override readonly name = 'InternalError';
}
