import { blockStackEffect } from '../bytecode/block-stack-effect.ts';
import { CodeFlag, type CodeObject, LocalKind } from '../bytecode/code-object.ts';
import { Op } from '../bytecode/op.ts';
import type { InstructionSequence } from '../codegen/instruction.ts';
import type { CodeUnit } from '../codegen/unit.ts';
import type { Opcodes } from '../targets/target.ts';
import { lineNumberTable } from './lnotab.ts';
import { type CodeUnits, instructionUnits, optimizeCodeUnits } from './peephole.ts';

/** How an opcode's oparg, a label until then, becomes a number: bytes from the start, or from the next instruction. */
const enum Jump {
  NONE = 0,
  RELATIVE = 1,
  ABSOLUTE = 2,
}

const jumpKinds = new Uint8Array(256);
for (const op of [
  Op.FOR_ITER,
  Op.JUMP_FORWARD,
  Op.SETUP_FINALLY,
  Op.SETUP_WITH,
  Op.SETUP_ASYNC_WITH,
  Op.CALL_FINALLY,
]) {
  jumpKinds[op] = Jump.RELATIVE;
}
for (const op of [Op.JUMP_ABSOLUTE, Op.POP_JUMP_IF_FALSE, Op.POP_JUMP_IF_TRUE, Op.JUMP_IF_FALSE_OR_POP]) {
  jumpKinds[op] = Jump.ABSOLUTE;
}
jumpKinds[Op.JUMP_IF_TRUE_OR_POP] = Jump.ABSOLUTE;

/**
 * Writes the code object of a target whose exception handling is a block stack: no flow graph, but an optimiser over the
 * bytes (CPython 3.8's assemble, makecode and PyCode_Optimize). Blocks stand in the order of the sequence, which is that of
 * CPython's dfs: a block is placed before it is jumped to or follows where it was placed.
 */
export function assembleBlockStackUnit(unit: CodeUnit): CodeObject {
  const { sequence } = unit;
  const { opcodes } = unit.target;
  const firstLine = unit.firstlineno > 0 ? unit.firstlineno : Math.max(sequence.lineAt(0), 1);
  const stackSize = stackDepth(sequence);
  const offsets = resolveJumps(sequence);
  const lnotab = lineNumberTable(sequence, offsets, firstLine);
  const units = optimizeCodeUnits(codeUnits(sequence, offsets), unit.consts, lnotab);
  const { varnames, cellvars, freevars } = unit;
  const isClosed = cellvars.length + freevars.length === 0;
  return {
    type: 'code',
    target: unit.target.version,
    co_argcount: unit.posonlyargcount + unit.argcount,
    co_posonlyargcount: unit.posonlyargcount,
    co_kwonlyargcount: unit.kwonlyargcount,
    co_nlocals: varnames.length,
    co_stacksize: stackSize,
    co_flags: isClosed && unit.target.features.has('coNofree') ? unit.flags | CodeFlag.CO_NOFREE : unit.flags,
    co_code: bytesOf(units, opcodes),
    co_consts: unit.consts,
    co_names: unit.names,
    co_localsplusnames: isClosed ? varnames : [...varnames, ...cellvars, ...freevars],
    co_localspluskinds: localKinds(unit),
    co_filename: unit.filename,
    co_name: unit.name,
    co_qualname: unit.qualname,
    co_firstlineno: firstLine,
    co_linetable: lnotab,
    co_exceptiontable: new Uint8Array(0),
  };
}

function localKinds({ varnames, cellvars, freevars }: CodeUnit): Uint8Array {
  const kinds = new Uint8Array(varnames.length + cellvars.length + freevars.length).fill(LocalKind.LOCAL);
  kinds.fill(LocalKind.CELL, varnames.length);
  kinds.fill(LocalKind.FREE, varnames.length + cellvars.length);
  return kinds;
}

