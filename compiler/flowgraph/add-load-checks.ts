import { Op } from '../bytecode/op.ts';
import { ENTRY, NO_BLOCK } from './block.ts';
import type { FlowGraph } from './flow-graph.ts';
import { OpFlag, opFlags } from './op-flag.ts';
import type { Pass } from './pass.ts';

/** Locals that are followed across blocks; those beyond are looked at one block at a time. */
const TRACKED_LOCALS = 64;

/**
 * LOAD_FAST becomes LOAD_FAST_CHECK where the local may be unset
 * (CPython 3.14's add_checks_for_loads_of_uninitialized_variables).
 */
export const addLoadChecks: Pass = {
  name: 'addLoadChecks',
  after: ['optimizeBasicBlocks'],
  run(graph) {
    const { unit, nexts, isVisited, todo } = graph;
    const locals = unit.varnames.length;
    if (locals === 0) return;
    if (locals > TRACKED_LOCALS) checkUntrackedLocals(graph, locals);
    const tracked = Math.min(locals, TRACKED_LOCALS);
    let low = 0;
    let high = 0;
    for (let i = unit.nparams; i < tracked; i++) {
      if (i < 32) low |= 1 << i;
      else high |= 1 << (i - 32);
    }
    if ((low | high) === 0 && !graph.unsetsLocals) return;
    graph.clearVisited();
    pushUnsafe(graph, ENTRY, low, high);
    // Any block may unset a local, so each is scanned at least once; what that tells is then spread.
    for (let b = ENTRY; b !== NO_BLOCK; b = nexts[b]) scan(graph, b);
    for (let b = todo.pop(); b !== NO_BLOCK; b = todo.pop()) {
      isVisited[b] = 0;
      scan(graph, b);
    }
  },
};

/** Puts a block on the list where the sets say more than is known of it; isVisited means that it is on the list. */
function pushUnsafe({ unsafeLow, unsafeHigh, isVisited, todo }: FlowGraph, b: number, low: number, high: number): void {
  const bothLow = unsafeLow[b] | low;
  const bothHigh = unsafeHigh[b] | high;
  if (bothLow === unsafeLow[b] && bothHigh === unsafeHigh[b]) return;
  unsafeLow[b] = bothLow;
  unsafeHigh[b] = bothHigh;
  if (isVisited[b] === 1) return;
  isVisited[b] = 1;
  todo.push(b);
}

function scan(graph: FlowGraph, b: number): void {
  const { ops, opargs, excepts, hasBlockPushes } = graph;
  let low = graph.unsafeLow[b];
  let high = graph.unsafeHigh[b];
  const start = graph.starts[b];
  const end = start + graph.sizes[b];
  for (let i = start; i < end; i++) {
    const op: Op = ops[i];
    if (hasBlockPushes && excepts[i] !== NO_BLOCK && (low | high) !== 0) pushUnsafe(graph, excepts[i], low, high);
    switch (op) {
      case Op.DELETE_FAST:
      case Op.LOAD_FAST_AND_CLEAR:
      case Op.STORE_FAST_MAYBE_NULL: {
        const local = opargs[i];
        if (local < 32) low |= 1 << local;
        else if (local < TRACKED_LOCALS) high |= 1 << (local - 32);
        break;
      }
      case Op.LOAD_FAST: {
        const local = opargs[i];
        if (local < 32 ? (low & (1 << local)) !== 0 : local < TRACKED_LOCALS && (high & (1 << (local - 32))) !== 0) {
          ops[i] = Op.LOAD_FAST_CHECK;
        }
        if (local < 32) low &= ~(1 << local);
        else if (local < TRACKED_LOCALS) high &= ~(1 << (local - 32));
        break;
      }
      case Op.STORE_FAST:
      case Op.LOAD_FAST_CHECK: {
        const local = opargs[i];
        if (local < 32) low &= ~(1 << local);
        else if (local < TRACKED_LOCALS) high &= ~(1 << (local - 32));
        break;
      }
    }
  }
  if ((low | high) === 0) return;
  const next = graph.nexts[b];
  if (next !== NO_BLOCK && graph.hasFallthrough(b)) pushUnsafe(graph, next, low, high);
  if ((opFlags[graph.lastOp(b)] & OpFlag.JUMP) !== 0) pushUnsafe(graph, graph.targets[end - 1], low, high);
}

/** Locals from TRACKED_LOCALS on: known to be set only by what the same block did (fast_scan_many_locals). */
function checkUntrackedLocals({ ops, opargs, starts, sizes, nexts }: FlowGraph, locals: number): void {
  /** Number of the block that set a local last. */
  const setIn = new Int32Array(locals);
  let blockNumber = 0;
  for (let b = ENTRY; b !== NO_BLOCK; b = nexts[b]) {
    blockNumber++;
    for (let i = starts[b], end = i + sizes[b]; i < end; i++) {
      const local = opargs[i];
      if (local < TRACKED_LOCALS) continue;
      switch (ops[i] as Op) {
        case Op.DELETE_FAST:
        case Op.LOAD_FAST_AND_CLEAR:
        case Op.STORE_FAST_MAYBE_NULL:
          setIn[local] = blockNumber - 1;
          break;
        case Op.LOAD_FAST:
          if (setIn[local] !== blockNumber) ops[i] = Op.LOAD_FAST_CHECK;
          setIn[local] = blockNumber;
          break;
        case Op.STORE_FAST:
          setIn[local] = blockNumber;
          break;
      }
    }
  }
}
