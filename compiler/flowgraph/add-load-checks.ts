import { Op } from '../bytecode/op.ts';
import { type BasicBlock, clearVisited } from './basic-block.ts';
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
    const { entry, unit } = graph;
    const locals = unit.varnames.length;
    if (locals === 0) return;
    if (locals > TRACKED_LOCALS) checkUntrackedLocals(entry, locals);
    clearVisited(entry);
    const todo: BasicBlock[] = [];
    const tracked = Math.min(locals, TRACKED_LOCALS);
    let low = 0;
    let high = 0;
    for (let i = unit.nparams; i < tracked; i++) {
      if (i < 32) low |= 1 << i;
      else high |= 1 << (i - 32);
    }
    if ((low | high) === 0 && !graph.unsetsLocals) return;
    pushUnsafe(entry, low, high, todo);
    // Any block may unset a local, so each is scanned at least once; what that tells is then spread.
    for (let b: BasicBlock | null = entry; b !== null; b = b.next) scan(b, todo);
    for (let block = todo.pop(); block !== undefined; block = todo.pop()) {
      block.isVisited = false;
      scan(block, todo);
    }
  },
};

/** Puts a block on the list where the sets say more than is known of it; isVisited means that it is on the list. */
function pushUnsafe(block: BasicBlock, low: number, high: number, todo: BasicBlock[]): void {
  const bothLow = block.unsafeLocalsLow | low;
  const bothHigh = block.unsafeLocalsHigh | high;
  if (bothLow === block.unsafeLocalsLow && bothHigh === block.unsafeLocalsHigh) return;
  block.unsafeLocalsLow = bothLow;
  block.unsafeLocalsHigh = bothHigh;
  if (block.isVisited) return;
  block.isVisited = true;
  todo.push(block);
}

function scan(block: BasicBlock, todo: BasicBlock[]): void {
  let low = block.unsafeLocalsLow;
  let high = block.unsafeLocalsHigh;
  const { instructions } = block;
  for (let i = 0; i < instructions.length; i++) {
    const instruction = instructions[i]!;
    const { op, oparg, except } = instruction;
    if (except !== null && (low | high) !== 0) pushUnsafe(except, low, high, todo);
    switch (op) {
      case Op.DELETE_FAST:
      case Op.LOAD_FAST_AND_CLEAR:
      case Op.STORE_FAST_MAYBE_NULL:
        if (oparg < 32) low |= 1 << oparg;
        else if (oparg < TRACKED_LOCALS) high |= 1 << (oparg - 32);
        break;
      case Op.LOAD_FAST:
        if (oparg < 32 ? (low & (1 << oparg)) !== 0 : oparg < TRACKED_LOCALS && (high & (1 << (oparg - 32))) !== 0) {
          instruction.op = Op.LOAD_FAST_CHECK;
        }
        if (oparg < 32) low &= ~(1 << oparg);
        else if (oparg < TRACKED_LOCALS) high &= ~(1 << (oparg - 32));
        break;
      case Op.STORE_FAST:
      case Op.LOAD_FAST_CHECK:
        if (oparg < 32) low &= ~(1 << oparg);
        else if (oparg < TRACKED_LOCALS) high &= ~(1 << (oparg - 32));
        break;
    }
  }
  if ((low | high) === 0) return;
  if (block.next !== null && block.hasFallthrough()) pushUnsafe(block.next, low, high, todo);
  const last = block.last();
  if (last !== undefined && (opFlags[last.op]! & OpFlag.JUMP) !== 0) pushUnsafe(last.target!, low, high, todo);
}

/** Locals from TRACKED_LOCALS on: known to be set only by what the same block did (fast_scan_many_locals). */
function checkUntrackedLocals(entry: BasicBlock, locals: number): void {
  /** Number of the block that set a local last. */
  const setIn = new Int32Array(locals);
  let blockNumber = 0;
  for (let b: BasicBlock | null = entry; b !== null; b = b.next) {
    blockNumber++;
    const { instructions } = b;
    for (let i = 0; i < instructions.length; i++) {
      const instruction = instructions[i]!;
      const { op, oparg } = instruction;
      if (oparg < TRACKED_LOCALS) continue;
      switch (op) {
        case Op.DELETE_FAST:
        case Op.LOAD_FAST_AND_CLEAR:
        case Op.STORE_FAST_MAYBE_NULL:
          setIn[oparg] = blockNumber - 1;
          break;
        case Op.LOAD_FAST:
          if (setIn[oparg] !== blockNumber) instruction.op = Op.LOAD_FAST_CHECK;
          setIn[oparg] = blockNumber;
          break;
        case Op.STORE_FAST:
          setIn[oparg] = blockNumber;
          break;
      }
    }
  }
}
