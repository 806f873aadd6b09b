import { CodeFlag } from '../../compiler/bytecode/code-object.ts';
import { InternalError } from '../internal-error.ts';
import { wrapAsyncValue } from '../objects/async-generator.ts';
import { PyCell } from '../objects/cell.ts';
import type { PyCode } from '../objects/code.ts';
import { PyDict } from '../objects/dict.ts';
import {
  baseExceptionType,
  newException,
  type PyBaseException,
  runtimeErrorType,
  stopAsyncIterationType,
  stopIterationType,
  typeError,
} from '../objects/exception.ts';
import { PyFunction, PyMethod } from '../objects/function.ts';
import { PyList } from '../objects/list.ts';
import { PyType, type Slot, type Value } from '../objects/object.ts';
import { PySet } from '../objects/set.ts';
import { PyTuple, tupleOf } from '../objects/tuple.ts';
import { call, callWith } from '../operations/call.ts';
import { forEach } from '../operations/iterate.ts';
import { format } from '../operations/text.ts';
import { isTrue } from '../operations/truth.ts';
import { convertValue, dictMerge, dictUpdate, importStar, listExtend, loadSpecial } from './actions.ts';
import type { Frame } from './frame.ts';
import { holderOfHandled } from './handled.ts';
import { Opcode } from './opcode.ts';

// The instructions of targets that keep a block stack (CPython before 3.11; Python/ceval.c of 3.8).

/** An exception raised again, whose traceback has this frame already. */
export class Reraise {
  readonly exception: PyBaseException;
  constructor(exception: PyBaseException) {
    this.exception = exception;
  }
}

const enum Block {
  FINALLY = 0,
  EXCEPT_HANDLER = 1,
}

function pushBlock(frame: Frame, block: Block, handler: number, level: number): void {
  frame.blocks ??= [];
  frame.blocks.push(block, handler, level);
}

function popExceptHandler(frame: Frame): number {
  const { blocks } = frame;
  const level = blocks?.pop();
  blocks?.pop();
  if (level === undefined || blocks?.pop() !== Block.EXCEPT_HANDLER) {
    throw new InternalError('popped block is not an except handler');
  }
  return level;
}

/** Restores the exception that was handled before (UNWIND_EXCEPT_HANDLER); gives the new sp. */
function leaveHandler(frame: Frame, level: number): number {
  holderOfHandled(frame).handled = frame.stack[level + 1] as PyBaseException | null;
  return level;
}

/** Finds the handler of an exception: gives the new sp with `frame.ip` set, or -1 when the frame has none. */
export function unwindBlocks(frame: Frame, exception: PyBaseException): number {
  const { blocks, stack } = frame;
  while (blocks !== undefined && blocks.length > 0) {
    const level = blocks.pop() as number;
    const handler = blocks.pop() as number;
    if (blocks.pop() === Block.EXCEPT_HANDLER) {
      leaveHandler(frame, level);
      continue;
    }
    pushBlock(frame, Block.EXCEPT_HANDLER, -1, level);
    const holder = holderOfHandled(frame);
    const old = holder.handled;
    let sp = level;
    stack[sp++] = old === null ? null : old.traceback;
    stack[sp++] = old;
    stack[sp++] = old === null ? null : old.type;
    stack[sp++] = exception.traceback;
    stack[sp++] = exception;
    stack[sp++] = exception.type;
    holder.handled = exception;
    frame.ip = handler;
    return sp;
  }
  return -1;
}

/** What leaves a generator's frame instead of StopIteration (PEP 479; gen_send_ex). */
export function convertStopIteration(frame: Frame, exception: PyBaseException): PyBaseException {
  const { co_flags } = frame.code.code;
  let message: string;
  if (exception.type.isSubtype(stopIterationType)) {
    message = 'generator raised StopIteration';
    if (co_flags & CodeFlag.CO_COROUTINE) message = 'coroutine raised StopIteration';
    if (co_flags & CodeFlag.CO_ASYNC_GENERATOR) message = 'async generator raised StopIteration';
  } else if (co_flags & CodeFlag.CO_ASYNC_GENERATOR && exception.type.isSubtype(stopAsyncIterationType)) {
    message = 'async generator raised StopAsyncIteration';
  } else return exception;
  const error = newException(runtimeErrorType, message);
  error.cause = exception;
  error.context = exception;
  error.suppressContext = true;
  return error;
}

/** What YIELD_VALUE gives: an async generator's own values are wrapped. */
export function yielded(frame: Frame, value: Value): Value {
  return frame.code.code.co_flags & CodeFlag.CO_ASYNC_GENERATOR ? wrapAsyncValue(value) : value;
}

