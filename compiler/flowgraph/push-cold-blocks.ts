import { Op } from '../bytecode/op.ts';
import { Place } from '../codegen/instruction.ts';
import { ENTRY, NO_BLOCK } from './block.ts';
import type { FlowGraph } from './flow-graph.ts';
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
    if (!graph.hasBlockPushes) return;
    markWarm(graph);
    markCold(graph);
    addExplicitJumps(graph);
    moveColdBlocks(graph);
    removeRedundantNopsAndJumps.run(graph);
  },
};

/** Blocks that can be reached without an exception. */
function markWarm(graph: FlowGraph): void {
  const { nexts, targets, isVisited, isWarm, todo } = graph;
  const reach = (b: number): void => {
    if (isVisited[b] === 1) return;
    isVisited[b] = 1;
    todo.push(b);
  };
  graph.clearVisited();
  reach(ENTRY);
  for (let b = todo.pop(); b !== NO_BLOCK; b = todo.pop()) {
    isWarm[b] = 1;
    if (nexts[b] !== NO_BLOCK && graph.hasFallthrough(b)) reach(nexts[b]);
    if ((opFlags[graph.lastOp(b)] & OpFlag.JUMP) !== 0) reach(targets[graph.last(b)]);
  }
}

/** Handlers, and what only they reach. */
function markCold(graph: FlowGraph): void {
  const { nexts, targets, isHandler, isVisited, isWarm, isCold, todo } = graph;
  const reach = (b: number): void => {
    if (isVisited[b] === 1 || isWarm[b] === 1) return;
    isVisited[b] = 1;
    todo.push(b);
  };
  graph.clearVisited();
  for (let b = ENTRY; b !== NO_BLOCK; b = nexts[b]) {
    if (isHandler[b] === 0) continue;
    isVisited[b] = 1;
    todo.push(b);
  }
  for (let b = todo.pop(); b !== NO_BLOCK; b = todo.pop()) {
    isCold[b] = 1;
    if (nexts[b] !== NO_BLOCK && graph.hasFallthrough(b)) reach(nexts[b]);
    if ((opFlags[graph.lastOp(b)] & OpFlag.JUMP) !== 0) reach(targets[graph.last(b)]);
  }
}

/** A cold block that falls into a warm one must jump there once it is moved. */
function addExplicitJumps(graph: FlowGraph): void {
  for (let b = ENTRY; b !== NO_BLOCK; b = graph.nexts[b]) {
    const next = graph.nexts[b];
    if (graph.isCold[b] === 0 || next === NO_BLOCK || graph.isWarm[next] === 0 || !graph.hasFallthrough(b)) continue;
    const jump = graph.newBlock(false);
    graph.add(jump, Op.JUMP_NO_INTERRUPT, 0, Place.None, next);
    graph.isCold[jump] = 1;
    graph.predecessors[jump] = 1;
    graph.nexts[jump] = next;
    graph.isLabelled[next] = 1;
    graph.nexts[b] = jump;
  }
}

function moveColdBlocks({ nexts, isCold }: FlowGraph): void {
  let firstCold = NO_BLOCK;
  let lastCold = NO_BLOCK;
  let lastKept = ENTRY;
  for (let b = nexts[ENTRY]; b !== NO_BLOCK; b = nexts[b]) {
    if (isCold[b] === 1) {
      if (lastCold === NO_BLOCK) firstCold = b;
      else nexts[lastCold] = b;
      lastCold = b;
    } else {
      nexts[lastKept] = b;
      lastKept = b;
    }
  }
  nexts[lastKept] = firstCold;
  if (lastCold !== NO_BLOCK) nexts[lastCold] = NO_BLOCK;
}
