import type { PyDict } from './dict.ts';
import { newType, objectType, PyObject, type PyType, type Slot, type Value } from './object.ts';
import type { PyTraceback } from './traceback.ts';
import { emptyTuple, type PyTuple, tupleOf } from './tuple.ts';

/** Any exception. Thrown as it is, by JavaScript's `throw`. */
export class PyBaseException extends PyObject {
  args: PyTuple = emptyTuple;
  traceback: PyTraceback | null = null;
  cause: PyBaseException | null = null;
  context: PyBaseException | null = null;
  suppressContext = false;
  override dict: PyDict | undefined = undefined;
  /** The attributes that a built-in exception type adds, such as StopIteration's `value`; undefined while unset. */
  members: Record<string, Slot> | undefined = undefined;
  constructor(type: PyType, args: PyTuple = emptyTuple) {
    super(type);
    this.args = args;
  }
}

export const baseExceptionType = newType('BaseException');

function exceptionType(name: string, base: PyType): PyType {
  return newType(name, base);
}

export const exceptionTypeRoot = exceptionType('Exception', baseExceptionType);
export const generatorExitType = exceptionType('GeneratorExit', baseExceptionType);
export const keyboardInterruptType = exceptionType('KeyboardInterrupt', baseExceptionType);
export const systemExitType = exceptionType('SystemExit', baseExceptionType);
export const baseExceptionGroupType = exceptionType('BaseExceptionGroup', baseExceptionType);
export const exceptionGroupType = exceptionType('ExceptionGroup', baseExceptionGroupType);
exceptionGroupType.bases = [baseExceptionGroupType, exceptionTypeRoot];
exceptionGroupType.mro = [exceptionGroupType, baseExceptionGroupType, exceptionTypeRoot, baseExceptionType, objectType];
export const arithmeticErrorType = exceptionType('ArithmeticError', exceptionTypeRoot);
export const floatingPointErrorType = exceptionType('FloatingPointError', arithmeticErrorType);
export const overflowErrorType = exceptionType('OverflowError', arithmeticErrorType);
export const zeroDivisionErrorType = exceptionType('ZeroDivisionError', arithmeticErrorType);
export const assertionErrorType = exceptionType('AssertionError', exceptionTypeRoot);
export const attributeErrorType = exceptionType('AttributeError', exceptionTypeRoot);
export const bufferErrorType = exceptionType('BufferError', exceptionTypeRoot);
export const eofErrorType = exceptionType('EOFError', exceptionTypeRoot);
export const importErrorType = exceptionType('ImportError', exceptionTypeRoot);
export const moduleNotFoundErrorType = exceptionType('ModuleNotFoundError', importErrorType);
export const lookupErrorType = exceptionType('LookupError', exceptionTypeRoot);
export const indexErrorType = exceptionType('IndexError', lookupErrorType);
export const keyErrorType = exceptionType('KeyError', lookupErrorType);
export const memoryErrorType = exceptionType('MemoryError', exceptionTypeRoot);
export const nameErrorType = exceptionType('NameError', exceptionTypeRoot);
export const unboundLocalErrorType = exceptionType('UnboundLocalError', nameErrorType);
export const osErrorType = exceptionType('OSError', exceptionTypeRoot);
export const blockingIOErrorType = exceptionType('BlockingIOError', osErrorType);
export const childProcessErrorType = exceptionType('ChildProcessError', osErrorType);
export const connectionErrorType = exceptionType('ConnectionError', osErrorType);
export const brokenPipeErrorType = exceptionType('BrokenPipeError', connectionErrorType);
export const connectionAbortedErrorType = exceptionType('ConnectionAbortedError', connectionErrorType);
export const connectionRefusedErrorType = exceptionType('ConnectionRefusedError', connectionErrorType);
export const connectionResetErrorType = exceptionType('ConnectionResetError', connectionErrorType);
export const fileExistsErrorType = exceptionType('FileExistsError', osErrorType);
export const fileNotFoundErrorType = exceptionType('FileNotFoundError', osErrorType);
export const interruptedErrorType = exceptionType('InterruptedError', osErrorType);
export const isADirectoryErrorType = exceptionType('IsADirectoryError', osErrorType);
export const notADirectoryErrorType = exceptionType('NotADirectoryError', osErrorType);
export const permissionErrorType = exceptionType('PermissionError', osErrorType);
export const processLookupErrorType = exceptionType('ProcessLookupError', osErrorType);
export const timeoutErrorType = exceptionType('TimeoutError', osErrorType);
export const referenceErrorType = exceptionType('ReferenceError', exceptionTypeRoot);
export const runtimeErrorType = exceptionType('RuntimeError', exceptionTypeRoot);
export const notImplementedErrorType = exceptionType('NotImplementedError', runtimeErrorType);
export const pythonFinalizationErrorType = exceptionType('PythonFinalizationError', runtimeErrorType);
export const recursionErrorType = exceptionType('RecursionError', runtimeErrorType);
export const stopAsyncIterationType = exceptionType('StopAsyncIteration', exceptionTypeRoot);
export const stopIterationType = exceptionType('StopIteration', exceptionTypeRoot);
export const syntaxErrorType = exceptionType('SyntaxError', exceptionTypeRoot);
export const incompleteInputErrorType = exceptionType('_IncompleteInputError', syntaxErrorType);
export const indentationErrorType = exceptionType('IndentationError', syntaxErrorType);
export const tabErrorType = exceptionType('TabError', indentationErrorType);
export const systemErrorType = exceptionType('SystemError', exceptionTypeRoot);
export const typeErrorType = exceptionType('TypeError', exceptionTypeRoot);
export const valueErrorType = exceptionType('ValueError', exceptionTypeRoot);
export const unicodeErrorType = exceptionType('UnicodeError', valueErrorType);
export const unicodeDecodeErrorType = exceptionType('UnicodeDecodeError', unicodeErrorType);
export const unicodeEncodeErrorType = exceptionType('UnicodeEncodeError', unicodeErrorType);
export const unicodeTranslateErrorType = exceptionType('UnicodeTranslateError', unicodeErrorType);
export const warningType = exceptionType('Warning', exceptionTypeRoot);
export const bytesWarningType = exceptionType('BytesWarning', warningType);
export const deprecationWarningType = exceptionType('DeprecationWarning', warningType);
export const encodingWarningType = exceptionType('EncodingWarning', warningType);
export const futureWarningType = exceptionType('FutureWarning', warningType);
export const importWarningType = exceptionType('ImportWarning', warningType);
export const pendingDeprecationWarningType = exceptionType('PendingDeprecationWarning', warningType);
export const resourceWarningType = exceptionType('ResourceWarning', warningType);
export const runtimeWarningType = exceptionType('RuntimeWarning', warningType);
export const syntaxWarningType = exceptionType('SyntaxWarning', warningType);
export const unicodeWarningType = exceptionType('UnicodeWarning', warningType);
export const userWarningType = exceptionType('UserWarning', warningType);

