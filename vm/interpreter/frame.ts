import type { PyCode } from '../objects/code.ts';
import type { PyDict } from '../objects/dict.ts';
import type { PyFunction } from '../objects/function.ts';
import type { PyGenerator } from '../objects/generator.ts';
import { frameType, inheritPyObject, type PyObject, type PyType, type Slot, type Value } from '../objects/object.ts';
import type { Program } from './program.ts';

/** Where a frame is in its life (CPython's _PyFrameState). */
export const enum FrameState {
  /** Made, not run yet. */
  CREATED = 0,
  EXECUTING = 1,
  /** At a yield or await, its stack kept. */
  SUSPENDED = 2,
  /** At a `yield from` or await whose iterator is on top of the stack. */
  SUSPENDED_YIELD_FROM = 3,
  COMPLETED = 4,
}

/** What the resumer wants done with what a frame gives; says how the run loop goes on in `back`. */
export const enum Return {
  /** A call's result goes onto the caller's stack. */
  VALUE = 0,
  /** The run() that started this frame returns to TypeScript. */
  ENTRY = 1,
  /** `__init__` of a class call: the result must be None, and the instance is already on the caller's stack. */
  INIT = 2,
  /** FOR_ITER: a return ends the loop. */
  FOR_ITER = 3,
  /** SEND, of `yield from` and `await`: a return is the expression's value. */
  SEND = 4,
  /** next(g), g.send(v), g.__next__(): a return is StopIteration. */
  NEXT = 5,
  /** next(g, default): a return gives the default, which waits on the caller's stack. */
  NEXT_DEFAULT = 6,
  /** The result is dropped: a setter or `__setitem__` called by the loop. */
  DROP = 7,
  /** As VALUE; Context.run has entered the current context for this frame. */
  CONTEXT = 8,
}

/**
 * One activation of a code object: CPython's PyFrameObject and _PyInterpreterFrame in one. `slots` holds the locals,
 * cells and free variables (co_localsplusnames) and after them the value stack, which ends below `sp`.
 */
export class Frame implements PyObject {
  type: PyType;
  readonly program: Program;
  readonly code: PyCode;
  readonly globals: PyDict;
  readonly builtins: PyDict;
  /** The mapping of a module, class body or exec; undefined in a function. */
  locals: Value | undefined;
  readonly func: PyFunction | undefined;
  stack: Slot[];
  /** First free place of the value stack, an index into `stack`. */
  sp: number;
  /** Index of the instruction to run next. `lasti` tells the one that ran last. */
  ip: number;
  back: Frame | undefined;
  state: FrameState = FrameState.CREATED;
  onReturn: Return = Return.VALUE;
  generator: PyGenerator | undefined = undefined;
  /** The block stack of targets that have one: type, handler and stack level of each, three numbers a block. */
  blocks: number[] | undefined = undefined;
  /** What `f_lineno = n`, `f_trace` and friends need; made when first asked for. */
  extra: FrameExtra | undefined = undefined;

  constructor(
    code: PyCode,
    program: Program,
    globals: PyDict,
    builtins: PyDict,
    locals: Value | undefined,
    func: PyFunction | undefined,
    back: Frame | undefined,
  ) {
    this.type = frameType;
    this.code = code;
    this.program = program;
    this.globals = globals;
    this.builtins = builtins;
    this.locals = locals;
    this.func = func;
    // A copy of an array of undefined keeps the elements of all stacks of one kind, without holes.
    this.stack = program.emptyStack.slice();
    this.sp = program.localCount;
    this.ip = 0;
    this.back = back;
  }

  /** Whether its variables live in `stack`: a function's do. */
  get hasFastLocals(): boolean {
    return this.locals === undefined;
  }

  /** Index of the instruction that runs, or ran last; -1 before the first. */
  get index(): number {
    return this.ip - 1;
  }

  /** f_lasti: byte offset of that instruction in co_code; -1 before the first. */
  get lasti(): number {
    if (this.extra !== undefined && this.extra.unseen >= 0) return this.extra.unseen;
    if (this.ip === 0) return -1;
    const offset = this.program.offsets[this.ip - 1];
    return this.generator !== undefined && this.state !== FrameState.EXECUTING
      ? offset + this.program.suspendedLasti
      : offset;
  }

  /** The source line of that instruction; undefined where it has none. Before the first, co_firstlineno. */
  get line(): number | undefined {
    const unseen = this.extra?.unseen ?? -1;
    if (this.ip === 0 && unseen < 0) return this.code.code.co_firstlineno;
    const line = unseen >= 0 ? this.program.lineOfUnit(unseen >> 1) : this.program.lineOf(this.ip - 1);
    return line < 0 ? undefined : line;
  }
}

inheritPyObject(Frame);

/** Rarely used attributes of a frame. */
export interface FrameExtra {
  /** f_trace. */
  trace: Value;
  traceLines: boolean;
  traceOpcodes: boolean;
  extraLocals: PyDict | undefined;
  /** Index of the instruction of another, or of the same line that ran before what may begin a line; -1 when none did. */
  previous: number;
  /** It has begun, where it may come back to its first instruction. */
  started: boolean;
  /** Offset of the RESUME or NOT_TAKEN at which it stands, and which no Program has; else -1. */
  unseen: number;
}
