import type { CodeObject } from './code-object.ts';
import { isCodeObject } from './constants.ts';
import { Op } from './op.ts';
import { positions } from './positions.ts';
import { eachInstruction } from './walk.ts';

/**
 * A code object and all those inside it, in the order in which their sources begin; what is inside follows what it is
 * inside of. Where two begin on one line, the columns decide at which they are loaded, if the target keeps columns.
 */
export function codeObjectsInSourceOrder(code: CodeObject): CodeObject[] {
  const nested = code.co_consts.filter(isCodeObject);
  if (nested.length > 1) {
    const columns = loadColumns(code);
    const column = (inner: CodeObject): number => columns.get(inner) ?? 0;
    nested.sort((a, b) => a.co_firstlineno - b.co_firstlineno || column(a) - column(b));
  }
  return [code, ...nested.flatMap(codeObjectsInSourceOrder)];
}

/** The columns at which a code object loads those inside it. */
function loadColumns(code: CodeObject): Map<CodeObject, number> {
  const spans = positions(code);
  const columns = new Map<CodeObject, number>();
  eachInstruction(code, (offset, _start, _opcode, op, arg) => {
    if (op !== Op.LOAD_CONST) return;
    const constant = code.co_consts[arg as number];
    if (isCodeObject(constant)) columns.set(constant, spans[offset * 2 + 2]);
  });
  return columns;
}
