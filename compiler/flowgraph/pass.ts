import { InternalError } from '../text/internal-error.ts';
import type { FlowGraph } from './flow-graph.ts';

/** One step over a flow graph, which it changes in place. */
export interface Pass {
  readonly name: string;
  /** Names of passes that must have run before, at least once. */
  readonly after: readonly string[];
  run(graph: FlowGraph): void;
}

/** Gives the passes back when each stands after those it needs; a list in the wrong order is a mistake of ours. */
export function checkedPipeline(passes: readonly Pass[]): readonly Pass[] {
  const seen = new Set<string>();
  for (const pass of passes) {
    for (const needed of pass.after) {
      if (!seen.has(needed)) throw new InternalError(`pass ${pass.name} must run after ${needed}`);
    }
    seen.add(pass.name);
  }
  return passes;
}
