import type { Target } from '../targets/target.ts';
import type { CodeObject } from './code-object.ts';
import { type Constant, isCodeObject } from './constants.ts';
import { Op } from './op.ts';

/**
 * Sets co_qualname of the code objects inside one that does not hold it (before 3.11). There a qualified name is the
 * constant that is loaded between a function's code and MAKE_FUNCTION; a class's is a constant its body stores as
 * `__qualname__`.
 */
export function nameNestedCode(code: CodeObject, target: Target): void {
  const { number } = target.opcodes;
  const loadConst = number[Op.LOAD_CONST];
  const makeFunction = number[Op.MAKE_FUNCTION];
  const extendedArg = number[Op.EXTENDED_ARG];
  const bytes = code.co_code;
  let arg = 0;
  let previous: Constant = null;
  let last: Constant = null;
  for (let offset = 0; offset < bytes.length; offset += 2) {
    const opcode = bytes[offset];
    arg = (arg << 8) | bytes[offset + 1];
    if (opcode === extendedArg) continue;
    if (opcode === loadConst) {
      previous = last;
      last = code.co_consts[arg];
    } else if (opcode === makeFunction && typeof last === 'string' && isCodeObject(previous)) {
      const inner = previous;
      inner.co_qualname = classQualname(inner, target) ?? last;
    }
    arg = 0;
  }
  for (const constant of code.co_consts) if (isCodeObject(constant)) nameNestedCode(constant, target);
}

/** A class body starts: LOAD_NAME __name__, STORE_NAME __module__, LOAD_CONST qualname, STORE_NAME __qualname__. */
function classQualname(code: CodeObject, target: Target): string | undefined {
  const { number } = target.opcodes;
  const bytes = code.co_code;
  const isClassBody =
    bytes[0] === number[Op.LOAD_NAME] &&
    bytes[4] === number[Op.LOAD_CONST] &&
    bytes[6] === number[Op.STORE_NAME] &&
    code.co_names[bytes[7]] === '__qualname__';
  const name = isClassBody ? code.co_consts[bytes[5]] : undefined;
  return typeof name === 'string' ? name : undefined;
}