/** The depth of the value stack, by following every path; what follows a jump or return is dead (3.8's stackdepth). */
function stackDepth({ length, ops, opargs, labels, labelCount }: InstructionSequence): number {
  const UNSEEN = -1;
  const depthAt = new Int32Array(length + 1).fill(UNSEEN);
  const isBlockStart = new Uint8Array(length + 1);
  for (let i = 0; i < labelCount; i++) if (labels[i] >= 0) isBlockStart[labels[i]] = 1;
  const todo: number[] = [];
  let maximum = 0;
  depthAt[0] = 0;
  todo.push(0);
  for (let start = todo.pop(); start !== undefined; start = todo.pop()) {
    let depth = depthAt[start]!;
    for (let i = start; i < length; i++) {
      const op: Op = ops[i];
      const oparg = opargs[i];
      if (i > start && isBlockStart[i] === 1) {
        if (depthAt[i]! < depth) {
          depthAt[i] = depth;
          todo.push(i);
        }
        break;
      }
      if (jumpKinds[op] !== Jump.NONE) {
        const target = labels[oparg]!;
        const targetDepth = depth + blockStackEffect(op, oparg, true);
        if (targetDepth > maximum) maximum = targetDepth;
        if (depthAt[target]! < targetDepth) {
          depthAt[target] = targetDepth;
          todo.push(target);
        }
      }
      depth += blockStackEffect(op, oparg, false);
      if (depth > maximum) maximum = depth;
      if (op === Op.JUMP_ABSOLUTE || op === Op.JUMP_FORWARD || op === Op.RETURN_VALUE || op === Op.RAISE_VARARGS) break;
    }
  }
  return maximum;
}

/**
 * Turns labels into distances or offsets in bytes, until no size changes (CPython 3.8's assemble_jump_offsets). Gives the
 * offset in bytes of each instruction, and one past the end.
 */
function resolveJumps({ length: count, ops, opargs, labels }: InstructionSequence): Int32Array {
  const sizes = new Uint8Array(count);
  const offsets = new Int32Array(count + 1);
  const jumps: number[] = [];
  const targets: number[] = [];
  for (let i = 0; i < count; i++) {
    if (jumpKinds[ops[i]] !== Jump.NONE) {
      jumps.push(i);
      targets.push(labels[opargs[i]]);
      opargs[i] = 0;
    }
    sizes[i] = instructionUnits(opargs[i]);
  }
  let isChanged: boolean;
  do {
    let offset = 0;
    for (let i = 0; i < count; i++) {
      offsets[i] = offset;
      offset += sizes[i]! * 2;
    }
    offsets[count] = offset;
    isChanged = false;
    for (let j = 0; j < jumps.length; j++) {
      const i = jumps[j]!;
      const to = offsets[targets[j]];
      const isRelative = jumpKinds[ops[i]] === Jump.RELATIVE;
      opargs[i] = isRelative ? to - (offsets[i] + sizes[i] * 2) : to;
      const size = instructionUnits(opargs[i]);
      if (size === sizes[i]) continue;
      sizes[i] = size;
      isChanged = true;
    }
  } while (isChanged);
  return offsets;
}

function codeUnits(sequence: InstructionSequence, offsets: Int32Array): CodeUnits {
  const { length } = sequence;
  const size = offsets[length] / 2;
  const ops = new Uint8Array(size);
  const args = new Uint8Array(size);
  for (let i = 0; i < length; i++) {
    const oparg = sequence.opargs[i];
    let at = offsets[i] / 2;
    for (let shift = (instructionUnits(oparg) - 1) * 8; shift > 0; shift -= 8) {
      ops[at] = Op.EXTENDED_ARG;
      args[at++] = (oparg >> shift) & 0xff;
    }
    ops[at] = sequence.ops[i];
    args[at] = oparg & 0xff;
  }
  return { ops, args };
}

function bytesOf({ ops, args }: CodeUnits, { number }: Opcodes): Uint8Array {
  const bytes = new Uint8Array(ops.length * 2);
  for (let i = 0; i < ops.length; i++) {
    bytes[2 * i] = number[ops[i]!]!;
    bytes[2 * i + 1] = args[i]!;
  }
  return bytes;
}
