import { Op } from '../bytecode/op.ts';
import { type Instruction, type InstructionSequence, locationIn, Place } from '../codegen/instruction.ts';
import type { CodeUnit } from '../codegen/unit.ts';
import { Spare } from '../text/spare.ts';
import { ENTRY, NO_BLOCK } from './block.ts';
import { ConstantPool } from './constant-pool.ts';
import { OpFlag, opFlags } from './op-flag.ts';
import { Worklist } from './worklist.ts';

/**
 * The control-flow graph of one code block: CPython's cfg_builder together with what its passes are given.
 *
 * Instructions (cfg_instr) and basic blocks are numbers, and their attributes columns of typed arrays: a large program has
 * millions of them, and passes go over all. A block's instructions lie one after the other from `starts[b]` on, `sizes[b]` of
 * `capacities[b]`; at first where code generation put them. A block that outgrows its place moves to the end, so a pass that
 * adds must not keep columns or indices from before.
 */
export class FlowGraph {
  unit!: CodeUnit;
  constants!: ConstantPool;
  /** Whether there is any exception handler; most code blocks have none, and some passes nothing to do then. */
  hasBlockPushes = false;
  /** Whether any instruction can make a local unset. */
  unsetsLocals = false;
  /** Whether any instruction has the location of the next. */
  hasNextLocations = false;
  /** Depth of the value stack that the code needs (calculateStackDepth). */
  stackSize = 0;

  // --- instructions

  ops!: Uint8Array;
  opargs!: Int32Array;
  /** Number of each instruction's span in the sequence. */
  places!: Int32Array;
  /** Where a jump goes, or the handler that a block push installs. */
  targets = new Int32Array(256);
  /** The handler of an exception raised here. */
  excepts = new Int32Array(256);
  /** End of the last block's room. */
  private used = 0;

  // --- blocks: instructions that run one after the other; only the last may jump or leave

  blockCount = 0;
  starts = new Int32Array(64);
  sizes = new Int32Array(64);
  capacities = new Int32Array(64);
  /** The block that follows in the code, and by control flow unless the last instruction goes elsewhere. */
  nexts = new Int32Array(64);
  predecessors = new Int32Array(64);
  /** Depth of the value stack on entry; -1 while unknown. */
  startDepths = new Int32Array(64);
  /** Locals 0 to 31 and 32 to 63 that may be unset on entry, as bit sets. */
  unsafeLow = new Int32Array(64);
  unsafeHigh = new Int32Array(64);
  /** Index of its first instruction among all, once the order is final. */
  indexes = new Int32Array(64);
  /** Whether an instruction was seen to refer to it (b_label in CPython). */
  isLabelled = new Uint8Array(64);
  isHandler = new Uint8Array(64);
  /** A handler that pushes the offset of the raising instruction too. */
  preservesLasti = new Uint8Array(64);
  isVisited = new Uint8Array(64);
  isCold = new Uint8Array(64);
  isWarm = new Uint8Array(64);

  /** Blocks that a traversal has still to visit. */
  readonly todo = new Worklist();

  private get sequence(): InstructionSequence {
    return this.unit.sequence;
  }

  // --- what passes ask

  lineAt(i: number): number {
    return this.sequence.lineAt(i);
  }

  /** Index of a block's last instruction; before its start where it is empty. */
  last(b: number): number {
    return this.starts[b] + this.sizes[b] - 1;
  }

  /** Opcode of a block's last instruction, NOP where it is empty. */
  lastOp(b: number): Op {
    const size = this.sizes[b];
    return size === 0 ? Op.NOP : this.ops[this.starts[b] + size - 1];
  }

  /** BB_HAS_FALLTHROUGH: control can run off the end, also where the block is empty. */
  hasFallthrough(b: number): boolean {
    return (opFlags[this.lastOp(b)] & OpFlag.NO_FALLTHROUGH) === 0;
  }

