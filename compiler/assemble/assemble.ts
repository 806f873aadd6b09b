import type { CodeObject } from '../bytecode/code-object.ts';
import { Op } from '../bytecode/op.ts';
import type { CodeUnit } from '../codegen/unit.ts';
import { type FlowGraph, flowGraphFrom, recycle } from '../flowgraph/flow-graph.ts';
import { runPasses } from '../flowgraph/pipeline.ts';
import type { Opcodes } from '../targets/target.ts';
import { assembleBlockStackUnit } from './block-stack.ts';
import { exceptionTable } from './exception-table.ts';
import { type FlatCode, flatten, recycleFlatCode, resolveNextLocations } from './flat-code.ts';
import { localsplus } from './localsplus.ts';
import { locationTable } from './location-table.ts';
import { resolveJumps } from './resolve-jumps.ts';

/**
 * Optimises a code block and writes its code object, as the unit's target does it (CPython 3.14's
 * _PyCompile_OptimizeAndAssemble, 3.8's assemble). The unit is used up: its constants and instructions change.
 */
export function assembleUnit(unit: CodeUnit): CodeObject {
  if (!unit.target.features.has('exceptionTable')) return assembleBlockStackUnit(unit);
  const graph = flowGraphFrom(unit);
  runPasses(graph);
  const code = assembleGraph(graph);
  recycle(graph);
  return code;
}

/** The code object of a lowered graph (CPython 3.14's _PyAssemble_MakeCodeObject). */
export function assembleGraph(graph: FlowGraph): CodeObject {
  const { unit } = graph;
  const { opcodes } = unit.target;
  const flat = flatten(graph);
  if (graph.hasNextLocations) resolveNextLocations(flat);
  resolveJumps(flat, opcodes);
  const { sizes, offsets } = flat.layout;
  const { names, kinds } = localsplus(unit);
  const code: CodeObject = {
    type: 'code',
    target: unit.target.version,
    co_argcount: unit.posonlyargcount + unit.argcount,
    co_posonlyargcount: unit.posonlyargcount,
    co_kwonlyargcount: unit.kwonlyargcount,
    co_nlocals: unit.varnames.length,
    // A bare `raise` needs no stack; CPython gives every frame room for one value.
    co_stacksize: Math.max(graph.stackSize, 1),
    co_flags: unit.flags,
    co_code: codeBytes(flat, opcodes),
    co_consts: graph.constants.list,
    co_names: unit.names,
    co_localsplusnames: names,
    co_localspluskinds: kinds,
    co_filename: unit.filename,
    co_name: unit.name,
    co_qualname: unit.qualname,
    co_firstlineno: unit.firstlineno,
    co_linetable: locationTable(flat, unit.sequence.spans, sizes, unit.firstlineno),
    co_exceptiontable: graph.hasBlockPushes ? exceptionTable(flat, offsets, graph) : NO_EXCEPTIONS,
  };
  recycleFlatCode(flat);
  return code;
}

const NO_EXCEPTIONS = new Uint8Array(0);

/** Two bytes a code unit: EXTENDED_ARGs, the instruction, and its caches as zeros (CPython 3.14's write_instr). */
function codeBytes({ count, ops, opargs, layout }: FlatCode, { number, caches }: Opcodes): Uint8Array {
  const { offsets, sizes } = layout;
  const bytes = new Uint8Array(offsets[count] * 2);
  const extendedArg = number[Op.EXTENDED_ARG];
  for (let i = 0; i < count; i++) {
    const op = ops[i];
    const oparg = opargs[i];
    let at = offsets[i] * 2;
    for (let shift = (sizes[i] - caches[op] - 1) * 8; shift > 0; shift -= 8) {
      bytes[at++] = extendedArg;
      bytes[at++] = (oparg >> shift) & 0xff;
    }
    bytes[at] = number[op];
    bytes[at + 1] = oparg & 0xff;
  }
  return bytes;
}
