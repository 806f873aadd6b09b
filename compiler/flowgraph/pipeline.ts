import { addLoadChecks } from './add-load-checks.ts';
import { borrowLoads } from './borrow-loads.ts';
import { calculateStackDepth } from './calculate-stack-depth.ts';
import { convertPseudoJumps } from './convert-pseudo-jumps.ts';
import { convertPseudoOps } from './convert-pseudo-ops.ts';
import type { FlowGraph } from './flow-graph.ts';
import { inlineSmallExitBlocks } from './inline-small-exit-blocks.ts';
import { insertSuperinstructions } from './insert-superinstructions.ts';
import { labelExceptionTargets } from './label-exception-targets.ts';
import { markExceptHandlers } from './mark-except-handlers.ts';
import { normalizeJumps } from './normalize-jumps.ts';
import { optimizeBasicBlocks } from './optimize-basic-blocks.ts';
import { optimizeLoadConst } from './optimize-load-const.ts';
import { checkedPipeline, type Pass } from './pass.ts';
import { prepareLocalsplus } from './prepare-localsplus.ts';
import { pushColdBlocks } from './push-cold-blocks.ts';
import { removeRedundantNopsAndJumps, removeRedundantPairs } from './remove-redundant-nops.ts';
import { removeUnreachable } from './remove-unreachable.ts';
import { removeUnusedConsts } from './remove-unused-consts.ts';
import { resolveLineNumbers } from './resolve-line-numbers.ts';

/** What CPython 3.14's _PyCfg_OptimizeCodeUnit does, in its order. */
export const optimizationPasses: readonly Pass[] = [
  markExceptHandlers,
  labelExceptionTargets,
  inlineSmallExitBlocks,
  removeUnreachable,
  resolveLineNumbers,
  optimizeLoadConst,
  optimizeBasicBlocks,
  removeRedundantPairs,
  removeUnreachable,
  removeRedundantNopsAndJumps,
  removeUnusedConsts,
  addLoadChecks,
  insertSuperinstructions,
  pushColdBlocks,
  resolveLineNumbers,
];

/** What CPython 3.14's _PyCfg_OptimizedCfgToInstructionSequence does, in its order. */
export const loweringPasses: readonly Pass[] = [
  convertPseudoJumps,
  calculateStackDepth,
  prepareLocalsplus,
  convertPseudoOps,
  normalizeJumps,
  borrowLoads,
];

const pipeline = checkedPipeline([...optimizationPasses, ...loweringPasses]);

/** Optimises a graph and lowers it to what the assembler writes. */
export function runPasses(graph: FlowGraph): void {
  for (const pass of pipeline) pass.run(graph);
}