/** Makes room for the NULL that our CALL has above the callable. */
export function insertNull(stack: Slot[], sp: number, at: number): void {
  for (let i = sp; i > at; i--) stack[i] = stack[i - 1];
  stack[at] = undefined;
}

/** Runs one instruction; gives the new sp. Jumps by setting `frame.ip`. */
export function executeBlockStack(op: Opcode, frame: Frame, sp: number, arg: number): number {
  const { stack } = frame;
  switch (op) {
    case Opcode.MAKE_CELL_38:
      makeCell(frame, arg);
      return sp;
    case Opcode.SETUP_FINALLY_38:
      pushBlock(frame, Block.FINALLY, arg, sp);
      return sp;
    case Opcode.POP_BLOCK_38:
      frame.blocks!.length -= 3;
      return sp;
    case Opcode.POP_EXCEPT_38:
      // `return` out of a handler has put its value below the three, so the block's level doesn't say where they are.
      popExceptHandler(frame);
      return leaveHandler(frame, sp - 3);
    case Opcode.CALL_FINALLY_38:
      stack[sp] = nextOffset(frame);
      frame.ip = arg;
      return sp + 1;
    case Opcode.END_FINALLY_38: {
      const top = stack[sp - 1];
      if (top === undefined) return sp - 1;
      if (typeof top === 'number') {
        frame.ip = frame.program.indices[top >> 1];
        return sp - 1;
      }
      throw new Reraise(stack[sp - 2] as PyBaseException);
    }
    case Opcode.POP_FINALLY_38:
      return popFinally(frame, sp, arg);
    case Opcode.SETUP_WITH_38: {
      const entered = enter(stack, sp, 0);
      pushBlock(frame, Block.FINALLY, arg, sp);
      stack[sp] = entered;
      return sp + 1;
    }
    case Opcode.BEFORE_ASYNC_WITH_38:
      stack[sp] = enter(stack, sp, 2);
      return sp + 1;
    case Opcode.SETUP_ASYNC_WITH_38:
      pushBlock(frame, Block.FINALLY, arg, sp - 1);
      return sp;
    case Opcode.WITH_CLEANUP_START_38:
      return withCleanupStart(frame, sp);
    case Opcode.WITH_CLEANUP_FINISH_38: {
      const result = stack[sp - 1] as Value;
      const exception = stack[sp - 2] as Value;
      if (exception === null || !isTrue(result)) return sp - 2;
      const restored = leaveHandler(frame, popExceptHandler(frame));
      stack[restored] = undefined;
      return restored + 1;
    }
    case Opcode.END_ASYNC_FOR_38: {
      const exception = stack[sp - 2] as PyBaseException;
      if (!exception.type.isSubtype(stopAsyncIterationType)) throw new Reraise(exception);
      return leaveHandler(frame, popExceptHandler(frame)) - 1;
    }
    case Opcode.COMPARE_EXC_MATCH_38:
      stack[sp - 2] = matchesType(stack[sp - 2] as Value, stack[sp - 1] as Value);
      return sp - 1;
    case Opcode.MAKE_FUNCTION_38:
      return makeFunction(frame, sp, arg);
    case Opcode.FORMAT_VALUE_38: {
      const spec = arg & 4 ? (stack[--sp] as Value) : '';
      let value = stack[sp - 1] as Value;
      if (arg & 3) value = convertValue(value, arg & 3);
      stack[sp - 1] = typeof value === 'string' && spec === '' ? value : format(value, spec);
      return sp;
    }
    case Opcode.IMPORT_STAR_38:
      importStar(frame, stack[sp - 1] as Value);
      return sp - 1;
    case Opcode.BUILD_LIST_UNPACK_38:
    case Opcode.BUILD_TUPLE_UNPACK_38:
    case Opcode.BUILD_TUPLE_UNPACK_WITH_CALL_38: {
      const list = new PyList([]);
      for (let i = sp - arg; i < sp; i++) listExtend(list, stack[i] as Value);
      stack[sp - arg] = op === Opcode.BUILD_LIST_UNPACK_38 ? list : tupleOf(list.items);
      return sp - arg + 1;
    }
    case Opcode.BUILD_SET_UNPACK_38: {
      const set = new PySet();
      for (let i = sp - arg; i < sp; i++) {
        forEach(stack[i] as Value, (item) => {
          set.add(item);
        });
      }
      stack[sp - arg] = set;
      return sp - arg + 1;
    }
    case Opcode.BUILD_MAP_UNPACK_38:
    case Opcode.BUILD_MAP_UNPACK_WITH_CALL_38: {
      const dict = new PyDict();
      for (let i = sp - arg; i < sp; i++) {
        if (op === Opcode.BUILD_MAP_UNPACK_38) dictUpdate(dict, stack[i] as Value);
        else dictMerge(dict, stack[i] as Value, stack[sp - arg - 2] as Value);
      }
      stack[sp - arg] = dict;
      return sp - arg + 1;
    }
    default:
      throw new InternalError(`opcode ${op} at ${frame.lasti} isn't implemented`);
  }
}

