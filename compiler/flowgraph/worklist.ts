import { NO_BLOCK } from './block.ts';

/** A stack of blocks. */
export class Worklist {
  #blocks = new Int32Array(64);
  #size = 0;

  clear(): void {
    this.#size = 0;
  }

  push(block: number): void {
    if (this.#size === this.#blocks.length) {
      const larger = new Int32Array(this.#size * 2);
      larger.set(this.#blocks);
      this.#blocks = larger;
    }
    this.#blocks[this.#size++] = block;
  }

  /** The block that was pushed last, NO_BLOCK where none is left. */
  pop(): number {
    return this.#size === 0 ? NO_BLOCK : this.#blocks[--this.#size];
  }
}
