import { assembleGraph, assembleUnit } from '../compiler/assemble/assemble.ts';
import { type ArgumentContext, operandTable, resolveArgument } from '../compiler/bytecode/argument.ts';
import type { CodeObject } from '../compiler/bytecode/code-object.ts';
import { type CodeRepr, stableCodeRepr } from '../compiler/bytecode/constant-repr.ts';
import { isCodeObject } from '../compiler/bytecode/constants.ts';
import { type DisOptions, labelledText } from '../compiler/bytecode/dis-text.ts';
import type { Listing, ListingRow } from '../compiler/bytecode/listing.ts';
import { opNames } from '../compiler/bytecode/op.ts';
import type { Operand } from '../compiler/bytecode/opcode-docs.ts';
import type { Instruction } from '../compiler/codegen/instruction.ts';
import type { CodeUnit } from '../compiler/codegen/unit.ts';
import { compile } from '../compiler/compile.ts';
import { flowGraphFrom, toRows } from '../compiler/flowgraph/flow-graph.ts';
import { loweringPasses, optimizationPasses } from '../compiler/flowgraph/pipeline.ts';
import type { Target } from '../compiler/targets/target.ts';
import type { Source } from './source.ts';

/** What a stage gives for one code block, before it has become bytes. */
export interface StagedBlock {
  readonly code: CodeObject;
  readonly instructions: readonly Instruction[];
  /** Index of the instruction that a jump goes to. */
  readonly targetOf: (instruction: Instruction) => number;
  readonly unit: CodeUnit;
  readonly constants: CodeObject['co_consts'];
}

/**
 * Compiles a program and gives what a stage made of each of its code blocks, the outer before the inner: the
 * instruction sequences of code generation (CPython's _testinternalcapi.compiler_codegen), or those of the optimised
 * flow graph before it is lowered (optimize_cfg).
 */
export function stagedBlocks(source: Source, target: Target, stage: 'codegen' | 'flowgraph'): StagedBlock[] {
  const blocks = new Map<CodeObject, StagedBlock>();
  const assemble = (unit: CodeUnit): CodeObject => {
    const block = stage === 'codegen' ? generated(unit) : optimised(unit);
    blocks.set(block.code, block);
    return block.code;
  };
  const { code } = compile(source.bytes, { filename: source.filename, target, assemble });
  const inOrder = (each: CodeObject): StagedBlock[] => {
    const block = blocks.get(each);
    return block === undefined ? [] : [block, ...block.constants.filter(isCodeObject).flatMap(inOrder)];
  };
  return code === undefined ? [] : inOrder(code);
}

/** Whether a target's optimiser works on a flow graph, or on the bytes once they are assembled (before 3.10). */
export const hasFlowGraph = (target: Target): boolean => target.features.has('exceptionTable');

function generated(unit: CodeUnit): StagedBlock {
  const instructions = unit.sequence.rows();
  const labels = unit.sequence.labels.slice(0, unit.sequence.labelCount);
  const constants = [...unit.consts];
  return { code: assembleUnit(unit), unit, instructions, targetOf: ({ oparg }) => labels[oparg], constants };
}

function optimised(unit: CodeUnit): StagedBlock {
  const graph = flowGraphFrom(unit);
  for (const pass of optimizationPasses) pass.run(graph);
  const instructions = toRows(graph);
  const constants = [...graph.constants.list];
  for (const pass of loweringPasses) pass.run(graph);
  return { code: assembleGraph(graph), unit, instructions, targetOf: ({ oparg }) => oparg, constants };
}

/** The text of a stage: the columns of `dis`, with the numbers of instructions in place of offsets. */
export function stageText(blocks: readonly StagedBlock[], options: DisOptions): string {
  const codeRepr = stableCodeRepr();
  return blocks
    .map((block, index) => {
      const heading = index === 0 ? '' : `\nDisassembly of ${codeRepr(block.code)}:\n`;
      return heading + labelledText(stageListing(block, codeRepr), options);
    })
    .join('');
}

/** The rows of a block. Offsets count instructions; arguments of jumps are the numbers of their labels. */
export function stageListing(block: StagedBlock, codeRepr: CodeRepr): Listing {
  const { instructions, unit, code } = block;
  const labels = labelsOf(block);
  const shown: CodeObject = { ...code, co_consts: block.constants, co_code: new Uint8Array(instructions.length) };
  const context: ArgumentContext = { code: shown, target: unit.target, codeRepr, labelAt: (at) => labels.get(at) };
  const cells: ArgumentContext = {
    ...context,
    code: { ...shown, co_localsplusnames: [...unit.cellvars, ...unit.freevars] },
  };
  const locals: ArgumentContext = { ...context, code: { ...shown, co_localsplusnames: unit.varnames } };
  const { operand, hasArgument } = operandTable(unit.target);
  const closureOps = new Set([...unit.target.opcodes.table.hasFree, 'LOAD_CLOSURE', 'LOAD_DEREF']);
  let line = -1;
  const rows = instructions.map((instruction, index): ListingRow => {
    const { op, oparg, location } = instruction;
    const jump = isJump(operand[op]) ? block.targetOf(instruction) : undefined;
    const arg = jump === undefined ? (hasArgument[op] === 1 ? oparg : null) : (labels.get(jump) as number);
    // Until it is assembled, the code numbers cells apart from locals.
    const own = operand[op] === 'cell' ? context : closureOps.has(opNames[op]) ? cells : locals;
    const meaning = arg === null || jump !== undefined ? undefined : resolveArgument(own, operand[op], arg, jump);
    const startsLine = index === 0 || (location.lineno !== line && location.lineno >= -1);
    if (startsLine) line = location.lineno;
    return {
      offset: index,
      startOffset: index,
      op,
      opcode: unit.target.opcodes.number[op],
      opname: opNames[op],
      arg,
      argval: jump ?? meaning?.value,
      argrepr: jump === undefined ? (meaning?.repr ?? '') : `${operand[op] === 'backwardLink' ? 'from' : 'to'} L${arg}`,
      line: location.lineno < 0 ? null : location.lineno,
      startsLine,
      span: location.lineno < 0 ? null : location,
      label: labels.get(index) ?? null,
      jumpTarget: jump ?? null,
      caches: 0,
      depth: null,
      handler: null,
    };
  });
  return { code: shown, rows, exceptionTable: [], labels };
}

function labelsOf({ instructions, targetOf, unit }: StagedBlock): Map<number, number> {
  const { operand } = operandTable(unit.target);
  const targets = new Set<number>();
  for (const instruction of instructions) {
    if (isJump(operand[instruction.op])) targets.add(targetOf(instruction));
  }
  return new Map([...targets].sort((a, b) => a - b).map((target, index) => [target, index + 1]));
}

function isJump(operand: Operand): boolean {
  switch (operand) {
    case 'jumpForward':
    case 'jumpBackward':
    case 'jumpAbsolute':
    case 'backwardLink':
      return true;
    default:
      return false;
  }
}
