/**
 * What CPython would say of a program's text. The four numbers are the attributes of SyntaxError as CPython sets
 * them: lines from 1; offsets from 1 in code points, end exclusive; 0 or -1 where CPython gives those.
 */
export interface Diagnostic {
  /**
   * The exception or warning class. 'NotSupported' is ours: the language construct is valid, but Coroscope does not
   * compile it yet.
   */
  category:
    | 'SyntaxError'
    | 'IndentationError'
    | 'TabError'
    | '_IncompleteInputError'
    | 'UnicodeDecodeError'
    | 'ValueError'
    | 'OverflowError'
    | 'RecursionError'
    | 'MemoryError'
    | 'SyntaxWarning'
    | 'DeprecationWarning'
    | 'NotSupported';
  message: string;
  lineno: number;
  offset: number;
  end_lineno: number;
  end_offset: number;
}

export const isWarning = (diagnostic: Diagnostic): boolean => diagnostic.category.endsWith('Warning');

const tooShort = new WeakSet<Diagnostic>();

/** Notes that the text of an error ends too early: more of it might make it valid. */
export function markTooShort(error: Diagnostic): Diagnostic {
  tooShort.add(error);
  return error;
}

/** Whether _IncompleteInputError stands for an error when compile() is asked to tell (PyCF_ALLOW_INCOMPLETE_INPUT). */
export const endsTooEarly = (error: Diagnostic): boolean => tooShort.has(error);
