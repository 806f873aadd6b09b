import { Op } from '../bytecode/op.ts';
import { numPopped, numPushed } from '../bytecode/stack-effect.ts';
import { type BasicBlock, clearVisited } from './basic-block.ts';
import { OpFlag, opFlags } from './op-flag.ts';
import type { Pass } from './pass.ts';

/** A stack entry is (instruction that produced it, local it refers to); these stand for neither. */
const NO_INSTRUCTION = -1;
const NOT_LOCAL = -1;

/**
 * LOAD_FAST becomes LOAD_FAST_BORROW where the reference on the stack is used up within its block, before the local
 * could change, and is not stored in a local itself (CPython 3.14's optimize_load_fast).
 */
export const borrowLoads: Pass = {
  name: 'borrowLoads',
  after: ['normalizeJumps'],
  run({ entry, unit }) {
    if (unit.varnames.length + unit.cellvars.length + unit.freevars.length === 0) return;
    clearVisited(entry);
    entry.isVisited = true;
    entry.startDepth = 0;
    analysis.todo.push(entry);
    for (let block = analysis.todo.pop(); block !== undefined; block = analysis.todo.pop()) analysis.run(block);
  },
};

/** Runs one block after the other on a stack of references. */
class Analysis {
  readonly todo: BasicBlock[] = [];
  /** By instruction of the block: 1 where the reference it loads must be counted. */
  #isKept = new Uint8Array(64);
  /** The stack, bottom first: producers and locals. */
  #producers = new Int32Array(64);
  #locals = new Int32Array(64);
  #size = 0;

  run(block: BasicBlock): void {
    const { instructions } = block;
    if (!hasLoads(block)) {
      this.#skip(block);
      return;
    }
    if (this.#isKept.length < instructions.length) this.#isKept = new Uint8Array(instructions.length * 2);
    this.#isKept.fill(0, 0, instructions.length);
    // What earlier blocks left is there, but none of it comes from here.
    this.#size = 0;
    for (let i = 0; i < block.startDepth; i++) this.#push(NO_INSTRUCTION, NOT_LOCAL);
    for (let i = 0; i < instructions.length; i++) this.#step(block, i);
    if (block.next !== null && instructions.length > 0 && block.hasFallthrough()) this.#reach(block.next);
    for (let i = 0; i < this.#size; i++) this.#keep(this.#producers[i]!);
    for (let i = 0; i < instructions.length; i++) {
      if (this.#isKept[i] !== 0) continue;
      const instruction = instructions[i]!;
      if (instruction.op === Op.LOAD_FAST) instruction.op = Op.LOAD_FAST_BORROW;
      else if (instruction.op === Op.LOAD_FAST_LOAD_FAST) instruction.op = Op.LOAD_FAST_BORROW_LOAD_FAST_BORROW;
    }
  }

  /** A block that loads no local has nothing to decide: only where it leads matters. */
  #skip(block: BasicBlock): void {
    const { instructions } = block;
    for (let i = 0; i < instructions.length; i++) {
      const { target } = instructions[i]!;
      if (target !== null) this.#reach(target);
    }
    if (block.next !== null && instructions.length > 0 && block.hasFallthrough()) this.#reach(block.next);
  }

  #step(block: BasicBlock, i: number): void {
    const { op, oparg, target } = block.instructions[i]!;
    switch (op) {
      case Op.LOAD_FAST:
        this.#push(i, oparg);
        break;
      case Op.LOAD_FAST_AND_CLEAR:
        this.#kill(oparg);
        this.#push(i, oparg);
        break;
      case Op.LOAD_FAST_LOAD_FAST:
        this.#push(i, oparg >> 4);
        this.#push(i, oparg & 15);
        break;
      case Op.DELETE_FAST:
        this.#kill(oparg);
        break;
      case Op.STORE_FAST:
        this.#store(oparg);
        break;
      case Op.STORE_FAST_LOAD_FAST:
        this.#store(oparg >> 4);
        this.#push(i, oparg & 15);
        break;
      case Op.STORE_FAST_STORE_FAST:
        this.#store(oparg >> 4);
        this.#store(oparg & 15);
        break;
      case Op.COPY:
        this.#push(this.#producers[this.#size - oparg]!, this.#locals[this.#size - oparg]!);
        break;
      case Op.SWAP:
        this.#swap(oparg);
        break;
      // These leave all that they look at where it is. CPython takes what they push for a product of the block's first
      // instruction (optimize_load_fast counts pushes with the variable that counts instructions).
      case Op.GET_ANEXT:
      case Op.GET_LEN:
      case Op.IMPORT_FROM:
      case Op.MATCH_KEYS:
      case Op.MATCH_MAPPING:
      case Op.MATCH_SEQUENCE:
      case Op.WITH_EXCEPT_START:
        this.#push(0, NOT_LOCAL);
        break;
      // These take from the top and leave what they add to.
      case Op.DICT_MERGE:
      case Op.DICT_UPDATE:
      case Op.LIST_APPEND:
      case Op.LIST_EXTEND:
      case Op.MAP_ADD:
      case Op.RERAISE:
      case Op.SET_ADD:
      case Op.SET_UPDATE:
        this.#size -= numPopped(op, oparg) - numPushed(op, oparg);
        break;
      case Op.CHECK_EXC_MATCH:
        this.#size--;
        this.#push(i, NOT_LOCAL);
        break;
      // These may give back what they were given.
      case Op.FORMAT_SIMPLE:
      case Op.GET_YIELD_FROM_ITER:
        break;
      // These leave what they take above something new.
      case Op.LOAD_SPECIAL:
      case Op.PUSH_EXC_INFO:
        this.#push(i, NOT_LOCAL);
        this.#swap(2);
        break;
      // These take what lies below the top.
      case Op.END_SEND:
      case Op.SET_FUNCTION_ATTRIBUTE:
        this.#swap(2);
        this.#size--;
        break;
      case Op.FOR_ITER:
        this.#reach(target!);
        this.#push(i, NOT_LOCAL);
        break;
      case Op.LOAD_ATTR:
      case Op.LOAD_SUPER_ATTR: {
        const self = --this.#size;
        const producer = this.#producers[self]!;
        const local = this.#locals[self]!;
        if (op === Op.LOAD_SUPER_ATTR) this.#size -= 2;
        this.#push(i, NOT_LOCAL);
        // A method call may push self again.
        if ((oparg & 1) !== 0) this.#push(producer, local);
        break;
      }
      case Op.SEND:
        this.#reach(target!);
        this.#size--;
        this.#push(i, NOT_LOCAL);
        break;
      default: {
        if (target !== null) this.#reach(target);
        if ((opFlags[op]! & OpFlag.BLOCK_PUSH) !== 0) break;
        this.#size -= numPopped(op, oparg);
        const pushed = numPushed(op, oparg);
        for (let n = 0; n < pushed; n++) this.#push(i, NOT_LOCAL);
      }
    }
  }

  #reach(block: BasicBlock): void {
    if (block.isVisited) return;
    block.isVisited = true;
    this.todo.push(block);
  }

