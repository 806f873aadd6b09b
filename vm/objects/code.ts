import type { CodeObject } from '../../compiler/bytecode/code-object.ts';
import type { Program } from '../interpreter/program.ts';
import { codeType, PyObject, type Value } from './object.ts';

/** A code object as a Python value: the compiler's CodeObject, its constants as values, and its Program once decoded. */
export class PyCode extends PyObject {
  readonly code: CodeObject;
  readonly consts: Value[];
  program: Program | undefined = undefined;
  constructor(code: CodeObject, consts: Value[]) {
    super(codeType);
    this.code = code;
    this.consts = consts;
  }
}
