import { Op } from '../bytecode/op.ts';
import type { Instruction, InstructionSequence } from '../codegen/instruction.ts';
import type { CodeUnit } from '../codegen/unit.ts';
import { BasicBlock, CfgInstruction } from './basic-block.ts';
import { ConstantPool } from './constant-pool.ts';
import { OpFlag, opFlags } from './op-flag.ts';

/** The control-flow graph of one code block: CPython's cfg_builder together with what its passes are given. */
export class FlowGraph {
  readonly unit: CodeUnit;
  readonly entry: BasicBlock;
  readonly constants: ConstantPool;
  /** Depth of the value stack that the code needs (calculateStackDepth). */
  stackSize = 0;

  constructor(unit: CodeUnit, entry: BasicBlock) {
    this.unit = unit;
    this.entry = entry;
    this.constants = new ConstantPool(unit.consts);
  }
}

/**
 * Cuts an instruction sequence into basic blocks and turns labels into blocks. The code of deferred annotations replaces
 * its placeholder (CPython 3.14's _PyCfg_FromInstructionSequence and translate_jump_labels_to_targets).
 */
export function flowGraphFrom(unit: CodeUnit): FlowGraph {
  const { instructions, labels, annotations } = unit.sequence;
  const isTarget = new Uint8Array(instructions.length + 1);
  for (let i = 0; i < instructions.length; i++) {
    const { op, oparg } = instructions[i]!;
    if ((opFlags[op]! & OpFlag.HAS_TARGET) !== 0) isTarget[labels[oparg]!] = 1;
  }

  const blockAt: (BasicBlock | undefined)[] = [];
  const entry = new BasicBlock(false);
  let block = entry;
  let isTerminated = false;
  for (let i = 0; i < instructions.length; i++) {
    const instruction = instructions[i]!;
    const { op } = instruction;
    if (op === Op.ANNOTATIONS_PLACEHOLDER) {
      if (annotations !== null) appendAll(block, annotations);
      continue;
    }
    if (isTarget[i] === 1) {
      if (isTerminated || block.instructions.length > 0 || block.isLabelled) {
        block = block.next = new BasicBlock(true);
      }
      block.isLabelled = true;
      blockAt[i] = block;
    } else if (isTerminated) {
      block = block.next = new BasicBlock(false);
    }
    block.instructions.push(new CfgInstruction(op, instruction.oparg, instruction.location, null));
    isTerminated = (opFlags[op]! & OpFlag.TERMINATOR) !== 0;
  }

  for (let b: BasicBlock | null = entry; b !== null; b = b.next) {
    const list = b.instructions;
    for (let i = 0; i < list.length; i++) {
      const instruction = list[i]!;
      if ((opFlags[instruction.op]! & OpFlag.HAS_TARGET) === 0) continue;
      instruction.target = blockAt[labels[instruction.oparg]!]!;
      instruction.oparg = 0;
    }
  }
  return new FlowGraph(unit, entry);
}

function appendAll(block: BasicBlock, sequence: InstructionSequence): void {
  for (const { op, oparg, location } of sequence.instructions) {
    block.instructions.push(new CfgInstruction(op, oparg, location, null));
  }
}

/** The graph's instructions as one list, in the final order of the blocks; jumps hold the index of where they go. */
export function flatten(graph: FlowGraph): CfgInstruction[] {
  const all: CfgInstruction[] = [];
  for (let b: BasicBlock | null = graph.entry; b !== null; b = b.next) {
    b.index = all.length;
    const { instructions } = b;
    for (let i = 0; i < instructions.length; i++) all.push(instructions[i]!);
  }
  for (let i = 0; i < all.length; i++) {
    const instruction = all[i]!;
    if (instruction.target !== null) instruction.oparg = instruction.target.index;
  }
  return all;
}

/** A graph's instructions as plain rows again: labels are the indices of their targets. */
export function toRows(graph: FlowGraph): Instruction[] {
  const copies = flatten(graph);
  return copies.map(({ op, oparg, location }) => ({ op, oparg, location }));
}
