import { Op } from '../../compiler/bytecode/op.ts';
import { targetOf } from '../../compiler/targets/registry.ts';
import { Opcode } from './opcode.ts';
import type { Program } from './program.ts';

/** What may have to be told of at an instruction: bits. */
export const enum Place {
  /** The RESUME before it begins a call. */
  START = 1,
  /** The RESUME before it follows a yield. */
  RESUME = 2,
  /** A line begins here. */
  LINE = 4,
  /** Whether a line begins at what follows depends on where control comes from: it comes from here. */
  LEADS_TO_LINE = 8,
  RETURN = 0x10,
  YIELD = 0x20,
  CALL = 0x40,
  /** What follows a call: it has come back. */
  AFTER_CALL = 0x80,
  JUMP = 0x100,
  /** A conditional jump. */
  BRANCH = 0x200,
  FOR_ITER = 0x400,
  /** What follows FOR_ITER: there was another value. */
  AFTER_FOR_ITER = 0x800,
  /** The end of a loop. */
  POP_ITER = 0x1000,
  /** The end of an `async for`, and its NOT_TAKEN, which no Program has, before an instruction. */
  END_ASYNC_FOR = 0x2000,
  ASYNC_VALUE = 0x4000,
  SEND = 0x8000,
  END_SEND = 0x10000,
}

/** Where the events of a program are. */
export class Places {
  readonly kinds: Int32Array;
  /** Of LINE: what comes here by an instruction of the same line hasn't begun it. */
  readonly depends: Uint8Array;
  /** Whether the frame may come back to its first instruction. */
  readonly entryRepeats: boolean;
  /** The FOR_ITER or SEND that goes on at an instruction when it has come to an end. */
  readonly endedBy = new Map<number, number>();
  private readonly program: Program;

  constructor(program: Program) {
    this.program = program;
    this.kinds = new Int32Array(program.pristine.length);
    this.depends = new Uint8Array(program.pristine.length);
    this.findOperations();
    this.findLines();
    this.entryRepeats = program.args.some((arg, index) => arg === program.entry && isJump(program.pristine[index]));
  }

  /** Byte offset where an instruction begins, its EXTENDED_ARGs included. */
  startOf(index: number): number {
    const { code } = this.program.code;
    const { op } = targetOf(code).opcodes;
    let offset = this.program.offsets[index];
    while (offset >= 2 && op[code.co_code[offset - 2]] === Op.EXTENDED_ARG && this.isCode(offset - 2)) offset -= 2;
    return offset;
  }

  /** Byte offset behind an instruction and its caches. */
  endOf(index: number): number {
    const { code } = this.program.code;
    const { op, caches } = targetOf(code).opcodes;
    const offset = this.program.offsets[index];
    return offset + 2 + caches[op[code.co_code[offset]]] * 2;
  }

  /** Byte offset where a jump leads. */
  destinationOf(index: number): number {
    const { program } = this;
    const target = program.args[index];
    if (program.blockStack) return program.offsets[target];
    const { co_code } = program.code.code;
    let units = 0;
    for (let offset = this.startOf(index); offset <= program.offsets[index]; offset += 2) {
      units = (units << 8) | co_code[offset + 1];
    }
    return this.endOf(index) + 2 * (program.pristine[index] === Opcode.JUMP_BACKWARD ? -units : units);
  }

  /** Offset of the RESUME that stands before an instruction. */
  resumeBefore(index: number): number {
    return Math.max(0, this.startOf(index) - 2);
  }

  /** Offset of the NOT_TAKEN behind a conditional jump; undefined where there is none. */
  notTakenAfter(index: number): number | undefined {
    const { code } = this.program.code;
    const end = this.endOf(index);
    return targetOf(code).opcodes.op[code.co_code[end]] === Op.NOT_TAKEN ? end : undefined;
  }

  /** Whether a byte that looks like an EXTENDED_ARG is one, not a cache: what it serves has the same index. */
  private isCode(offset: number): boolean {
    const { indices } = this.program;
    const index = indices[(offset >> 1) + 1];
    return indices[offset >> 1] === index && (index === 0 || offset >= this.endOf(index - 1));
  }

  private findOperations(): void {
    const { pristine, args, entry } = this.program;
    const { kinds } = this;
    for (let index = entry; index < pristine.length; index++) {
      if (index === entry) kinds[index] |= Place.START;
      else kinds[index] |= this.behind(index - 1);
      kinds[index] |= operationAt(pristine[index]);
      if (kinds[index] & (Place.FOR_ITER | Place.SEND)) this.endedBy.set(args[index], index);
    }
  }

  /** What an instruction brings about at the next one. */
  private behind(index: number): number {
    const opcode: Opcode = this.program.pristine[index];
    if (isYield(opcode)) return Place.RESUME;
    if (isCall(opcode)) return Place.AFTER_CALL;
    if (opcode === Opcode.FOR_ITER) return Place.AFTER_FOR_ITER;
    return opcode === Opcode.END_SEND && this.notTakenAfter(index) !== undefined ? Place.ASYNC_VALUE : 0;
  }

