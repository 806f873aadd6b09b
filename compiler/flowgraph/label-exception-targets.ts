import { Op } from '../bytecode/op.ts';
import { type BasicBlock, clearVisited } from './basic-block.ts';
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
    clearVisited(graph.entry);
    const todo: BasicBlock[] = [graph.entry];
    graph.entry.isVisited = true;
    graph.entry.handlers = [];
    for (let block = todo.pop(); block !== undefined; block = todo.pop()) labelBlock(block, todo);
  },
};

function labelBlock(block: BasicBlock, todo: BasicBlock[]): void {
  const { instructions } = block;
  // The list is handed from block to block and copied only where paths part.
  let handlers: BasicBlock[] | null = block.handlers!;
  block.handlers = null;
  let handler: BasicBlock | null = handlers[handlers.length - 1] ?? null;
  let lastYieldDepth = -1;
  for (let i = 0; i < instructions.length; i++) {
    const instruction = instructions[i]!;
    const { op } = instruction;
    const flags = opFlags[op]!;
    if ((flags & OpFlag.BLOCK_PUSH) !== 0) {
      const target = instruction.target!;
      if (!target.isVisited) {
        target.handlers = handlers!.slice();
        target.isVisited = true;
        todo.push(target);
      }
      if (op !== Op.SETUP_FINALLY) target.preservesLasti = true;
      handlers!.push(target);
      handler = target;
    } else if (op === Op.POP_BLOCK) {
      handlers!.pop();
      handler = handlers![handlers!.length - 1] ?? null;
      instruction.set(Op.NOP, 0);
    } else {
      instruction.except = handler;
      if ((flags & OpFlag.JUMP) !== 0) {
        const target = instruction.target!;
        if (!target.isVisited) {
          if ((flags & OpFlag.UNCONDITIONAL) === 0) {
            target.handlers = handlers!.slice();
          } else {
            target.handlers = handlers;
            handlers = null;
          }
          target.isVisited = true;
          todo.push(target);
        }
      } else if (op === Op.YIELD_VALUE) {
        lastYieldDepth = handlers!.length;
      } else if (op === Op.RESUME && instruction.oparg !== RESUME_AT_FUNC_START) {
        if (lastYieldDepth === 1) instruction.oparg |= RESUME_OPARG_DEPTH1_MASK;
        lastYieldDepth = -1;
      }
    }
  }
  const { next } = block;
  if (next !== null && !next.isVisited && block.hasFallthrough()) {
    next.handlers = handlers;
    next.isVisited = true;
    todo.push(next);
  }
}