/** A new exception with one message, or with these arguments; to be thrown. */
export function newException(type: PyType, ...args: Value[]): PyBaseException {
  return new PyBaseException(type, args.length === 0 ? emptyTuple : tupleOf(args));
}

export const typeError = (message: string): PyBaseException => newException(typeErrorType, message);
export const valueError = (message: string): PyBaseException => newException(valueErrorType, message);
export const indexError = (message: string): PyBaseException => newException(indexErrorType, message);
export const keyError = (key: Value): PyBaseException => newException(keyErrorType, key);
export const runtimeError = (message: string): PyBaseException => newException(runtimeErrorType, message);
export const overflowError = (message: string): PyBaseException => newException(overflowErrorType, message);
export const zeroDivisionError = (message: string): PyBaseException => newException(zeroDivisionErrorType, message);
/** An AttributeError with `name` and `obj` set, which the suggestions of tracebacks need. */
export function attributeError(message: string, name: string, object: Value): PyBaseException {
  const exception = newException(attributeErrorType, message);
  exception.members = { name, obj: object };
  return exception;
}

/** A NameError with `name` set. */
export function nameError(type: PyType, message: string, name: string): PyBaseException {
  const exception = newException(type, message);
  exception.members = { name };
  return exception;
}

export function stopIteration(value: Value): PyBaseException {
  const exception = value === null ? newException(stopIterationType) : newException(stopIterationType, value);
  exception.members = { value };
  return exception;
}

/** Whether something thrown is a Python exception of this type. */
export function isException(thrown: unknown, type: PyType): thrown is PyBaseException {
  return thrown instanceof PyBaseException && thrown.type.isSubtype(type);
}
