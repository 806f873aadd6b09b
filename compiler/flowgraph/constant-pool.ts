import type { Constant } from '../bytecode/constants.ts';
import { type ConstantKey, constantKey } from './constant-key.ts';

/** Up to this many constants, looking at each is quicker than keeping an index. */
const MAX_UNINDEXED = 32;

/** The constants of one code block while passes add to them. */
export class ConstantPool {
  readonly list: Constant[];
  /** Index by key, once the list is long. */
  #index: Map<ConstantKey, number> | null;

  constructor(list: Constant[]) {
    this.list = list;
    this.#index = null;
  }

  at(index: number): Constant {
    return this.list[index]!;
  }

  /** Index of a constant that is there already or is appended (CPython 3.14's add_const). */
  add(constant: Constant): number {
    const key = constantKey(constant);
    const found = this.list.length > MAX_UNINDEXED ? this.#indexed().get(key) : this.#search(constant, key);
    if (found !== undefined) return found;
    this.list.push(constant);
    this.#index?.set(key, this.list.length - 1);
    return this.list.length - 1;
  }

  #indexed(): Map<ConstantKey, number> {
    this.#index ??= new Map(this.list.map((known, i) => [constantKey(known), i]));
    return this.#index;
  }

  #search(constant: Constant, key: ConstantKey): number | undefined {
    const kind = kindOf(constant);
    for (let i = 0; i < this.list.length; i++) {
      const known = this.list[i]!;
      if (kindOf(known) === kind && constantKey(known) === key) return i;
    }
    return undefined;
  }
}

/** Constants of different kinds are different. */
const kindOf = (constant: Constant): string =>
  typeof constant === 'object' && constant !== null ? constant.type : typeof constant;