  /** Where LINE events may come (initialize_lines of Python/instrumentation.c). */
  private findLines(): void {
    const { program, kinds, depends } = this;
    const { pristine, args, handlers, entry } = program;
    const sources = new Map<number, number[]>();
    const isPlace = (index: number): boolean =>
      index >= entry && mayBeginLine(pristine[index]) && lineOf(program, index) >= 0;
    let current = -1;
    for (let index = entry; index < pristine.length; index++) {
      if (!mayBeginLine(pristine[index])) continue;
      const line = lineOf(program, index);
      if (line !== current && line >= 0) kinds[index] |= Place.LINE;
      current = line;
    }
    for (let index = entry; index < pristine.length; index++) {
      if (!isJump(pristine[index])) continue;
      // What a SEND goes on at is stepped over.
      const isSend = pristine[index] === Opcode.SEND;
      const target = isSend ? args[index] + 1 : args[index];
      if (!isPlace(target)) continue;
      kinds[target] |= Place.LINE;
      if (isSend) continue;
      if (!sources.has(target)) sources.set(target, []);
      sources.get(target)?.push(index);
    }
    for (let at = 2; at < handlers.length; at += 5) {
      if (!isPlace(handlers[at]) || pristine[handlers[at]] === Opcode.END_ASYNC_FOR) continue;
      kinds[handlers[at]] |= Place.LINE;
      depends[handlers[at]] = 1;
    }
    for (let index = entry; index < pristine.length; index++) {
      if (!(kinds[index] & Place.LINE)) continue;
      const from = sources.get(index) ?? [];
      // What a RESUME precedes begins a line in any case.
      if (index > entry && fallsThrough(pristine[index - 1]) && !isYield(pristine[index - 1])) from.push(index - 1);
      const line = lineOf(program, index);
      if (!from.some((source) => lineOf(program, source) === line)) continue;
      depends[index] = 1;
      for (const source of from) kinds[source] |= Place.LEADS_TO_LINE;
    }
  }
}

const known = new WeakMap<Program, Places>();

export function placesOf(program: Program): Places {
  let places = known.get(program);
  if (places === undefined) {
    places = new Places(program);
    known.set(program, places);
  }
  return places;
}

/** Line of an instruction; -1 where it has none. That of a program's preamble doesn't count. */
export const lineOf = (program: Program, index: number): number =>
  program.offsets[index] < 0 ? -1 : program.lineOfUnit(program.offsets[index] >> 1);

function operationAt(opcode: Opcode): number {
  if (isCall(opcode)) return Place.CALL;
  switch (opcode) {
    case Opcode.RETURN_VALUE:
      return Place.RETURN;
    case Opcode.YIELD_VALUE:
    case Opcode.YIELD_DELEGATED:
    case Opcode.YIELD_VALUE_38:
    case Opcode.YIELD_FROM_38:
      return Place.YIELD;
    case Opcode.JUMP_FORWARD:
    case Opcode.JUMP_BACKWARD:
      return Place.JUMP;
    case Opcode.POP_JUMP_IF_FALSE:
    case Opcode.POP_JUMP_IF_TRUE:
    case Opcode.POP_JUMP_IF_NONE:
    case Opcode.POP_JUMP_IF_NOT_NONE:
      return Place.BRANCH;
    case Opcode.FOR_ITER:
      return Place.FOR_ITER;
    case Opcode.POP_ITER:
      return Place.POP_ITER;
    case Opcode.END_ASYNC_FOR:
      return Place.END_ASYNC_FOR;
    case Opcode.SEND:
      return Place.SEND;
    case Opcode.END_SEND:
      return Place.END_SEND;
    default:
      return 0;
  }
}

const isYield = (opcode: Opcode): boolean => operationAt(opcode) === Place.YIELD;

export const isCall = (opcode: Opcode): boolean =>
  opcode === Opcode.CALL ||
  opcode === Opcode.CALL_KW ||
  opcode === Opcode.CALL_FUNCTION_EX ||
  opcode === Opcode.LOAD_SUPER_ATTR ||
  opcode === Opcode.CALL_FUNCTION_38 ||
  opcode === Opcode.CALL_FUNCTION_KW_38 ||
  opcode === Opcode.CALL_FUNCTION_EX_38;

function isJump(opcode: Opcode): boolean {
  switch (operationAt(opcode)) {
    case Place.JUMP:
    case Place.BRANCH:
    case Place.FOR_ITER:
    case Place.SEND:
      return true;
    default:
      return opcode === Opcode.JUMP_BACKWARD_NO_INTERRUPT;
  }
}

/** Instructions that others skip, or that only end what another has begun, begin no line. */
function mayBeginLine(opcode: Opcode): boolean {
  return (
    opcode !== Opcode.END_FOR &&
    opcode !== Opcode.END_SEND &&
    opcode !== Opcode.POP_ITER &&
    opcode !== Opcode.END_ASYNC_FOR
  );
}

/** Whether control may go on at the instruction behind. */
function fallsThrough(opcode: Opcode): boolean {
  switch (opcode) {
    case Opcode.JUMP_FORWARD:
    case Opcode.JUMP_BACKWARD:
    case Opcode.JUMP_BACKWARD_NO_INTERRUPT:
    case Opcode.RETURN_VALUE:
    case Opcode.RAISE_VARARGS:
    case Opcode.RERAISE:
      return false;
    default:
      return true;
  }
}
