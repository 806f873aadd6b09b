import type { Diagnostic } from '../../compiler/text/diagnostic.ts';
import * as exceptions from '../objects/exception.ts';
import { newException, PyBaseException } from '../objects/exception.ts';
import type { PyType, Value } from '../objects/object.ts';
import { tupleOf } from '../objects/tuple.ts';

const types: Partial<Record<Diagnostic['category'], PyType>> = {
  SyntaxError: exceptions.syntaxErrorType,
  IndentationError: exceptions.indentationErrorType,
  TabError: exceptions.tabErrorType,
  _IncompleteInputError: exceptions.incompleteInputErrorType,
};

const plainTypes: Partial<Record<Diagnostic['category'], PyType>> = {
  ValueError: exceptions.valueErrorType,
  OverflowError: exceptions.overflowErrorType,
  RecursionError: exceptions.recursionErrorType,
  MemoryError: exceptions.memoryErrorType,
};

/** The exception that compile() raises for what the compiler found; `line` is the text of the line it names. */
export function syntaxError(diagnostic: Diagnostic, filename = '<string>', line: Value = null): PyBaseException {
  const plain = plainTypes[diagnostic.category];
  if (plain !== undefined) return newException(plain, diagnostic.message);
  const type = types[diagnostic.category] ?? exceptions.syntaxErrorType;
  const { message, lineno, offset, end_lineno, end_offset } = diagnostic;
  const exception = new PyBaseException(
    type,
    tupleOf([message, tupleOf([filename, lineno, offset, line, end_lineno, end_offset])]),
  );
  exception.members = { msg: message, filename, lineno, offset, text: line, end_lineno, end_offset };
  return exception;
}
