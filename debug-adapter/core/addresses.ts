import type { CodeObject } from '../../compiler/bytecode/code-object.ts';

/** Code objects start at multiples of this, so that addresses stay readable: the last digits are the offset. */
const ALIGNMENT = 0x1000;

/** Gives every code object that was looked at a place in one address space, as disassembly views want it. */
export class Addresses {
  private readonly bases = new Map<CodeObject, number>();
  private readonly codes: { readonly base: number; readonly code: CodeObject }[] = [];
  private next = ALIGNMENT;

  /** Address of a byte of co_code. */
  of(code: CodeObject, offset: number): number {
    let base = this.bases.get(code);
    if (base === undefined) {
      base = this.next;
      this.next += Math.ceil((code.co_code.length + 1) / ALIGNMENT) * ALIGNMENT;
      this.bases.set(code, base);
      this.codes.push({ base, code });
    }
    return base + offset;
  }

  /** The code object at an address, with the offset in its co_code; undefined where there is none. */
  at(address: number): { code: CodeObject; offset: number } | undefined {
    let low = 0;
    let high = this.codes.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.codes[middle].base <= address) low = middle + 1;
      else high = middle;
    }
    if (low === 0) return undefined;
    const { base, code } = this.codes[low - 1];
    const offset = address - base;
    return offset < code.co_code.length ? { code, offset } : undefined;
  }
}
