import { Op } from '../bytecode/op.ts';
import { type Instruction, type InstructionSequence, NEXT_LOCATION } from '../codegen/instruction.ts';
import type { CodeUnit } from '../codegen/unit.ts';
import { BasicBlock, CfgInstruction } from './basic-block.ts';
import { ConstantPool } from './constant-pool.ts';
import { OpFlag, opFlags } from './op-flag.ts';

/** The control-flow graph of one code block: CPython's cfg_builder together with what its passes are given. */
export class FlowGraph {
  readonly unit: CodeUnit;
  readonly entry: BasicBlock;
  readonly constants: ConstantPool;
  /** Whether there is any exception handler; most code blocks have none, and some passes nothing to do then. */
  readonly hasBlockPushes: boolean;
  /** Whether any instruction can make a local unset. */
  readonly unsetsLocals: boolean;
  /** Whether any instruction has the location of the next. */
  readonly hasNextLocations: boolean;
  /** Depth of the value stack that the code needs (calculateStackDepth). */
  stackSize = 0;

  constructor(unit: CodeUnit, entry: BasicBlock, flags: number, hasNextLocations: boolean) {
    this.unit = unit;
    this.entry = entry;
    this.hasBlockPushes = (flags & OpFlag.BLOCK_PUSH) !== 0;
    this.unsetsLocals = (flags & OpFlag.UNSETS_LOCAL) !== 0;
    this.hasNextLocations = hasNextLocations;
    this.constants = new ConstantPool(unit.consts);
  }
}

/**
 * Cuts an instruction sequence into basic blocks and turns labels into blocks. The code of deferred annotations replaces
 * its placeholder (CPython 3.14's _PyCfg_FromInstructionSequence and translate_jump_labels_to_targets).
 */
export function flowGraphFrom(unit: CodeUnit): FlowGraph {
  const { instructions, labels, annotations } = unit.sequence;
  const count = instructions.length;
  if (targetAt.length < count) targetAt = new Int32Array(count * 2);
  targetAt.fill(0, 0, count);
  let allFlags = 0;
  let hasNextLocations = false;
  for (let i = 0; i < count; i++) {
    const { op, oparg, location } = instructions[i]!;
    const flags = opFlags[op]!;
    allFlags |= flags;
    if ((flags & OpFlag.HAS_TARGET) !== 0) targetAt[labels[oparg]!] = 1;
    if (location === NEXT_LOCATION) hasNextLocations = true;
  }

  const targets: BasicBlock[] = [];
  const entry = new BasicBlock(false);
  let block = entry;
  let isTerminated = false;
  for (let i = 0; i < count; i++) {
    const { op, oparg, location } = instructions[i]!;
    if (op === Op.ANNOTATIONS_PLACEHOLDER) {
      if (annotations !== null) appendAll(block, annotations);
      continue;
    }
    if (targetAt[i] === 1) {
      if (isTerminated || block.instructions.length > 0) block = block.next = new BasicBlock(true);
      block.isLabelled = true;
      targetAt[i] = targets.length;
      targets.push(block);
    } else if (isTerminated) {
      block = block.next = new BasicBlock(false);
    }
    block.instructions.push(new CfgInstruction(op, oparg, location, null));
    isTerminated = (opFlags[op]! & OpFlag.TERMINATOR) !== 0;
  }

  for (let b: BasicBlock | null = entry; b !== null; b = b.next) {
    const list = b.instructions;
    for (let i = 0; i < list.length; i++) {
      const instruction = list[i]!;
      if ((opFlags[instruction.op]! & OpFlag.HAS_TARGET) === 0) continue;
      instruction.target = targets[targetAt[labels[instruction.oparg]!]!]!;
      instruction.oparg = 0;
    }
  }
  return new FlowGraph(unit, entry, allFlags, hasNextLocations);
}

/** By instruction: first whether anything refers to it, then the number of its block among those referred to. */
let targetAt = new Int32Array(256);

function appendAll(block: BasicBlock, sequence: InstructionSequence): void {
  for (const { op, oparg, location } of sequence.instructions) {
    block.instructions.push(new CfgInstruction(op, oparg, location, null));
  }
}

/** The graph's instructions as one list, in the final order of the blocks; jumps hold the index of where they go. */
export function flatten(graph: FlowGraph): CfgInstruction[] {
  let count = 0;
  for (let b: BasicBlock | null = graph.entry; b !== null; b = b.next) {
    b.index = count;
    count += b.instructions.length;
  }
  const all = new Array<CfgInstruction>(count);
  for (let b: BasicBlock | null = graph.entry; b !== null; b = b.next) {
    const { instructions, index } = b;
    for (let i = 0; i < instructions.length; i++) {
      const instruction = instructions[i]!;
      if (instruction.target !== null) instruction.oparg = instruction.target.index;
      all[index + i] = instruction;
    }
  }
  return all;
}

/** A graph's instructions as plain rows again: labels are the indices of their targets. */
export function toRows(graph: FlowGraph): Instruction[] {
  const copies = flatten(graph);
  return copies.map(({ op, oparg, location }) => ({ op, oparg, location }));
}
