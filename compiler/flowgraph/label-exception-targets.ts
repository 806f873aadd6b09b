import { Op } from '../bytecode/op.ts';
import { ENTRY, NO_BLOCK } from './block.ts';
import type { FlowGraph } from './flow-graph.ts';
import { OpFlag, opFlags } from './op-flag.ts';
import type { Pass } from './pass.ts';

/** RESUME's oparg: 0 is the start of a function; bit 2 says that one handler is in force, as most generators have it. */
const RESUME_AT_FUNC_START = 0;
const RESUME_OPARG_DEPTH1_MASK = 4;

/**
 * Follows the block pushes and pops along every path and writes to each instruction which handler its exception goes to;
 * the pops become NOPs (CPython 3.14's label_exception_targets).
 */
export const labelExceptionTargets: Pass = {
  name: 'labelExceptionTargets',
  after: ['markExceptHandlers'],
  run(graph) {
    if (!graph.hasBlockPushes) return;
    graph.clearVisited();
    handlers.start(graph.blockCount);
    reach(graph, ENTRY, NO_HANDLERS);
    for (let b = graph.todo.pop(); b !== NO_BLOCK; b = graph.todo.pop()) labelBlock(graph, b);
  },
};

/** The list of handlers that is empty. */
const NO_HANDLERS = 0;

/**
 * Lists of the handlers in force, innermost first. They share their tails, so that a block is given one by its number where
 * CPython copies an exception stack.
 */
class HandlerLists {
  #count = 1;
  #blocks = new Int32Array(64).fill(NO_BLOCK);
  #outer = new Int32Array(64);
  #depths = new Int32Array(64);
  /** The list on entry, by block. */
  atEntry = new Int32Array(64);

  start(blockCount: number): void {
    this.#count = 1;
    if (this.atEntry.length < blockCount) this.atEntry = new Int32Array(blockCount * 2);
  }

  push(list: number, block: number): number {
    const pushed = this.#count++;
    if (pushed === this.#blocks.length) {
      this.#blocks = doubled(this.#blocks);
      this.#outer = doubled(this.#outer);
      this.#depths = doubled(this.#depths);
    }
    this.#blocks[pushed] = block;
    this.#outer[pushed] = list;
    this.#depths[pushed] = this.#depths[list] + 1;
    return pushed;
  }

  innermost(list: number): number {
    return this.#blocks[list];
  }

  outer(list: number): number {
    return this.#outer[list];
  }

  depth(list: number): number {
    return this.#depths[list];
  }
}

const handlers = new HandlerLists();

function labelBlock(graph: FlowGraph, b: number): void {
  const { ops, opargs, targets, excepts } = graph;
  let list = handlers.atEntry[b];
  let handler = handlers.innermost(list);
  let lastYieldDepth = -1;
  for (let i = graph.starts[b], end = i + graph.sizes[b]; i < end; i++) {
    const op: Op = ops[i];
    const flags = opFlags[op];
    if ((flags & OpFlag.BLOCK_PUSH) !== 0) {
      handler = targets[i];
      reach(graph, handler, list);
      if (op !== Op.SETUP_FINALLY) graph.preservesLasti[handler] = 1;
      list = handlers.push(list, handler);
    } else if (op === Op.POP_BLOCK) {
      list = handlers.outer(list);
      handler = handlers.innermost(list);
      graph.set(i, Op.NOP, 0);
    } else {
      excepts[i] = handler;
      if ((flags & OpFlag.JUMP) !== 0) {
        reach(graph, targets[i], list);
      } else if (op === Op.YIELD_VALUE) {
        lastYieldDepth = handlers.depth(list);
      } else if (op === Op.RESUME && opargs[i] !== RESUME_AT_FUNC_START) {
        if (lastYieldDepth === 1) opargs[i] |= RESUME_OPARG_DEPTH1_MASK;
        lastYieldDepth = -1;
      }
    }
  }
  const next = graph.nexts[b];
  if (next !== NO_BLOCK && graph.hasFallthrough(b)) reach(graph, next, list);
}

function reach({ isVisited, todo }: FlowGraph, b: number, list: number): void {
  if (isVisited[b] === 1) return;
  isVisited[b] = 1;
  handlers.atEntry[b] = list;
  todo.push(b);
}

function doubled(column: Int32Array): Int32Array<ArrayBuffer> {
  const larger = new Int32Array(column.length * 2);
  larger.set(column);
  return larger;
}
