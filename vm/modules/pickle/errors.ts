import { pythonException } from '../../interpreter/unwind.ts';
import { defineType } from '../../objects/define.ts';
import { exceptionTypeRoot, newException, type PyBaseException } from '../../objects/exception.ts';
import { addNote } from '../../objects/exception-notes.ts';
import { newType, typeOf, type Value } from '../../objects/object.ts';
import { fullyQualifiedName } from '../../objects/type-name.ts';

export const pickleErrorType = newType('_pickle.PickleError', exceptionTypeRoot);
export const picklingErrorType = newType('_pickle.PicklingError', pickleErrorType);
export const unpicklingErrorType = newType('_pickle.UnpicklingError', pickleErrorType);
for (const type of [pickleErrorType, picklingErrorType, unpicklingErrorType]) {
  defineType(type, { module: '_pickle', hasWeakrefs: true });
}

export const picklingError = (message: string): PyBaseException => newException(picklingErrorType, message);
export const unpicklingError = (message: string): PyBaseException => newException(unpicklingErrorType, message);

/** A PicklingError for an exception that was raised on the way, which becomes its context (_PyErr_ChainExceptions1). */
export function picklingErrorAfter(error: PyBaseException, message: string): PyBaseException {
  const raised = picklingError(message);
  raised.context = error;
  return raised;
}

/** What was thrown while part of `value` was written, as the Python exception that says so in a note (_PyErr_FormatNote). */
export function serializing(error: unknown, value: Value, part: string): PyBaseException {
  const exception = pythonException(error);
  addNote(exception, `when serializing ${typeText(value)} ${part}`);
  return exception;
}

/** What CPython's %T writes. */
export const typeText = (value: Value): string => fullyQualifiedName(typeOf(value));