  exitsScope(b: number): boolean {
    return (opFlags[this.lastOp(b)] & OpFlag.SCOPE_EXIT) !== 0;
  }

  hasNoLineNumber(b: number): boolean {
    for (let i = this.starts[b], end = i + this.sizes[b]; i < end; i++) if (this.lineAt(i) >= 0) return false;
    return true;
  }

  hasEvalBreak(b: number): boolean {
    const { ops } = this;
    for (let i = this.starts[b], end = i + this.sizes[b]; i < end; i++) {
      if ((opFlags[ops[i]] & OpFlag.EVAL_BREAK) !== 0) return true;
    }
    return false;
  }

  /** The first block at or after `b` that has instructions. */
  nextNonEmpty(b: number): number {
    let found = b;
    while (found !== NO_BLOCK && this.sizes[found] === 0) found = this.nexts[found];
    return found;
  }

  // --- what passes change

  set(i: number, op: Op, oparg: number): void {
    this.ops[i] = op;
    this.opargs[i] = oparg;
  }

  /** Makes a NOP of a jump. */
  removeJump(i: number): void {
    this.set(i, Op.NOP, 0);
    this.targets[i] = NO_BLOCK;
  }

  /** Copies all that an instruction is to another's place. */
  copy(to: number, from: number): void {
    this.ops[to] = this.ops[from];
    this.opargs[to] = this.opargs[from];
    this.places[to] = this.places[from];
    this.targets[to] = this.targets[from];
    this.excepts[to] = this.excepts[from];
  }

  /** Lets two instructions without targets change places. */
  exchange(i: number, j: number): void {
    const { ops, opargs, places, excepts } = this;
    const op = ops[i];
    const oparg = opargs[i];
    const place = places[i];
    const except = excepts[i];
    this.copy(i, j);
    this.set(j, op, oparg);
    places[j] = place;
    excepts[j] = except;
  }

  /**
   * Adds an instruction at the end of a block and gives its index. Its handler is that of whatever stood at that place
   * before: CPython's basicblock_addop does not set i_except, and the unused slots of a block's array keep what was there.
   * So a NOT_TAKEN is in the exception table if a NOP was removed in its block, and else is not.
   */
  add(b: number, op: Op, oparg: number, place: number, target: number): number {
    const i = this.extend(b);
    this.ops[i] = op;
    this.opargs[i] = oparg;
    this.places[i] = place;
    this.targets[i] = target;
    return i;
  }

  /** Adds a copy of the `n`-th instruction of block `from` at the end of `b`. */
  addCopy(b: number, n: number, from: number): void {
    const to = this.extend(b);
    this.copy(to, this.starts[from] + n);
  }

  /** Shifts a block's instructions by `count`, so that there is room for as many at its start. */
  makeRoomAtStart(b: number, count: number): void {
    const size = this.sizes[b];
    if (size + count > this.capacities[b]) this.move(b, size + count);
    this.sizes[b] = size + count;
    for (let start = this.starts[b], i = start + size - 1; i >= start; i--) this.copy(i + count, i);
  }

  newBlock(isLabelled: boolean): number {
    const b = this.addBlock();
    this.isLabelled[b] = isLabelled ? 1 : 0;
    this.starts[b] = this.used;
    return b;
  }

  clearVisited(): void {
    this.isVisited.fill(0, 0, this.blockCount);
  }

  // --- room

  /** Index of one more instruction at the end of a block. */
  private extend(b: number): number {
    const size = this.sizes[b]++;
    if (size === this.capacities[b]) this.move(b, size + 2);
    return this.starts[b] + size;
  }

  /** Gives a block room for so many instructions behind all others. What its unused slots hold moves too: see `add`. */
  private move(b: number, capacity: number): void {
    const from = this.starts[b];
    const held = this.capacities[b];
    const isLast = from + held === this.used;
    const start = isLast ? from : this.used;
    this.reserve(start + capacity);
    if (!isLast) for (let i = 0; i < held; i++) this.copy(start + i, from + i);
    this.excepts.fill(NO_BLOCK, start + held, start + capacity);
    this.starts[b] = start;
    this.capacities[b] = capacity;
    this.used = start + capacity;
  }

