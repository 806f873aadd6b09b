import { attributeError, attributeErrorType, isException, type PyBaseException, typeError } from './exception.ts';
import { PyType, typeOf, type Value } from './object.ts';

/** What super(type, object) raises for an object that has nothing to do with the type (supercheck). */
export function notAnInstance(owner: PyType, self: Value): PyBaseException {
  const what = self instanceof PyType ? `type ${self.tp_name}` : `instance of ${typeOf(self).tp_name}`;
  return typeError(`super(type, obj): obj (${what}) is not an instance or subtype of type (${owner.tp_name}).`);
}

/** The AttributeError of a super object: named after super itself. */
export function noSuchSuperAttribute(error: unknown, name: string, self: Value): unknown {
  return isException(error, attributeErrorType)
    ? attributeError(`'super' object has no attribute '${name}'`, name, self)
    : error;
}
