import { TupleConstant } from '../bytecode/constants.ts';
import { Op } from '../bytecode/op.ts';
import { ExprContext, type Import, type ImportFrom, type Location } from '../syntax/ast.ts';
import { type Compiler, locationOf } from './compiler.ts';
import { indexOf } from './compiler-unit.ts';
import { NO_LOCATION } from './instruction.ts';
import { nameOp } from './names.ts';

/** `codegen_import`. */
export function importStatement(c: Compiler, s: Import): void {
  const location = locationOf(s);
  for (const alias of s.names) {
    c.loadConst(0, location);
    c.loadConst(null, location);
    c.opName(Op.IMPORT_NAME, alias.name, location);
    if (alias.asname !== null) {
      importAs(c, alias.name, alias.asname, location);
      continue;
    }
    const dot = alias.name.indexOf('.');
    nameOp(c, dot < 0 ? alias.name : alias.name.slice(0, dot), ExprContext.Store, location);
  }
}

/** `import a.b.c as d` walks from the package to the module by IMPORT_FROM (`codegen_import_as`). */
function importAs(c: Compiler, name: string, asname: string, location: Location): void {
  const parts = name.split('.');
  for (let i = 1; i < parts.length; i++) {
    c.opI(Op.IMPORT_FROM, indexOf(c.u.names, parts[i]!), location);
    if (i === parts.length - 1) break;
    c.opI(Op.SWAP, 2, location);
    c.op(Op.POP_TOP, location);
  }
  nameOp(c, asname, ExprContext.Store, location);
  if (parts.length > 1) c.op(Op.POP_TOP, location);
}

/** `codegen_from_import`. */
export function importFrom(c: Compiler, s: ImportFrom): void {
  const location = locationOf(s);
  c.loadConst(s.level, location);
  c.loadConst(new TupleConstant(s.names.map((alias) => alias.name)), location);
  c.opName(Op.IMPORT_NAME, s.module ?? '', location);
  if (s.names[0]?.name === '*') {
    c.opI(Op.CALL_INTRINSIC_1, c.numbers.IMPORT_STAR, location);
    c.op(Op.POP_TOP, NO_LOCATION);
    return;
  }
  for (const alias of s.names) {
    c.opName(Op.IMPORT_FROM, alias.name, location);
    nameOp(c, alias.asname ?? alias.name, ExprContext.Store, location);
  }
  c.op(Op.POP_TOP, location);
}