  private reserve(capacity: number): void {
    if (capacity > this.ops.length) {
      this.sequence.reserve(capacity * 2);
      this.attachSequence();
    }
    if (capacity > this.targets.length) {
      this.targets = grown(this.targets, capacity * 2);
      this.excepts = grown(this.excepts, capacity * 2);
    }
  }

  private attachSequence(): void {
    const { ops, opargs, places } = this.sequence;
    this.ops = ops;
    this.opargs = opargs;
    this.places = places;
  }

  private addBlock(): number {
    const b = this.blockCount++;
    if (b === this.starts.length) this.growBlocks(b * 2);
    this.sizes[b] = this.capacities[b] = this.predecessors[b] = this.unsafeLow[b] = this.unsafeHigh[b] = 0;
    this.isLabelled[b] = this.isHandler[b] = this.preservesLasti[b] = 0;
    this.isVisited[b] = this.isCold[b] = this.isWarm[b] = 0;
    this.nexts[b] = NO_BLOCK;
    this.startDepths[b] = -1;
    return b;
  }

  private growBlocks(capacity: number): void {
    this.starts = grown(this.starts, capacity);
    this.sizes = grown(this.sizes, capacity);
    this.capacities = grown(this.capacities, capacity);
    this.nexts = grown(this.nexts, capacity);
    this.predecessors = grown(this.predecessors, capacity);
    this.startDepths = grown(this.startDepths, capacity);
    this.unsafeLow = grown(this.unsafeLow, capacity);
    this.unsafeHigh = grown(this.unsafeHigh, capacity);
    this.indexes = grown(this.indexes, capacity);
    this.isLabelled = grownBytes(this.isLabelled, capacity);
    this.isHandler = grownBytes(this.isHandler, capacity);
    this.preservesLasti = grownBytes(this.preservesLasti, capacity);
    this.isVisited = grownBytes(this.isVisited, capacity);
    this.isCold = grownBytes(this.isCold, capacity);
    this.isWarm = grownBytes(this.isWarm, capacity);
  }

  // --- from a sequence

  /** Makes it the graph of another code block. */
  start(unit: CodeUnit): void {
    this.unit = unit;
    this.constants = new ConstantPool(unit.consts);
    this.stackSize = 0;
    this.blockCount = 0;
    this.putAnnotations();
    this.attachSequence();
    this.used = this.sequence.length;
    this.reserve(this.used);
    this.markTargets();
    this.cutIntoBlocks();
    this.resolveLabels();
  }

  /** The code of deferred annotations replaces its placeholder. */
  private putAnnotations(): void {
    const { sequence } = this;
    const at = sequence.ops.subarray(0, sequence.length).indexOf(Op.ANNOTATIONS_PLACEHOLDER);
    if (at >= 0) sequence.replace(at, sequence.annotations);
  }

  /** Sets `targets` to 1 where anything refers to an instruction, and what is known of all of them. */
  private markTargets(): void {
    const { sequence, ops, opargs, places, targets } = this;
    const { labels, length } = sequence;
    targets.fill(0, 0, length);
    let allFlags = 0;
    this.hasNextLocations = false;
    for (let i = 0; i < length; i++) {
      const flags = opFlags[ops[i]];
      allFlags |= flags;
      if ((flags & OpFlag.HAS_TARGET) !== 0) targets[labels[opargs[i]]] = 1;
      if (places[i] === Place.Next) this.hasNextLocations = true;
    }
    this.hasBlockPushes = (allFlags & OpFlag.BLOCK_PUSH) !== 0;
    this.unsetsLocals = (allFlags & OpFlag.UNSETS_LOCAL) !== 0;
  }

