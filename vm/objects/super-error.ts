import { attributeError, attributeErrorType, isException } from './exception.ts';
import type { Value } from './object.ts';

/** The AttributeError of a super object: named after super itself. */
export function noSuchSuperAttribute(error: unknown, name: string, self: Value): unknown {
  return isException(error, attributeErrorType)
    ? attributeError(`'super' object has no attribute '${name}'`, name, self)
    : error;
}
