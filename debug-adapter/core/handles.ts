/**
 * Numbers for things that a client refers to. The same thing (by parent and name) has the same number for the whole
 * session, so that what was unfolded stays unfolded when the program stops again; what a number refers to is only
 * known while the program is stopped.
 */
export class Handles<T> {
  private readonly numbers = new Map<string, number>();
  private readonly targets = new Map<number, T>();
  private next = 1;

  /** The number of `name` below `parent`, from now on until `forget` referring to `target`. */
  define(parent: string | number, name: string, target: T): number {
    const key = `${parent}/${name}`;
    let number = this.numbers.get(key);
    if (number === undefined) {
      number = this.next++;
      this.numbers.set(key, number);
    }
    this.targets.set(number, target);
    return number;
  }

  get(number: number): T | undefined {
    return this.targets.get(number);
  }

  /** The program goes on: nothing can be referred to. */
  forget(): void {
    this.targets.clear();
    // A long session that unfolds ever new things must not grow forever; numbers are never used twice.
    if (this.numbers.size > 100_000) this.numbers.clear();
  }
}