/** Offset of the instruction after the one that runs: what CALL_FINALLY leaves for END_FINALLY. */
function nextOffset(frame: Frame): number {
  return frame.program.offsets[frame.ip];
}

/** The cell in slot `at`; an argument of the same name moves into it. */
function makeCell(frame: Frame, at: number): void {
  const { co_localsplusnames: names, co_argcount, co_kwonlyargcount, co_flags } = frame.code.code;
  let args = co_argcount + co_kwonlyargcount;
  if (co_flags & CodeFlag.CO_VARARGS) args++;
  if (co_flags & CodeFlag.CO_VARKEYWORDS) args++;
  const argument = names.indexOf(names[at]);
  if (argument < args && argument !== at) {
    frame.stack[at] = new PyCell(frame.stack[argument]);
    frame.stack[argument] = undefined;
  } else frame.stack[at] = new PyCell(undefined);
}

function popFinally(frame: Frame, given: number, preserves: number): number {
  const { stack } = frame;
  let sp = given;
  const result = preserves ? stack[--sp] : undefined;
  const top = stack[--sp];
  if (top !== undefined && typeof top !== 'number') sp = leaveHandler(frame, popExceptHandler(frame));
  if (preserves) stack[sp++] = result;
  return sp;
}

/** Replaces a context manager by its bound `__exit__` and gives what its `__enter__` gives; `which` as LOAD_SPECIAL's. */
function enter(stack: Slot[], sp: number, which: number): Value {
  const manager = stack[sp - 1] as Value;
  const bound = (special: number): Value => {
    stack[sp] = manager;
    const self = loadSpecial(stack, sp, special);
    const method = stack[sp] as Value;
    return self === undefined ? method : new PyMethod(method, self);
  };
  const enterMethod = bound(which);
  stack[sp - 1] = bound(which + 1);
  return call(enterMethod);
}

/** Calls `__exit__` with the exception or three Nones; leaves the exception's type and the result on the stack. */
function withCleanupStart(frame: Frame, given: number): number {
  const { stack } = frame;
  let sp = given;
  const top = stack[sp - 1];
  let exit: Value;
  let args: Value[];
  if (top === undefined) {
    sp--;
    exit = stack[sp - 1] as Value;
    stack[sp - 1] = undefined;
    args = [null, null, null];
  } else {
    args = [top, stack[sp - 2] as Value, stack[sp - 3] as Value];
    exit = stack[sp - 7] as Value;
    stack[sp - 7] = stack[sp - 6];
    stack[sp - 6] = stack[sp - 5];
    stack[sp - 5] = stack[sp - 4];
    stack[sp - 4] = undefined;
    frame.blocks![frame.blocks!.length - 1]--;
  }
  const result = callWith(exit, args, undefined);
  stack[sp] = args[0];
  stack[sp + 1] = result;
  return sp + 2;
}

function matchesType(type: Value, pattern: Value): boolean {
  const patterns = pattern instanceof PyTuple ? pattern.items : [pattern];
  for (const item of patterns) {
    if (!(item instanceof PyType) || !item.isSubtype(baseExceptionType)) {
      throw typeError('catching classes that do not inherit from BaseException is not allowed');
    }
  }
  return patterns.some((item) => (type as PyType).isSubtype(item as PyType));
}

function makeFunction(frame: Frame, given: number, flags: number): number {
  const { stack } = frame;
  let sp = given;
  const qualname = stack[--sp] as string;
  const func = new PyFunction(stack[--sp] as PyCode, frame.globals, frame.builtins);
  func.qualname = qualname;
  const [doc] = func.code.consts;
  if (typeof doc === 'string') func.doc = doc;
  if (flags & 8) func.closure = stack[--sp] as PyTuple;
  if (flags & 4) func.setAnnotations(stack[--sp] as Value);
  if (flags & 2) func.kwdefaults = stack[--sp] as PyDict;
  if (flags & 1) func.defaults = stack[--sp] as PyTuple;
  stack[sp] = func;
  return sp + 1;
}
