import type { Constant } from '../bytecode/constants.ts';
import { constantKey } from './constant-key.ts';

/** The constants of one code block while passes add to them. */
export class ConstantPool {
  readonly list: Constant[];
  /** Index by key, made when the first constant is added: most code blocks add none. */
  #index: Map<unknown, number> | null = null;

  constructor(list: Constant[]) {
    this.list = list;
  }

  at(index: number): Constant {
    return this.list[index]!;
  }

  /** Index of a constant that is there already or is appended (CPython 3.14's add_const). */
  add(constant: Constant): number {
    this.#index ??= new Map(this.list.map((known, i) => [constantKey(known), i]));
    const key = constantKey(constant);
    const found = this.#index.get(key);
    if (found !== undefined) return found;
    this.list.push(constant);
    this.#index.set(key, this.list.length - 1);
    return this.list.length - 1;
  }
}
