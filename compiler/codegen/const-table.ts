import type { CodeObject } from '../bytecode/code-object.ts';
import { type Constant, FloatConstant } from '../bytecode/constants.ts';
import { type ConstantKey, constantKey } from '../flowgraph/constant-key.ts';
import { targetOf } from '../targets/registry.ts';

/** Up to this many constants, looking at each is quicker than an index. */
const MOST_UNINDEXED = 16;

/**
 * The constants of a code unit in order of first use (u_consts). Two constants are one when CPython's
 * `_PyCode_ConstantKey` says so: same type and value, 0.0 and -0.0 apart, tuples by their items.
 */
export class ConstantTable {
  readonly values: Constant[] = [];
  /** Index and one of integers and strings, which are most, probed as CPython's dict; null while there are few constants. */
  private slots: Int32Array | null = null;
  private slotsUsed = 0;
  /** Indexes of the others by key. */
  private indexes: Map<ConstantKey, number> | null = null;
  /** Indexes of code objects by their first line: there may be many functions, but few on a line. */
  private codes: Map<number, number[]> | null = null;

  /** The index of `value`, added at the end when it is new. */
  add(value: Constant): number {
    if (typeof value === 'string' || typeof value === 'number') return this.addPlain(value);
    if (value !== null && typeof value === 'object' && value.type === 'code') return this.addCode(value);
    this.indexes ??= new Map();
    const key = constantKey(value);
    const known = this.indexes.get(key);
    if (known !== undefined) return known;
    this.indexes.set(key, this.values.length);
    return this.values.push(value) - 1;
  }

  private addPlain(value: string | number): number {
    const { values, slots } = this;
    if (slots === null) {
      for (let i = 0; i < values.length; i++) if (values[i] === value) return i;
      values.push(value);
      if (values.length > MOST_UNINDEXED) this.makeIndex(MOST_UNINDEXED * 8);
      return values.length - 1;
    }
    const mask = slots.length - 1;
    let perturb = hashOf(value);
    let slot = perturb & mask;
    while (slots[slot] !== 0) {
      if (values[slots[slot] - 1] === value) return slots[slot] - 1;
      perturb >>>= 5;
      slot = (slot * 5 + perturb + 1) & mask;
    }
    slots[slot] = values.push(value);
    this.slotsUsed++;
    if (this.slotsUsed * 2 > slots.length) this.makeIndex(slots.length * 4);
    return values.length - 1;
  }

  private makeIndex(size: number): void {
    const { values } = this;
    const slots = new Int32Array(size);
    const mask = size - 1;
    this.slotsUsed = 0;
    for (let i = 0; i < values.length; i++) {
      const value = values[i];
      if (typeof value !== 'string' && typeof value !== 'number') continue;
      let perturb = hashOf(value);
      let slot = perturb & mask;
      while (slots[slot] !== 0) {
        perturb >>>= 5;
        slot = (slot * 5 + perturb + 1) & mask;
      }
      slots[slot] = i + 1;
      this.slotsUsed++;
    }
    this.slots = slots;
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

/** Characters at either end of a string that its hash looks at. */
const HASHED_END = 24;

/** Neighbouring integers have neighbouring hashes, so that a long list of them is entered from one end to the other. */
function hashOf(value: string | number): number {
  if (typeof value === 'number') return (value ^ (value / 0x1_0000_0000)) >>> 0;
  const { length } = value;
  let hash = length;
  for (let i = 0; i < length; i++) {
    if (i === HASHED_END && length > 2 * HASHED_END) i = length - HASHED_END;
    hash = (Math.imul(hash, 31) + value.charCodeAt(i)) | 0;
  }
  return hash >>> 0;
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