  /** Cuts the instructions into blocks; `targets` of the first instruction of a labelled one becomes its number. */
  private cutIntoBlocks(): void {
    const { ops, targets } = this;
    const { length } = this.sequence;
    let block = this.addBlock();
    this.starts[block] = 0;
    let isTerminated = false;
    for (let i = 0; i < length; i++) {
      const isLabelled = targets[i] === 1;
      if (isTerminated || (isLabelled && i > this.starts[block])) {
        this.sizes[block] = this.capacities[block] = i - this.starts[block];
        const next = this.addBlock();
        this.nexts[block] = next;
        this.starts[next] = i;
        block = next;
      }
      if (isLabelled) {
        this.isLabelled[block] = 1;
        targets[i] = block;
      }
      isTerminated = (opFlags[ops[i]] & OpFlag.TERMINATOR) !== 0;
    }
    this.sizes[block] = this.capacities[block] = length - this.starts[block];
  }

  /** Jumps hold blocks from now on. Labels first become the blocks' numbers, as `targets` is written over on the way. */
  private resolveLabels(): void {
    const { sequence, ops, opargs, targets } = this;
    const { labels, labelCount, length } = sequence;
    for (let label = 0; label < labelCount; label++) {
      const at = labels[label];
      if (at >= 0 && at < length) labels[label] = targets[at];
    }
    this.excepts.fill(NO_BLOCK, 0, length);
    for (let i = 0; i < length; i++) {
      if ((opFlags[ops[i]] & OpFlag.HAS_TARGET) === 0) {
        targets[i] = NO_BLOCK;
        continue;
      }
      targets[i] = labels[opargs[i]];
      opargs[i] = 0;
    }
  }
}

/**
 * Cuts an instruction sequence into basic blocks and turns labels into blocks (CPython 3.14's
 * _PyCfg_FromInstructionSequence and translate_jump_labels_to_targets). The graph works on the sequence's own columns.
 */
export function flowGraphFrom(unit: CodeUnit): FlowGraph {
  const graph = spare.take(unit.sequence.length > LARGEST_KEPT) ?? new FlowGraph();
  graph.start(unit);
  return graph;
}

/** The graph of the last code block, whose columns serve the next; only one code block is assembled at a time. */
const spare = new Spare<FlowGraph>();
/** Graphs with more instructions or blocks than this may be collected. */
const LARGEST_KEPT = 1 << 16;

/** Gives a graph back that nobody looks at any more. */
export function recycle(graph: FlowGraph): void {
  spare.leave(graph, graph.targets.length > LARGEST_KEPT || graph.starts.length > LARGEST_KEPT);
}

/** A graph's instructions as plain rows, in the final order of the blocks; jumps hold the index of where they go. */
export function toRows(graph: FlowGraph): Instruction[] {
  const { starts, sizes, nexts, indexes } = graph;
  numberInstructions(graph);
  const rows: Instruction[] = [];
  for (let b = ENTRY; b !== NO_BLOCK; b = nexts[b]) {
    for (let i = starts[b], end = i + sizes[b]; i < end; i++) {
      const target = graph.targets[i];
      const oparg = target === NO_BLOCK ? graph.opargs[i] : indexes[target];
      rows.push({ op: graph.ops[i], oparg, location: locationIn(graph.unit.sequence.spans, graph.places[i]) });
    }
  }
  return rows;
}

/** Tells each block which number its first instruction has in the final order; gives the number of all. */
export function numberInstructions({ nexts, sizes, indexes }: FlowGraph): number {
  let count = 0;
  for (let b = ENTRY; b !== NO_BLOCK; b = nexts[b]) {
    indexes[b] = count;
    count += sizes[b];
  }
  return count;
}

function grown(column: Int32Array, capacity: number): Int32Array<ArrayBuffer> {
  const larger = new Int32Array(capacity);
  larger.set(column);
  return larger;
}

function grownBytes(column: Uint8Array, capacity: number): Uint8Array<ArrayBuffer> {
  const larger = new Uint8Array(capacity);
  larger.set(column);
  return larger;
}
