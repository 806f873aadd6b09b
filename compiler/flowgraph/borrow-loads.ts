import { Op } from '../bytecode/op.ts';
import { numPopped, numPushed } from '../bytecode/stack-effect.ts';
import { ENTRY, NO_BLOCK } from './block.ts';
import type { FlowGraph } from './flow-graph.ts';
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
  run(graph) {
    const { varnames, cellvars, freevars } = graph.unit;
    if (varnames.length + cellvars.length + freevars.length === 0) return;
    graph.clearVisited();
    graph.startDepths[ENTRY] = 0;
    analysis.run(graph);
  },
};

/** Runs one block after the other on a stack of references. */
class Analysis {
  /** By instruction of the block: 1 where the reference it loads must be counted. */
  #isKept = new Uint8Array(64);
  /** The stack, bottom first: producers, as indices in their block, and locals. */
  #producers = new Int32Array(64);
  #locals = new Int32Array(64);
  #size = 0;

  run(graph: FlowGraph): void {
    const { todo } = graph;
    this.#reach(graph, ENTRY);
    for (let b = todo.pop(); b !== NO_BLOCK; b = todo.pop()) this.#runBlock(graph, b);
  }

  #runBlock(graph: FlowGraph, b: number): void {
    const { ops } = graph;
    const start = graph.starts[b];
    const size = graph.sizes[b];
    if (!hasLoads(graph, start, size)) {
      this.#skip(graph, b);
      return;
    }
    if (this.#isKept.length < size) this.#isKept = new Uint8Array(size * 2);
    this.#isKept.fill(0, 0, size);
    // What earlier blocks left is there, but none of it comes from here.
    this.#size = 0;
    for (let i = 0; i < graph.startDepths[b]; i++) this.#push(NO_INSTRUCTION, NOT_LOCAL);
    for (let i = 0; i < size; i++) this.#step(graph, start, i);
    this.#leave(graph, b);
    for (let i = 0; i < this.#size; i++) this.#keep(this.#producers[i]);
    for (let i = 0; i < size; i++) {
      if (this.#isKept[i] !== 0) continue;
      const op: Op = ops[start + i];
      if (op === Op.LOAD_FAST) ops[start + i] = Op.LOAD_FAST_BORROW;
      else if (op === Op.LOAD_FAST_LOAD_FAST) ops[start + i] = Op.LOAD_FAST_BORROW_LOAD_FAST_BORROW;
    }
  }

  /** A block that loads no local has nothing to decide: only where it leads matters. */
  #skip(graph: FlowGraph, b: number): void {
    for (let i = graph.starts[b], end = i + graph.sizes[b]; i < end; i++) {
      if (graph.targets[i] !== NO_BLOCK) this.#reach(graph, graph.targets[i]);
    }
    this.#leave(graph, b);
  }

  #leave(graph: FlowGraph, b: number): void {
    const next = graph.nexts[b];
    if (next !== NO_BLOCK && graph.sizes[b] > 0 && graph.hasFallthrough(b)) this.#reach(graph, next);
  }

  /** Runs the `i`-th instruction of the block that begins at `start`. */
  #step(graph: FlowGraph, start: number, i: number): void {
    const op: Op = graph.ops[start + i];
    const oparg = graph.opargs[start + i];
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
        this.#push(this.#producers[this.#size - oparg], this.#locals[this.#size - oparg]);
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
        this.#reach(graph, graph.targets[start + i]);
        this.#push(i, NOT_LOCAL);
        break;
      case Op.LOAD_ATTR:
      case Op.LOAD_SUPER_ATTR: {
        const self = --this.#size;
        const producer = this.#producers[self];
        const local = this.#locals[self];
        if (op === Op.LOAD_SUPER_ATTR) this.#size -= 2;
        this.#push(i, NOT_LOCAL);
        // A method call may push self again.
        if ((oparg & 1) !== 0) this.#push(producer, local);
        break;
      }
      case Op.SEND:
        this.#reach(graph, graph.targets[start + i]);
        this.#size--;
        this.#push(i, NOT_LOCAL);
        break;
      default: {
        if (graph.targets[start + i] !== NO_BLOCK) this.#reach(graph, graph.targets[start + i]);
        if ((opFlags[op] & OpFlag.BLOCK_PUSH) !== 0) break;
        this.#size -= numPopped(op, oparg);
        const pushed = numPushed(op, oparg);
        for (let n = 0; n < pushed; n++) this.#push(i, NOT_LOCAL);
      }
    }
  }

  #reach({ isVisited, todo }: FlowGraph, b: number): void {
    if (isVisited[b] === 1) return;
    isVisited[b] = 1;
    todo.push(b);
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
    const producer = this.#producers[top];
    const local = this.#locals[top];
    this.#producers[top] = this.#producers[other];
    this.#locals[top] = this.#locals[other];
    this.#producers[other] = producer;
    this.#locals[other] = local;
  }

  #keep(producer: number): void {
    if (producer !== NO_INSTRUCTION) this.#isKept[producer] = 1;
  }

  /** The local changes: references to it that are still on the stack must be counted. */
  #kill(local: number): void {
    for (let i = 0; i < this.#size; i++) if (this.#locals[i] === local) this.#keep(this.#producers[i]);
  }

  #store(local: number): void {
    this.#size--;
    this.#kill(local);
    this.#keep(this.#producers[this.#size]);
  }
}

/** One for all code blocks: its arrays are as large as the largest needs. */
const analysis = new Analysis();

function hasLoads({ ops }: FlowGraph, start: number, size: number): boolean {
  for (let i = start; i < start + size; i++) {
    if (ops[i] === Op.LOAD_FAST || ops[i] === Op.LOAD_FAST_LOAD_FAST) return true;
  }
  return false;
}

function grown(array: Int32Array): Int32Array<ArrayBuffer> {
  const larger = new Int32Array(array.length * 2);
  larger.set(array);
  return larger;
}
