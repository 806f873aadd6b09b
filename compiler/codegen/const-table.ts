import type { CodeObject } from '../bytecode/code-object.ts';
import { type Constant, FloatConstant } from '../bytecode/constants.ts';
import { type ConstantKey, constantKey } from '../flowgraph/constant-key.ts';
import { targetOf } from '../targets/registry.ts';

/**
 * The constants of a code unit in order of first use (u_consts). Two constants are one when CPython's
 * `_PyCode_ConstantKey` says so: same type and value, 0.0 and -0.0 apart, tuples by their items.
 */
export class ConstantTable {
  readonly values: Constant[] = [];
  private readonly indexes = new Map<ConstantKey, number>();
  /** Indexes of code objects by their first line: there may be many functions, but few on a line. */
  private codes: Map<number, number[]> | null = null;

  /** The index of `value`, added at the end when it is new. */
  add(value: Constant): number {
    if (value !== null && typeof value === 'object' && value.type === 'code') return this.addCode(value);
    const key = constantKey(value);
    const known = this.indexes.get(key);
    if (known !== undefined) return known;
    this.indexes.set(key, this.values.length);
    return this.values.push(value) - 1;
  }

  private addCode(code: CodeObject): number {
    this.codes ??= new Map();
    let line = this.codes.get(code.co_firstlineno);
    if (line === undefined) {
      line = [];
      this.codes.set(code.co_firstlineno, line);
    }
    for (const index of line) if (sameCode(this.values[index] as CodeObject, code)) return index;
    line.push(this.values.length);
    return this.values.push(code) - 1;
  }
}

/** `code_richcompare`: what it looks at, in order of cost. Line tables count only where they have columns. */
export function sameCode(a: CodeObject, b: CodeObject): boolean {
  if (a === b) return true;
  return (
    a.co_firstlineno === b.co_firstlineno &&
    a.co_name === b.co_name &&
    a.co_argcount === b.co_argcount &&
    a.co_posonlyargcount === b.co_posonlyargcount &&
    a.co_kwonlyargcount === b.co_kwonlyargcount &&
    a.co_flags === b.co_flags &&
    sameBytes(a.co_code, b.co_code) &&
    sameNames(a.co_names, b.co_names) &&
    sameNames(a.co_localsplusnames, b.co_localsplusnames) &&
    (!targetOf(a).features.has('positions') || sameBytes(a.co_linetable, b.co_linetable)) &&
    sameBytes(a.co_exceptiontable, b.co_exceptiontable) &&
    a.co_consts.length === b.co_consts.length &&
    a.co_consts.every((value, i) => sameConstant(value, b.co_consts[i]!))
  );
}

function sameConstant(a: Constant, b: Constant): boolean {
  const codeA = a !== null && typeof a === 'object' && a.type === 'code' ? a : undefined;
  const codeB = b !== null && typeof b === 'object' && b.type === 'code' ? b : undefined;
  if (codeA !== undefined && codeB !== undefined) return sameCode(codeA, codeB);
  return codeA === codeB && constantKey(a) === constantKey(b);
}

function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, i) => byte === b[i]);
}

function sameNames(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((name, i) => name === b[i]);
}

/** Equal for two constants exactly when Python's `==` holds: numbers of all types together. */
export function equalityKey(value: Constant): ConstantKey {
  if (typeof value === 'boolean') return Number(value);
  if (value === null || typeof value !== 'object') return constantKey(value);
  if (value.type !== 'float' && !(value.type === 'complex' && value.imag === 0)) return constantKey(value);
  const real = value.type === 'float' ? value.value : value.real;
  if (!Number.isInteger(real)) return constantKey(new FloatConstant(real));
  return Number.isSafeInteger(real) ? real + 0 : BigInt(real);
}
