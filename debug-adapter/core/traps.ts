import type { Debugging } from '../../vm/interpreter/debugging.ts';
import type { Program } from '../../vm/interpreter/program.ts';

/** The instructions at which the VM asks the debugger. Several owners may want the same one. */
export class Traps {
  private readonly debugging: Debugging;
  private readonly counts = new Map<Program, Map<number, number>>();

  constructor(debugging: Debugging) {
    this.debugging = debugging;
  }

  add(program: Program, index: number): void {
    let counts = this.counts.get(program);
    if (counts === undefined) {
      counts = new Map();
      this.counts.set(program, counts);
    }
    const count = counts.get(index) ?? 0;
    counts.set(index, count + 1);
    if (count === 0) this.debugging.setBreakpoint(program, index);
  }

  remove(program: Program, index: number): void {
    const counts = this.counts.get(program)!;
    const count = counts.get(index)!;
    if (count > 1) {
      counts.set(index, count - 1);
      return;
    }
    counts.delete(index);
    this.debugging.clearBreakpoint(program, index);
  }
}

/** Traps that are put up and taken down together. */
export class TrapSet {
  private readonly traps: Traps;
  private readonly placed = new Map<Program, Set<number>>();

  constructor(traps: Traps) {
    this.traps = traps;
  }

  add(program: Program, index: number): void {
    let indices = this.placed.get(program);
    if (indices === undefined) {
      indices = new Set();
      this.placed.set(program, indices);
    }
    if (indices.has(index)) return;
    indices.add(index);
    this.traps.add(program, index);
  }

  clear(): void {
    for (const [program, indices] of this.placed) {
      for (const index of indices) this.traps.remove(program, index);
    }
    this.placed.clear();
  }
}