  #push(producer: number, local: number): void {
    if (this.#size === this.#producers.length) {
      this.#producers = grown(this.#producers);
      this.#locals = grown(this.#locals);
    }
    this.#producers[this.#size] = producer;
    this.#locals[this.#size] = local;
    this.#size++;
  }

  #swap(distance: number): void {
    const top = this.#size - 1;
    const other = this.#size - distance;
    const producer = this.#producers[top]!;
    const local = this.#locals[top]!;
    this.#producers[top] = this.#producers[other]!;
    this.#locals[top] = this.#locals[other]!;
    this.#producers[other] = producer;
    this.#locals[other] = local;
  }

  #keep(producer: number): void {
    if (producer !== NO_INSTRUCTION) this.#isKept[producer] = 1;
  }

  /** The local changes: references to it that are still on the stack must be counted. */
  #kill(local: number): void {
    for (let i = 0; i < this.#size; i++) if (this.#locals[i] === local) this.#keep(this.#producers[i]!);
  }

  #store(local: number): void {
    this.#size--;
    this.#kill(local);
    this.#keep(this.#producers[this.#size]!);
  }
}

/** One for all code blocks: its arrays are as large as the largest needs. */
const analysis = new Analysis();

function hasLoads({ instructions }: BasicBlock): boolean {
  for (let i = 0; i < instructions.length; i++) {
    const { op } = instructions[i]!;
    if (op === Op.LOAD_FAST || op === Op.LOAD_FAST_LOAD_FAST) return true;
  }
  return false;
}

function grown(array: Int32Array): Int32Array<ArrayBuffer> {
  const larger = new Int32Array(array.length * 2);
  larger.set(array);
  return larger;
}
