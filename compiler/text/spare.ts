/**
 * Working memory that is used again and again: a small one is kept, a large one is held weakly, so that the garbage
 * collector may take it once the program that needed it is done. Whoever takes one gives it back with `leave`.
 */
export class Spare<T extends object> {
  #small: T | undefined = undefined;
  #large: WeakRef<T> | undefined = undefined;
  #isLargeFree = false;

  /** What was left last, if it is still there: a large one if that is wanted, else a small one. */
  take(isLarge: boolean): T | undefined {
    if (isLarge && this.#isLargeFree) {
      const large = this.#large?.deref();
      this.#isLargeFree = false;
      if (large !== undefined) return large;
    }
    const small = this.#small;
    this.#small = undefined;
    return small;
  }

  leave(memory: T, isLarge: boolean): void {
    if (!isLarge) {
      this.#small = memory;
      return;
    }
    if (this.#large?.deref() !== memory) this.#large = new WeakRef(memory);
    this.#isLargeFree = true;
  }
}
