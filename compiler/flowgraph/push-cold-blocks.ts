import { Op } from '../bytecode/op.ts';
import { NO_LOCATION } from '../codegen/instruction.ts';
import { BasicBlock, CfgInstruction, clearVisited } from './basic-block.ts';
import { OpFlag, opFlags } from './op-flag.ts';
import type { Pass } from './pass.ts';
import { removeRedundantNopsAndJumps } from './remove-redundant-nops.ts';

/**
 * Moves the blocks that only exceptions lead to behind all others, in their order
 * (CPython 3.14's push_cold_blocks_to_end).
 */
export const pushColdBlocks: Pass = {
  name: 'pushColdBlocks',
  after: ['insertSuperinstructions'],
  run(graph) {
    const { entry } = graph;
    if (!graph.hasBlockPushes) return;
    markWarm(entry);
    markCold(entry);
    addExplicitJumps(entry);
    moveColdBlocks(entry);
    removeRedundantNopsAndJumps.run(graph);
  },
};

/** Blocks that can be reached without an exception. */
function markWarm(entry: BasicBlock): void {
  clearVisited(entry);
  const todo = [entry];
  entry.isVisited = true;
  for (let block = todo.pop(); block !== undefined; block = todo.pop()) {
    block.isWarm = true;
    const { next } = block;
    if (next !== null && !next.isVisited && block.hasFallthrough()) {
      next.isVisited = true;
      todo.push(next);
    }
    const last = block.last();
    if (last === undefined || (opFlags[last.op]! & OpFlag.JUMP) === 0 || last.target!.isVisited) continue;
    last.target!.isVisited = true;
    todo.push(last.target!);
  }
}

/** Handlers, and what only they reach. */
function markCold(entry: BasicBlock): void {
  clearVisited(entry);
  const todo: BasicBlock[] = [];
  for (let b: BasicBlock | null = entry; b !== null; b = b.next) {
    if (!b.isHandler) continue;
    b.isVisited = true;
    todo.push(b);
  }
  for (let block = todo.pop(); block !== undefined; block = todo.pop()) {
    block.isCold = true;
    const { next } = block;
    if (next !== null && !next.isWarm && !next.isVisited && block.hasFallthrough()) {
      next.isVisited = true;
      todo.push(next);
    }
    const last = block.last();
    if (last === undefined || (opFlags[last.op]! & OpFlag.JUMP) === 0) continue;
    const target = last.target!;
    if (target.isWarm || target.isVisited) continue;
    target.isVisited = true;
    todo.push(target);
  }
}

/** A cold block that falls into a warm one must jump there once it is moved. */
function addExplicitJumps(entry: BasicBlock): void {
  for (let b: BasicBlock | null = entry; b !== null; b = b.next) {
    const { next } = b;
    if (!b.isCold || next === null || !next.isWarm || !b.hasFallthrough()) continue;
    const jump = new BasicBlock(false);
    jump.instructions.push(new CfgInstruction(Op.JUMP_NO_INTERRUPT, 0, NO_LOCATION, next));
    jump.isCold = true;
    jump.predecessors = 1;
    jump.next = next;
    next.isLabelled = true;
    b.next = jump;
  }
}

function moveColdBlocks(entry: BasicBlock): void {
  let firstCold: BasicBlock | null = null;
  let lastCold: BasicBlock | null = null;
  let lastKept = entry;
  for (let b = entry.next; b !== null; b = b.next) {
    if (b.isCold) {
      if (lastCold === null) firstCold = b;
      else lastCold.next = b;
      lastCold = b;
    } else {
      lastKept.next = b;
      lastKept = b;
    }
  }
  lastKept.next = firstCold;
  if (lastCold !== null) lastCold.next = null;
}
