import { leaveContext } from '../modules/contextvars.ts';
import { PyCell } from '../objects/cell.ts';
import { PyBuiltin, PyMethodDescriptor } from '../objects/descriptor.ts';
import type { PyDict } from '../objects/dict.ts';
import {
  isException,
  type PyBaseException,
  stopAsyncIterationType,
  stopIteration,
  stopIterationType,
  valueError,
} from '../objects/exception.ts';
import { dropCallResult } from '../objects/finalization.ts';
import { PyFloat } from '../objects/float.ts';
import { PyFunction, PyMethod } from '../objects/function.ts';
import { PyGenerator } from '../objects/generator.ts';
import { ArrayIterator, RangeIterator } from '../objects/iterator.ts';
import { PyList } from '../objects/list.ts';
import { PyModule } from '../objects/module.ts';
import {
  coroutineType,
  floatType,
  generatorType,
  listType,
  PyInstance,
  PyType,
  type Slot,
  typeOf,
  type Value,
} from '../objects/object.ts';
import { type BuiltinDef, InlineCall } from '../objects/signature.ts';
import { PySlice } from '../objects/slice.ts';
import { PyTuple, tupleOf } from '../objects/tuple.ts';
import * as arithmetic from '../operations/arithmetic.ts';
import { setAttribute } from '../operations/attribute.ts';
import { callWith } from '../operations/call.ts';
import { compareNumbers, richCompare } from '../operations/compare.ts';
import { getIterator, takeStopValue } from '../operations/iterate.ts';
import { binarySlice, contains, findItem, lengthOf, missingItem, setSubscript } from '../operations/subscript.ts';
import { isTrue } from '../operations/truth.ts';
import * as actions from './actions.ts';
import * as blockStack from './block-stack.ts';
import { frameForCall, makeGenerator } from './call.ts';
import { programOf } from './decode.ts';
import { linkGenerator, linkNext, linkSend, unlinkGenerator } from './delegation.ts';
import { recursionError } from './depth.ts';
import { frameOfCall } from './forward.ts';
import { Frame, FrameState, Return } from './frame.ts';
import { holderOfHandled } from './handled.ts';
import * as names from './names.ts';
import { Opcode } from './opcode.ts';
import { type Program, Word } from './program.ts';
import * as specialize from './specialize.ts';
import { vm } from './state.ts';
import { awaitable, checkExceptionMatch, sendSlow } from './suspend.ts';
import { endedElsewhere, ThreadSwitch } from './thread-switch.ts';
import { segmentOf, switchThread, takeRaised } from './threads.ts';
import { throughTraps } from './traps.ts';
import { addTraceback, chainContext, findHandler, pythonException } from './unwind.ts';

const enum Safe {
  /** Number.MAX_SAFE_INTEGER */
  MAX = 9007199254740991,
}

/**
 * Runs a frame until it returns, yields (a generator's frame) or raises; gives what it returned or yielded. Calls of
 * Python functions and resumptions of generators from within go on in the same loop, by another frame; so do other threads, when
 * this one waits or its turn is over. With `thrown`, the frame first raises that where it stands (gen.throw).
 */
export function run(entry: Frame, thrown?: PyBaseException): Value {
  if (++vm.depth > vm.recursionLimit) {
    vm.depth--;
    throw recursionError('');
  }
  const outer = vm.frame;
  const entryDepth = vm.depth;
  entry.onReturn = Return.ENTRY;
  entry.state = FrameState.EXECUTING;
  vm.frame = entry;
  const raised = thrown === undefined || vm.monitoring === undefined ? thrown : vm.monitoring.thrown(entry, thrown);
  const result = runFrames(entry, outer, entry, entryDepth, raised, true);
  return result === undefined ? takeTurns(entry, outer, entryDepth) : result;
}

/** Waits within native code that was called by the innermost frame: other threads run meanwhile (`block`). */
export function runOthers(entry: Frame, change: ThreadSwitch): Value {
  const outer = vm.frame;
  entry.onReturn = Return.ENTRY;
  entry.state = FrameState.EXECUTING;
  vm.frame = entry;
  vm.switching = change;
  return takeTurns(entry, outer, ++vm.depth);
}

/** Goes on with this run() of `entry`, and with other threads as their turns come, until entry is left. */
function takeTurns(entry: Frame, outer: Frame | undefined, entryDepth: number): Value {
  let bottom = entry;
  let bottomDepth = entryDepth;
  for (;;) {
    const { escaped } = vm;
    if (escaped !== undefined) {
      vm.escaped = undefined;
      throw escaped;
    }
    let raised: PyBaseException | undefined;
    if (vm.switching !== undefined) {
      const ended = switchThread(entry);
      if (ended !== undefined) {
        vm.frame = outer;
        if (ended.exception !== undefined) throw ended.exception;
        return ended.value;
      }
      const segment = segmentOf(vm.frame as Frame);
      bottom = segment.first;
      bottomDepth = vm.depth - segment.depth;
      raised = takeRaised();
    }
    const result = runFrames(entry, outer, bottom, bottomDepth, raised, false);
    if (result !== undefined) return result;
  }
}

/**
 * Goes on with `vm.frame`, which is `entry` or was called by it, until entry is left; gives undefined when a ration of fuel is
 * used up, when `vm.switching` says why another thread's turn has come, or when entry raised `vm.escaped`: V8 needs long to find out
 * where in a function of this size something was thrown. `bottom` is the first frame of those that run: entry, or
 * where another thread's frames begin. Being called anew for each ration lets a program that runs in one loop get the optimised version of this function; V8's
 * other way, to replace it within the loop, makes far slower code, which knows no types of the loop's variables.
 */
function runFrames(
  entry: Frame,
  outer: Frame | undefined,
  bottom: Frame,
  bottomDepth: number,
  thrown: PyBaseException | undefined,
  entering: boolean,
): Slot {
  let frame = vm.frame as Frame;
  let sp = frame.sp;
  let ip = frame.ip;
  // RERAISE and its like go on with an exception whose traceback has this frame already.
  let reraising = false;
  // What `raise` raises here, or a catch below has caught; unwound before going on.
  let raised = thrown;
  // What stands in the place of a trap, to be run instead of the next instruction.
  let trapped = -1;
  raising: for (;;) {
    if (raised !== undefined) {
      let exception: PyBaseException = raised;
      raised = undefined;
      // Whoever throws into a generator has seen to the context.
      if (exception.traceback === null && thrown === undefined) chainContext(exception);
      thrown = undefined;
      if (!reraising) {
        frame.ip = ip;
        if (vm.debugging !== undefined) {
          frame.sp = sp;
          vm.debugging.raised(frame, exception);
        }
      }
      for (;;) {
        const { program } = frame;
        if (!reraising) {
          addTraceback(exception, frame);
          if (vm.monitoring !== undefined) {
            frame.ip = ip;
            exception = vm.monitoring.raised(frame, exception);
          }
        } else if (vm.monitoring !== undefined) exception = vm.monitoring.reraised(frame, exception, ip - 1);
        reraising = false;
        if (program.blockStack) {
          frame.ip = ip;
          const level = blockStack.unwindBlocks(frame, exception);
          if (level >= 0) {
            frame.sp = level;
            if (vm.monitoring === undefined) break;
            const handled = vm.monitoring.handled(frame, exception, frame.ip);
            if (handled === exception) break;
            exception = handled;
            ip = frame.ip + 1;
            reraising = true;
            continue;
          }
        }
        const handler = findHandler(program, ip - 1);
        if (program.traps !== undefined) vm.lastReferences.unwinds(frame, exception, handler);
        if (handler >= 0) {
          const entered = program.handlers[handler + 2];
          const handled = vm.monitoring === undefined ? exception : vm.monitoring.handled(frame, exception, entered);
          enterHandler(frame, handler, frame.ip - 1, exception);
          if (handled === exception) break;
          exception = handled;
          ip = entered + 1;
          reraising = true;
          continue;
        }
        if (vm.monitoring !== undefined) exception = vm.monitoring.unwinds(frame, exception);
        const { generator, back, onReturn } = frame;
        frame.state = FrameState.COMPLETED;
        vm.depth--;
        if (generator !== undefined) {
          if (program.blockStack) exception = blockStack.convertStopIteration(frame, exception);
          generator.finish();
        }
        if (onReturn === Return.ENTRY) {
          if (frame !== entry) {
            vm.switching = endedElsewhere(frame, back, null, exception);
            return undefined;
          }
          vm.frame = outer;
          vm.escaped = exception;
          return undefined;
        }
        if (onReturn === Return.CONTEXT) leaveContext();
        frame = back as Frame;
        vm.frame = frame;
        ip = frame.ip;
      }
    }
    try {
      if (entering) {
        entering = false;
        if (--vm.fuel < 0) {
          outOfFuel(frame, frame.ip === 0);
          return undefined;
        }
      }
      // One turn for each change of frame.
      frames: for (;;) {
        const { program, stack } = frame;
        const { words } = program;
        // Set when the frame returns.
        let result: Slot;
        sp = frame.sp;
        ip = frame.ip;
        let word = trapped < 0 ? words[ip] : trapped;
        trapped = -1;
        // `| 0` tells V8 that these stay small integers, which it needn't check or box then.
        loop: for (ip = (ip + 1) | 0; ; sp |= 0, word = words[ip], ip = (ip + 1) | 0) {
          const arg = word >> Word.SHIFT;
          const op: Opcode = word & Word.OPCODE;
          switch (op) {
            case Opcode.TRAP:
              frame.ip = ip;
              frame.sp = sp;
              trapped = throughTraps(frame);
              continue frames;
            case Opcode.NOP:
            case Opcode.RESUME:
            case Opcode.RESUME_AFTER:
            case Opcode.END_FOR:
              continue loop;

            // Locals, cells and constants.
            case Opcode.LOAD_FAST:
              stack[sp++] = stack[arg];
              continue loop;
            case Opcode.LOAD_FAST_LOAD_FAST:
              stack[sp++] = stack[arg >> 4];
              stack[sp++] = stack[arg & 15];
              continue loop;
            case Opcode.LOAD_FAST_CHECK: {
              const value = stack[arg];
              if (value === undefined) throw names.unboundLocal(frame, arg);
              stack[sp++] = value;
              continue loop;
            }
            case Opcode.LOAD_FAST_AND_CLEAR:
              stack[sp++] = stack[arg];
              stack[arg] = undefined;
              continue loop;
            case Opcode.STORE_FAST:
              stack[arg] = stack[--sp];
              continue loop;
            case Opcode.STORE_FAST_LOAD_FAST:
              stack[arg >> 4] = stack[sp - 1];
              stack[sp - 1] = stack[arg & 15];
              continue loop;
            case Opcode.STORE_FAST_STORE_FAST:
              stack[arg >> 4] = stack[--sp];
              stack[arg & 15] = stack[--sp];
              continue loop;
            case Opcode.DELETE_FAST:
              if (stack[arg] === undefined) throw names.unboundLocal(frame, arg);
              stack[arg] = undefined;
              continue loop;
            case Opcode.LOAD_CONST:
              stack[sp++] = program.consts[arg];
              continue loop;
            case Opcode.LOAD_SMALL_INT:
              stack[sp++] = arg;
              continue loop;
            case Opcode.LOAD_COMMON_CONSTANT:
              stack[sp++] = actions.commonConstant(arg);
              continue loop;
            case Opcode.COPY_FREE_VARS: {
              const { items } = frame.func!.closure!;
              const first = program.localCount - arg;
              for (let i = 0; i < arg; i++) stack[first + i] = items[i];
              continue loop;
            }
            case Opcode.MAKE_CELL:
              stack[arg] = new PyCell(stack[arg]);
              continue loop;
            case Opcode.LOAD_DEREF: {
              const value = (stack[arg] as PyCell).contents;
              if (value === undefined) throw names.unboundCell(frame, arg);
              stack[sp++] = value;
              continue loop;
            }
            case Opcode.STORE_DEREF:
              (stack[arg] as PyCell).contents = stack[--sp];
              continue loop;
            case Opcode.DELETE_DEREF:
              if ((stack[arg] as PyCell).contents === undefined) throw names.unboundCell(frame, arg);
              (stack[arg] as PyCell).contents = undefined;
              continue loop;
            case Opcode.LOAD_CLOSURE:
              stack[sp++] = stack[arg];
              continue loop;

            // Names.
            case Opcode.LOAD_GLOBAL_MODULE:
            case Opcode.LOAD_GLOBAL_MODULE_NULL: {
              const { index, key } = program.caches[ip - 1]!;
              const { globals } = frame;
              stack[sp++] =
                globals.keys[index] === key
                  ? globals.values[index]
                  : specialize.loadGlobal(frame, program, ip - 1, arg);
              if (op === Opcode.LOAD_GLOBAL_MODULE_NULL) stack[sp++] = undefined;
              continue loop;
            }
            case Opcode.LOAD_GLOBAL_BUILTIN:
            case Opcode.LOAD_GLOBAL_BUILTIN_NULL: {
              const { index, key, version } = program.caches[ip - 1]!;
              const { builtins } = frame;
              stack[sp++] =
                frame.globals.keysVersion === version && builtins.keys[index] === key
                  ? builtins.values[index]
                  : specialize.loadGlobal(frame, program, ip - 1, arg);
              if (op === Opcode.LOAD_GLOBAL_BUILTIN_NULL) stack[sp++] = undefined;
              continue loop;
            }
            case Opcode.LOAD_GLOBAL:
              stack[sp++] = specialize.loadGlobal(frame, program, ip - 1, arg);
              continue loop;
            case Opcode.LOAD_GLOBAL_NULL:
              stack[sp++] = specialize.loadGlobal(frame, program, ip - 1, arg);
              stack[sp++] = undefined;
              continue loop;
            case Opcode.LOAD_NAME:
              frame.ip = ip;
              stack[sp++] = names.loadName(frame, program.names[arg]);
              continue loop;
            case Opcode.LOAD_LOCALS:
              stack[sp++] = names.localsMapping(frame);
              continue loop;
            case Opcode.LOAD_FROM_DICT_OR_GLOBALS:
              stack[sp - 1] = names.loadFromDictOrGlobals(frame, stack[sp - 1] as Value, program.names[arg]);
              continue loop;
            case Opcode.LOAD_FROM_DICT_OR_DEREF:
              stack[sp - 1] = names.loadFromDictOrDeref(frame, stack[sp - 1] as Value, arg);
              continue loop;
            case Opcode.STORE_NAME:
              frame.ip = ip;
              names.storeName(frame, program.names[arg], stack[--sp] as Value);
              continue loop;
            case Opcode.DELETE_NAME:
              names.deleteName(frame, program.names[arg]);
              continue loop;
            case Opcode.STORE_GLOBAL:
              frame.globals.setString(program.names[arg], stack[--sp] as Value);
              continue loop;
            case Opcode.DELETE_GLOBAL:
              names.deleteGlobal(frame, program.names[arg]);
              continue loop;

            // Attributes.
            case Opcode.LOAD_ATTR_INSTANCE_VALUE: {
              const owner = stack[sp - 1] as Value;
              const cache = program.caches[ip - 1]!;
              if (owner instanceof PyInstance && owner.shape === cache.shape && owner.type.version === cache.version) {
                stack[sp - 1] = owner.values[cache.index];
                continue loop;
              }
              frame.ip = ip;
              frame.sp = sp;
              stack[sp - 1] = specialize.loadAttribute(program, ip - 1, owner, program.names[arg]);
              continue loop;
            }
            case Opcode.LOAD_ATTR_SLOT: {
              const owner = stack[sp - 1] as Value;
              const cache = program.caches[ip - 1]!;
              if (typeof owner === 'object' && owner !== null && owner.type.version === cache.version) {
                const value = owner.slots?.[cache.index];
                if (value !== undefined) {
                  stack[sp - 1] = value;
                  continue loop;
                }
              }
              frame.ip = ip;
              frame.sp = sp;
              stack[sp - 1] = specialize.loadAttribute(program, ip - 1, owner, program.names[arg]);
              continue loop;
            }
            case Opcode.LOAD_ATTR_PROPERTY: {
              const owner = stack[sp - 1] as Value;
              const cache = program.caches[ip - 1]!;
              frame.ip = ip;
              if (typeOf(owner).version === cache.version) {
                frame.sp = sp - 1;
                frame = startCall(cache.value as PyFunction, stack, sp - 1, 1, frame);
                break loop;
              }
              frame.sp = sp;
              stack[sp - 1] = specialize.loadAttribute(program, ip - 1, owner, program.names[arg]);
              continue loop;
            }
            case Opcode.LOAD_ATTR_MODULE: {
              const owner = stack[sp - 1] as Value;
              const { index, key } = program.caches[ip - 1]!;
              if (owner instanceof PyModule && owner.dict.keys[index] === key) {
                stack[sp - 1] = owner.dict.values[index];
                continue loop;
              }
              frame.ip = ip;
              frame.sp = sp;
              stack[sp - 1] = specialize.loadAttribute(program, ip - 1, owner, program.names[arg]);
              continue loop;
            }
            case Opcode.LOAD_ATTR:
              frame.ip = ip;
              frame.sp = sp;
              stack[sp - 1] = specialize.loadAttribute(program, ip - 1, stack[sp - 1] as Value, program.names[arg]);
              continue loop;
            case Opcode.LOAD_ATTR_METHOD_WITH_SHAPE: {
              const owner = stack[sp - 1] as Value;
              const cache = program.caches[ip - 1]!;
              if (owner instanceof PyInstance && owner.shape === cache.shape && owner.type.version === cache.version) {
                stack[sp - 1] = cache.value;
                stack[sp++] = owner;
                continue loop;
              }
              frame.ip = ip;
              frame.sp = sp;
              stack[sp] = specialize.loadMethod(program, ip - 1, owner, program.names[arg], stack, sp - 1);
              sp++;
              continue loop;
            }
            case Opcode.LOAD_ATTR_METHOD_NO_DICT: {
              const owner = stack[sp - 1] as Value;
              const cache = program.caches[ip - 1]!;
              if (typeOf(owner).version === cache.version) {
                stack[sp - 1] = cache.value;
                stack[sp++] = owner;
                continue loop;
              }
              frame.ip = ip;
              frame.sp = sp;
              stack[sp] = specialize.loadMethod(program, ip - 1, owner, program.names[arg], stack, sp - 1);
              sp++;
              continue loop;
            }
            case Opcode.LOAD_ATTR_METHOD:
              frame.ip = ip;
              frame.sp = sp;
              stack[sp] = specialize.loadMethod(
                program,
                ip - 1,
                stack[sp - 1] as Value,
                program.names[arg],
                stack,
                sp - 1,
              );
              sp++;
              continue loop;
            case Opcode.LOAD_SUPER_ATTR:
              frame.ip = ip;
              sp = actions.loadSuperAttribute(stack, sp, arg, program.names[arg >> 2]) | 0;
              continue loop;
            case Opcode.STORE_ATTR_INSTANCE_VALUE: {
              const owner = stack[sp - 1] as Value;
              const cache = program.caches[ip - 1]!;
              if (owner instanceof PyInstance && owner.shape === cache.shape && owner.type.version === cache.version) {
                if (cache.nextShape === undefined) owner.values[cache.index] = stack[sp - 2] as Value;
                else {
                  owner.values.push(stack[sp - 2] as Value);
                  owner.shape = cache.nextShape;
                }
                sp -= 2;
                continue loop;
              }
              frame.ip = ip;
              frame.sp = sp;
              specialize.storeAttribute(program, ip - 1, owner, program.names[arg], stack[sp - 2] as Value);
              sp -= 2;
              continue loop;
            }
            case Opcode.STORE_ATTR:
              frame.ip = ip;
              frame.sp = sp;
              specialize.storeAttribute(
                program,
                ip - 1,
                stack[sp - 1] as Value,
                program.names[arg],
                stack[sp - 2] as Value,
              );
              sp -= 2;
              continue loop;
            case Opcode.DELETE_ATTR:
              frame.ip = ip;
              setAttribute(stack[--sp] as Value, program.names[arg], undefined);
              continue loop;
            case Opcode.LOAD_SPECIAL:
              frame.ip = ip;
              stack[sp] = actions.loadSpecial(stack, sp - 1, arg);
              sp++;
              continue loop;

            // The value stack.
            case Opcode.POP_TOP:
            case Opcode.POP_ITER:
              sp--;
              continue loop;
            case Opcode.POP_CALL_RESULT:
              if (stack[--sp] instanceof PyGenerator) {
                frame.ip = ip;
                frame.sp = sp;
                dropCallResult(stack[sp] as Value, frame.code, program.lineOf(ip - 1));
              }
              continue loop;
            case Opcode.PUSH_NULL:
              stack[sp++] = undefined;
              continue loop;
            case Opcode.COPY:
              stack[sp] = stack[sp - arg];
              sp++;
              continue loop;
            case Opcode.SWAP: {
              const top = stack[sp - 1];
              stack[sp - 1] = stack[sp - arg];
              stack[sp - arg] = top;
              continue loop;
            }

            // Operators.
            case Opcode.ADD_SMALL_INT: {
              const left = stack[sp - 1] as Value;
              if (typeof left === 'number') {
                const sum = left + arg;
                if (sum <= Safe.MAX) {
                  stack[sp - 1] = sum;
                  ip++;
                  continue loop;
                }
              }
              stack[sp++] = arg;
              continue loop;
            }
            case Opcode.SUBTRACT_SMALL_INT: {
              const left = stack[sp - 1] as Value;
              if (typeof left === 'number') {
                const difference = left - arg;
                if (difference >= -Safe.MAX) {
                  stack[sp - 1] = difference;
                  ip++;
                  continue loop;
                }
              }
              stack[sp++] = arg;
              continue loop;
            }
            case Opcode.BINARY_ADD: {
              const right = stack[--sp] as Value;
              const left = stack[sp - 1] as Value;
              if (typeof left === 'number' && typeof right === 'number') {
                const sum = left + right;
                if (sum <= Safe.MAX && sum >= -Safe.MAX) {
                  stack[sp - 1] = sum;
                  continue loop;
                }
              } else if (left instanceof PyFloat && right instanceof PyFloat) {
                if (left.type === floatType && right.type === floatType) {
                  stack[sp - 1] = new PyFloat(left.value + right.value);
                  continue loop;
                }
              }
              frame.ip = ip;
              frame.sp = sp;
              stack[sp - 1] = arithmetic.binaryOperation(arg, left, right);
              continue loop;
            }
            case Opcode.BINARY_SUBTRACT: {
              const right = stack[--sp] as Value;
              const left = stack[sp - 1] as Value;
              if (typeof left === 'number' && typeof right === 'number') {
                const difference = left - right;
                if (difference <= Safe.MAX && difference >= -Safe.MAX) {
                  stack[sp - 1] = difference;
                  continue loop;
                }
              } else if (left instanceof PyFloat && right instanceof PyFloat) {
                if (left.type === floatType && right.type === floatType) {
                  stack[sp - 1] = new PyFloat(left.value - right.value);
                  continue loop;
                }
              }
              frame.ip = ip;
              frame.sp = sp;
              stack[sp - 1] = arithmetic.binaryOperation(arg, left, right);
              continue loop;
            }
            case Opcode.BINARY_MULTIPLY: {
              const right = stack[--sp] as Value;
              const left = stack[sp - 1] as Value;
              if (typeof left === 'number' && typeof right === 'number') {
                const product = left * right;
                if (product <= Safe.MAX && product >= -Safe.MAX) {
                  stack[sp - 1] = product + 0;
                  continue loop;
                }
              } else if (left instanceof PyFloat && right instanceof PyFloat) {
                if (left.type === floatType && right.type === floatType) {
                  stack[sp - 1] = new PyFloat(left.value * right.value);
                  continue loop;
                }
              }
              frame.ip = ip;
              frame.sp = sp;
              stack[sp - 1] = arithmetic.binaryOperation(arg, left, right);
              continue loop;
            }
            case Opcode.BINARY_SUBSCR: {
              const key = stack[--sp] as Value;
              const container = stack[sp - 1] as Value;
              if (typeof key === 'number' && container instanceof PyList && container.type === listType) {
                const value = container.items[key];
                if (value !== undefined) {
                  stack[sp - 1] = value;
                  continue loop;
                }
              }
              frame.ip = ip;
              frame.sp = sp;
              const item = findItem(container, key);
              if (item === undefined) {
                raised = missingItem(container, key);
                continue raising;
              }
              stack[sp - 1] = item;
              continue loop;
            }
            case Opcode.BINARY_OP:
              frame.ip = ip;
              frame.sp = --sp;
              stack[sp - 1] = arithmetic.binaryOperation(arg, stack[sp - 1] as Value, stack[sp] as Value);
              continue loop;
            case Opcode.BINARY_SLICE:
              frame.ip = ip;
              sp -= 2;
              stack[sp - 1] = binarySlice(stack[sp - 1] as Value, stack[sp] as Value, stack[sp + 1] as Value);
              continue loop;
            case Opcode.STORE_SLICE:
              frame.ip = ip;
              sp -= 4;
              setSubscript(
                stack[sp + 1] as Value,
                new PySlice(stack[sp + 2] as Value, stack[sp + 3] as Value, null),
                stack[sp] as Value,
              );
              continue loop;
            case Opcode.STORE_SUBSCR: {
              frame.ip = ip;
              sp -= 3;
              const key = stack[sp + 2] as Value;
              const container = stack[sp + 1] as Value;
              if (typeof key === 'number' && container instanceof PyList && container.type === listType) {
                const { items } = container;
                if (key >= 0 && key < items.length) {
                  items[key] = stack[sp] as Value;
                  continue loop;
                }
              }
              setSubscript(container, key, stack[sp] as Value);
              continue loop;
            }
            case Opcode.DELETE_SUBSCR:
              frame.ip = ip;
              sp -= 2;
              setSubscript(stack[sp] as Value, stack[sp + 1] as Value, undefined);
              continue loop;
            case Opcode.UNARY_NEGATIVE:
              frame.ip = ip;
              stack[sp - 1] = arithmetic.negative(stack[sp - 1] as Value);
              continue loop;
            case Opcode.UNARY_POSITIVE:
              frame.ip = ip;
              stack[sp - 1] = arithmetic.positive(stack[sp - 1] as Value);
              continue loop;
            case Opcode.UNARY_INVERT:
              frame.ip = ip;
              stack[sp - 1] = arithmetic.invert(stack[sp - 1] as Value);
              continue loop;
            case Opcode.UNARY_NOT:
              stack[sp - 1] = !stack[sp - 1];
              continue loop;
            case Opcode.TO_BOOL: {
              const value = stack[sp - 1] as Value;
              if (typeof value === 'boolean') continue loop;
              frame.ip = ip;
              stack[sp - 1] = isTrue(value);
              continue loop;
            }
            case Opcode.COMPARE_OP_BOOL: {
              const right = stack[--sp] as Value;
              const left = stack[sp - 1] as Value;
              if (typeof left === 'number' && typeof right === 'number')
                stack[sp - 1] = compareNumbers(left, right, arg);
              else if (
                left instanceof PyFloat &&
                right instanceof PyFloat &&
                left.type === right.type &&
                left.type === floatType
              )
                stack[sp - 1] = compareNumbers(left.value, right.value, arg);
              else {
                frame.ip = ip;
                frame.sp = sp;
                const answer = richCompare(left, right, arg);
                stack[sp - 1] = typeof answer === 'boolean' ? answer : isTrue(answer);
              }
              continue loop;
            }
            case Opcode.COMPARE_JUMP_IF_FALSE:
            case Opcode.COMPARE_JUMP_IF_TRUE: {
              const right = stack[sp - 1] as Value;
              const left = stack[sp - 2] as Value;
              let holds: boolean;
              if (typeof left === 'number' && typeof right === 'number') holds = compareNumbers(left, right, arg);
              else if (
                left instanceof PyFloat &&
                right instanceof PyFloat &&
                left.type === right.type &&
                left.type === floatType
              )
                holds = compareNumbers(left.value, right.value, arg);
              else {
                frame.ip = ip;
                frame.sp = sp - 1;
                const answer = richCompare(left, right, arg);
                holds = typeof answer === 'boolean' ? answer : isTrue(answer);
              }
              sp -= 2;
              if (holds === (op === Opcode.COMPARE_JUMP_IF_TRUE)) ip = words[ip] >> Word.SHIFT;
              else ip++;
              continue loop;
            }
            case Opcode.COMPARE_OP:
              frame.ip = ip;
              frame.sp = --sp;
              stack[sp - 1] = richCompare(stack[sp - 1] as Value, stack[sp] as Value, arg);
              continue loop;
            case Opcode.IS_OP:
              sp--;
              stack[sp - 1] = (stack[sp - 1] === stack[sp] ? 0 : 1) === arg;
              continue loop;
            case Opcode.CONTAINS_OP:
              frame.ip = ip;
              frame.sp = --sp;
              stack[sp - 1] = (contains(stack[sp] as Value, stack[sp - 1] as Value) ? 0 : 1) === arg;
              continue loop;

            // Displays.
            case Opcode.BUILD_TUPLE:
              sp -= arg;
              stack[sp] = tupleOf(stack.slice(sp, sp + arg) as Value[]);
              sp++;
              continue loop;
            case Opcode.BUILD_LIST:
              sp -= arg;
              stack[sp] = new PyList(stack.slice(sp, sp + arg) as Value[]);
              sp++;
              continue loop;
            case Opcode.BUILD_SET:
              sp -= arg;
              stack[sp] = actions.buildSet(stack, sp, arg);
              sp++;
              continue loop;
            case Opcode.BUILD_MAP:
              sp -= arg * 2;
              stack[sp] = actions.buildMap(stack, sp, arg);
              sp++;
              continue loop;
            case Opcode.BUILD_CONST_KEY_MAP:
              sp -= arg + 1;
              stack[sp] = actions.buildConstKeyMap(stack, sp, arg);
              sp++;
              continue loop;
            case Opcode.BUILD_SLICE:
              sp -= arg;
              stack[sp] = new PySlice(
                stack[sp] as Value,
                stack[sp + 1] as Value,
                arg === 3 ? (stack[sp + 2] as Value) : null,
              );
              sp++;
              continue loop;
            case Opcode.BUILD_STRING:
              sp -= arg;
              stack[sp] = actions.buildString(stack, sp, arg);
              sp++;
              continue loop;
            case Opcode.BUILD_TEMPLATE:
              sp--;
              stack[sp - 1] = actions.buildTemplate(stack[sp - 1] as Value, stack[sp] as Value);
              continue loop;
            case Opcode.BUILD_INTERPOLATION:
              sp -= arg & 1 ? 2 : 1;
              stack[sp - 1] = actions.buildInterpolation(stack, sp - 1, arg);
              continue loop;
            case Opcode.LIST_APPEND:
              sp--;
              (stack[sp - arg] as PyList).items.push(stack[sp] as Value);
              continue loop;
            case Opcode.LIST_EXTEND:
              frame.ip = ip;
              sp--;
              actions.listExtend(stack[sp - arg] as PyList, stack[sp] as Value);
              continue loop;
            case Opcode.SET_ADD:
              frame.ip = ip;
              sp--;
              actions.setAdd(stack[sp - arg] as Value, stack[sp] as Value);
              continue loop;
            case Opcode.SET_UPDATE:
              frame.ip = ip;
              sp--;
              actions.setUpdate(stack[sp - arg] as Value, stack[sp] as Value);
              continue loop;
            case Opcode.MAP_ADD:
              frame.ip = ip;
              sp -= 2;
              (stack[sp - arg] as PyDict).set(stack[sp] as Value, stack[sp + 1] as Value);
              continue loop;
            case Opcode.DICT_UPDATE:
              frame.ip = ip;
              sp--;
              actions.dictUpdate(stack[sp - arg] as PyDict, stack[sp] as Value);
              continue loop;
            case Opcode.DICT_MERGE:
              frame.ip = ip;
              sp--;
              actions.dictMerge(stack[sp - arg] as PyDict, stack[sp] as Value, stack[sp - arg - 3] as Value);
              continue loop;
            case Opcode.FORMAT_SIMPLE:
              frame.ip = ip;
              stack[sp - 1] = actions.formatSimple(stack[sp - 1] as Value);
              continue loop;
            case Opcode.FORMAT_WITH_SPEC:
              frame.ip = ip;
              sp--;
              stack[sp - 1] = actions.formatWithSpec(stack[sp - 1] as Value, stack[sp] as Value);
              continue loop;
            case Opcode.CONVERT_VALUE:
              frame.ip = ip;
              stack[sp - 1] = actions.convertValue(stack[sp - 1] as Value, arg);
              continue loop;
            case Opcode.UNPACK_SEQUENCE: {
              const sequence = stack[--sp] as Value;
              if (sequence instanceof PyTuple && sequence.items.length === arg) {
                const { items } = sequence;
                for (let i = arg - 1; i >= 0; i--) stack[sp++] = items[i];
                continue loop;
              }
              frame.ip = ip;
              frame.sp = sp;
              sp = actions.unpackSequence(stack, sp, sequence, arg) | 0;
              continue loop;
            }
            case Opcode.UNPACK_EX:
              frame.ip = ip;
              sp--;
              sp = actions.unpackEx(stack, sp, stack[sp] as Value, arg) | 0;
              continue loop;

            // Jumps.
            case Opcode.JUMP_FORWARD:
            case Opcode.JUMP_BACKWARD_NO_INTERRUPT:
              ip = arg;
              continue loop;
            case Opcode.JUMP_BACKWARD:
              if (--vm.fuel < 0) {
                frame.ip = ip;
                frame.sp = sp;
                outOfFuel(frame, false);
                // Unless the debugger has made it jump.
                if (frame.ip === ip) frame.ip = arg;
                return undefined;
              }
              ip = arg;
              continue loop;
            case Opcode.POP_JUMP_IF_FALSE:
              if (stack[--sp] === false) ip = arg;
              continue loop;
            case Opcode.POP_JUMP_IF_TRUE:
              if (stack[--sp] === true) ip = arg;
              continue loop;
            case Opcode.POP_JUMP_IF_NONE:
              if (stack[--sp] === null) ip = arg;
              continue loop;
            case Opcode.POP_JUMP_IF_NOT_NONE:
              if (stack[--sp] !== null) ip = arg;
              continue loop;

            // Iteration and suspension.
            case Opcode.GET_ITER: {
              const iterable = stack[sp - 1] as Value;
              if (iterable instanceof PyGenerator && iterable.type === generatorType) continue loop;
              frame.ip = ip;
              frame.sp = sp;
              stack[sp - 1] = getIterator(iterable);
              continue loop;
            }
            case Opcode.GET_YIELD_FROM_ITER:
              frame.ip = ip;
              stack[sp - 1] = actions.yieldFromIterator(frame, stack[sp - 1] as Value);
              continue loop;
            case Opcode.FOR_ITER_RANGE_STORE: {
              const iterator = stack[sp - 1] as Value;
              if (iterator instanceof RangeIterator) {
                if (iterator.remaining <= 0) ip = arg;
                else {
                  iterator.remaining--;
                  stack[words[ip] >> Word.SHIFT] = iterator.next;
                  iterator.next += iterator.step;
                  ip++;
                }
                continue loop;
              }
              ip = specialize.generalize(program, ip - 1, Opcode.FOR_ITER_ANY);
              continue loop;
            }
            case Opcode.FOR_ITER_ARRAY_STORE: {
              const iterator = stack[sp - 1] as Value;
              if (iterator instanceof ArrayIterator) {
                const value = iterator.source?.items[iterator.index];
                if (value === undefined) {
                  iterator.source = undefined;
                  ip = arg;
                } else {
                  iterator.index++;
                  stack[words[ip] >> Word.SHIFT] = value;
                  ip++;
                }
                continue loop;
              }
              ip = specialize.generalize(program, ip - 1, Opcode.FOR_ITER_ANY);
              continue loop;
            }
            case Opcode.FOR_ITER_RANGE: {
              const iterator = stack[sp - 1] as Value;
              if (iterator instanceof RangeIterator) {
                if (iterator.remaining <= 0) ip = arg;
                else {
                  iterator.remaining--;
                  stack[sp++] = iterator.next;
                  iterator.next += iterator.step;
                }
                continue loop;
              }
              ip = specialize.generalize(program, ip - 1, Opcode.FOR_ITER_ANY);
              continue loop;
            }
            case Opcode.FOR_ITER_ARRAY: {
              const iterator = stack[sp - 1] as Value;
              if (iterator instanceof ArrayIterator) {
                const value = iterator.source?.items[iterator.index];
                if (value === undefined) {
                  iterator.source = undefined;
                  ip = arg;
                } else {
                  iterator.index++;
                  stack[sp++] = value;
                }
                continue loop;
              }
              ip = specialize.generalize(program, ip - 1, Opcode.FOR_ITER_ANY);
              continue loop;
            }
            case Opcode.FOR_ITER:
            case Opcode.FOR_ITER_ANY: {
              const iterator = stack[sp - 1] as Value;
              frame.ip = ip;
              frame.sp = sp;
              if (iterator instanceof PyGenerator && iterator.type === generatorType) {
                const resumed = iterator.frame;
                if (resumed === undefined) {
                  ip = arg;
                  continue loop;
                }
                if (resumed.state === FrameState.EXECUTING) throw valueError('generator already executing');
                frame = linkGenerator(resumed, frame, null, Return.FOR_ITER);
                break loop;
              }
              if (op === Opcode.FOR_ITER) specialize.forIter(program, ip - 1, iterator);
              const value = typeOf(iterator).tp_iternext!(iterator);
              if (value === undefined) ip = arg;
              else stack[sp++] = value;
              continue loop;
            }
            case Opcode.SEND: {
              const receiver = stack[sp - 2] as Value;
              frame.ip = ip;
              if (
                receiver instanceof PyGenerator &&
                (receiver.type === generatorType || receiver.type === coroutineType)
              ) {
                const resumed = receiver.frame;
                if (resumed !== undefined && resumed.state !== FrameState.EXECUTING) {
                  frame.sp = --sp;
                  frame = linkGenerator(resumed, frame, stack[sp] as Value, Return.SEND);
                  break loop;
                }
              }
              frame.sp = sp;
              const value = sendSlow(receiver, stack[sp - 1] as Value);
              if (value === undefined) {
                stack[sp - 1] = takeStopValue();
                ip = arg;
              } else stack[sp - 1] = value;
              continue loop;
            }
            case Opcode.END_SEND:
              sp--;
              stack[sp - 1] = stack[sp];
              continue loop;
            case Opcode.YIELD_VALUE_38:
            case Opcode.YIELD_FROM_38:
            case Opcode.YIELD_VALUE:
            case Opcode.YIELD_DELEGATED: {
              let value = stack[--sp] as Value;
              frame.ip = ip;
              if (op === Opcode.YIELD_FROM_38) frame.ip = arg;
              if (op === Opcode.YIELD_VALUE_38) value = blockStack.yielded(frame, value);
              if (vm.debugging !== undefined) {
                stack[sp] = value;
                frame.sp = sp + 1;
                vm.debugging.suspends(frame, value);
              }
              frame.sp = sp;
              frame.state =
                op === Opcode.YIELD_VALUE || op === Opcode.YIELD_VALUE_38
                  ? FrameState.SUSPENDED
                  : FrameState.SUSPENDED_YIELD_FROM;
              const outermost = unlinkGenerator(frame);
              const { back, onReturn } = outermost;
              outermost.back = undefined;
              if (onReturn === Return.ENTRY) {
                if (outermost !== entry) {
                  vm.switching = endedElsewhere(outermost, back, value);
                  return undefined;
                }
                vm.frame = outer;
                return value;
              }
              frame = back as Frame;
              vm.frame = frame;
              if (onReturn === Return.NEXT_DEFAULT) frame.stack[frame.sp - 1] = value;
              else frame.stack[frame.sp++] = value;
              continue frames;
            }
            case Opcode.RETURN_GENERATOR: {
              const generator = makeGenerator(frame);
              frame.ip = ip;
              frame.sp = sp;
              frame.state = FrameState.CREATED;
              const { back, onReturn } = frame;
              frame.back = undefined;
              vm.depth--;
              if (onReturn === Return.ENTRY) {
                if (frame !== entry) {
                  vm.switching = endedElsewhere(frame, back, generator);
                  return undefined;
                }
                vm.frame = outer;
                return generator;
              }
              frame = back as Frame;
              vm.frame = frame;
              ip = frame.ip;
              if (onReturn === Return.INIT) throw actions.initReturned(generator);
              if (onReturn !== Return.DROP) frame.stack[frame.sp++] = generator;
              continue frames;
            }
            case Opcode.GET_AWAITABLE:
              frame.ip = ip;
              frame.sp = sp;
              stack[sp - 1] = awaitable(stack[sp - 1] as Value, arg);
              continue loop;
            case Opcode.GET_AITER:
              frame.ip = ip;
              stack[sp - 1] = actions.asyncIterator(stack[sp - 1] as Value);
              continue loop;
            case Opcode.GET_ANEXT:
              frame.ip = ip;
              stack[sp] = actions.asyncNext(stack[sp - 1] as Value);
              sp++;
              continue loop;
            case Opcode.END_ASYNC_FOR: {
              const exception = stack[sp - 1] as PyBaseException;
              if (!isException(exception, stopAsyncIterationType)) {
                reraising = true;
                raised = exception;
                continue raising;
              }
              sp -= 2;
              continue loop;
            }
            case Opcode.CLEANUP_THROW: {
              const exception = stack[sp - 1] as PyBaseException;
              if (!isException(exception, stopIterationType)) {
                reraising = true;
                raised = exception;
                continue raising;
              }
              stack[sp - 2] = actions.stopValueOf(exception);
              stack[sp - 3] = null;
              sp--;
              continue loop;
            }

            // Calls.
            case Opcode.CALL_PYTHON: {
              const base = sp - arg - 2;
              const callable = stack[base] as Value;
              if (callable instanceof PyFunction) {
                const first = stack[base + 1] === undefined ? base + 2 : base + 1;
                frame.ip = ip;
                frame.sp = base;
                frame = startCall(callable, stack, first, sp - first, frame);
                break loop;
              }
              ip = specialize.generalize(program, ip - 1, Opcode.CALL_ANY);
              continue loop;
            }
            case Opcode.CALL_METHOD_DESCRIPTOR: {
              const base = sp - arg - 2;
              const callable = stack[base] as Value;
              const first = base + 1;
              const self = stack[first];
              if (callable instanceof PyMethodDescriptor && self !== undefined) {
                frame.ip = ip;
                frame.sp = sp;
                if (callable.def.inline !== InlineCall.NONE) {
                  const resumed =
                    callable.def.inline === InlineCall.SEND
                      ? linkSend(callable.owner, stack, first, arg + 1, frame)
                      : enterContextRun(callable.def, stack, first, arg + 1, frame);
                  if (resumed !== undefined) {
                    frame.sp = base;
                    frame = resumed;
                    break loop;
                  }
                }
                stack[base] = actions.callMethodDescriptor(callable, stack, first, arg + 1);
                sp = base + 1;
                continue loop;
              }
              ip = specialize.generalize(program, ip - 1, Opcode.CALL_ANY);
              continue loop;
            }
            case Opcode.CALL_BUILTIN: {
              const base = sp - arg - 2;
              const callable = stack[base] as Value;
              if (callable instanceof PyBuiltin && stack[base + 1] === undefined) {
                frame.ip = ip;
                frame.sp = sp;
                if (callable.def.inline === InlineCall.NEXT) {
                  const resumed = linkNext(stack, base, base + 2, arg, frame);
                  if (resumed !== undefined) {
                    frame = resumed;
                    break loop;
                  }
                }
                stack[base] = actions.callBuiltin(callable, stack, base + 2, arg);
                sp = base + 1;
                continue loop;
              }
              ip = specialize.generalize(program, ip - 1, Opcode.CALL_ANY);
              continue loop;
            }
            case Opcode.CALL_FUNCTION_38:
            case Opcode.CALL:
            case Opcode.CALL_ANY: {
              frame.ip = ip;
              if (op === Opcode.CALL_FUNCTION_38) {
                blockStack.insertNull(stack, sp, sp - arg);
                sp++;
              }
              const base = sp - arg - 2;
              let callable = stack[base] as Value;
              if (op === Opcode.CALL) specialize.call(program, ip - 1, callable, stack[base + 1]);
              let first = base + 1;
              if (stack[first] === undefined) {
                first++;
                if (callable instanceof PyMethod) {
                  stack[base + 1] = callable.self;
                  callable = callable.func;
                  first--;
                }
              }
              const count = sp - first;
              if (callable instanceof PyFunction) {
                frame.sp = base;
                frame = startCall(callable, stack, first, count, frame);
                break loop;
              }
              frame.sp = sp;
              if (callable instanceof PyType) {
                if (count === 0) {
                  const plain = actions.instantiatePlain(callable);
                  if (plain !== undefined) {
                    stack[base] = plain;
                    sp = base + 1;
                    continue loop;
                  }
                }
                const instance = actions.instantiate(callable);
                if (instance !== undefined) {
                  // The instance takes the callable's place and is the result; __init__ gets it as self.
                  const init = callable.lookup('__init__') as PyFunction;
                  const next = startInit(init, instance, stack, first, count, frame);
                  stack[base] = instance;
                  frame.sp = base + 1;
                  frame = next;
                  break loop;
                }
              }
              if (callable instanceof PyMethodDescriptor && count > 0) {
                if (callable.def.inline !== InlineCall.NONE) {
                  const resumed =
                    callable.def.inline === InlineCall.SEND
                      ? linkSend(callable.owner, stack, first, count, frame)
                      : enterContextRun(callable.def, stack, first, count, frame);
                  if (resumed !== undefined) {
                    frame.sp = base;
                    frame = resumed;
                    break loop;
                  }
                }
                stack[base] = actions.callMethodDescriptor(callable, stack, first, count);
              } else if (callable instanceof PyBuiltin) {
                if (callable.def.inline === InlineCall.NEXT) {
                  const resumed = linkNext(stack, base, first, count, frame);
                  if (resumed !== undefined) {
                    frame = resumed;
                    break loop;
                  }
                }
                stack[base] = actions.callBuiltin(callable, stack, first, count);
              } else {
                const callArgs = stack.slice(first, sp) as Value[];
                const next = callable instanceof PyType ? undefined : frameOfCall(callable, callArgs, undefined);
                if (next !== undefined) {
                  frame.sp = base;
                  frame = enterFrame(next, frame, next.onReturn);
                  break loop;
                }
                stack[base] = callWith(callable, callArgs, undefined);
              }
              sp = base + 1;
              continue loop;
            }
            case Opcode.CALL_FUNCTION_KW_38:
            case Opcode.CALL_KW: {
              frame.ip = ip;
              if (op === Opcode.CALL_FUNCTION_KW_38) {
                blockStack.insertNull(stack, sp, sp - arg - 1);
                sp++;
              }
              const kwNames = actions.keywordNames(stack[--sp] as PyTuple);
              const base = sp - arg - 2;
              frame.sp = sp;
              const callArgs = actions.callArguments(stack, base, sp);
              const callable = stack[base] as Value;
              const target = callable instanceof PyMethod ? callable.func : callable;
              if (target instanceof PyFunction) {
                if (callable instanceof PyMethod) callArgs.unshift(callable.self);
                const next = frameForCall(target, callArgs, kwNames);
                frame.sp = base;
                frame = enterFrame(next, frame, Return.VALUE);
                break loop;
              }
              if (callable instanceof PyType) {
                const instance = actions.instantiate(callable);
                if (instance !== undefined) {
                  const init = callable.lookup('__init__') as PyFunction;
                  const next = frameForCall(init, [instance, ...callArgs], kwNames);
                  stack[base] = instance;
                  frame.sp = base + 1;
                  frame = enterFrame(next, frame, Return.INIT);
                  break loop;
                }
              } else {
                const next = frameOfCall(callable, callArgs, kwNames);
                if (next !== undefined) {
                  frame.sp = base;
                  frame = enterFrame(next, frame, next.onReturn);
                  break loop;
                }
              }
              stack[base] = callWith(callable, callArgs, kwNames);
              sp = base + 1;
              continue loop;
            }
            case Opcode.CALL_FUNCTION_EX_38:
            case Opcode.CALL_FUNCTION_EX: {
              frame.ip = ip;
              if (op === Opcode.CALL_FUNCTION_EX_38) {
                if ((arg & 1) === 0) stack[sp++] = undefined;
                blockStack.insertNull(stack, sp, sp - 2);
                sp++;
              }
              frame.sp = sp;
              sp -= 4;
              const callable = stack[sp] as Value;
              const unpacked = actions.unpackCall(callable, stack[sp + 2] as Value, stack[sp + 3]);
              const next = frameOfCall(callable, unpacked.args, unpacked.kwNames);
              if (next !== undefined) {
                frame.sp = sp;
                frame = enterFrame(next, frame, next.onReturn);
                break loop;
              }
              stack[sp] = callWith(callable, unpacked.args, unpacked.kwNames);
              sp++;
              continue loop;
            }
            case Opcode.CALL_INTRINSIC_1:
              frame.ip = ip;
              stack[sp - 1] = actions.intrinsic1(frame, arg, stack[sp - 1] as Value);
              continue loop;
            case Opcode.CALL_INTRINSIC_2:
              frame.ip = ip;
              sp--;
              stack[sp - 1] = actions.intrinsic2(arg, stack[sp - 1] as Value, stack[sp] as Value);
              continue loop;
            case Opcode.RETURN_VALUE:
              result = stack[--sp];
              break loop;

            // Definitions and imports.
            case Opcode.MAKE_FUNCTION:
              stack[sp - 1] = actions.makeFunction(frame, stack[sp - 1] as Value);
              continue loop;
            case Opcode.SET_FUNCTION_ATTRIBUTE:
              sp--;
              actions.setFunctionAttribute(stack[sp] as PyFunction, arg, stack[sp - 1] as Value);
              stack[sp - 1] = stack[sp];
              continue loop;
            case Opcode.LOAD_BUILD_CLASS:
              stack[sp++] = names.buildClassFunction(frame);
              continue loop;
            case Opcode.SETUP_ANNOTATIONS:
              names.setupAnnotations(frame);
              continue loop;
            case Opcode.IMPORT_NAME:
              frame.ip = ip;
              frame.sp = sp--;
              stack[sp - 1] = actions.importName(frame, program.names[arg], stack[sp] as Value, stack[sp - 1] as Value);
              continue loop;
            case Opcode.IMPORT_FROM:
              frame.ip = ip;
              stack[sp] = actions.importFrom(stack[sp - 1] as Value, program.names[arg]);
              sp++;
              continue loop;

            // Exceptions and with.
            case Opcode.RAISE_VARARGS:
              frame.ip = ip;
              // A bare raise goes on with an exception whose traceback is complete (do_raise gives 1).
              reraising = arg === 0 && actions.isHandling();
              raised = actions.raise(arg, stack[sp - arg], arg === 2 ? stack[sp - 1] : undefined);
              continue raising;
            case Opcode.RERAISE:
              frame.ip = arg > 0 ? program.indices[(stack[sp - 1 - arg] as number) >> 1] + 1 : ip;
              reraising = true;
              raised = stack[sp - 1] as PyBaseException;
              continue raising;
            case Opcode.PUSH_EXC_INFO: {
              const exception = stack[sp - 1] as PyBaseException;
              const holder = holderOfHandled(frame);
              stack[sp - 1] = holder.handled;
              stack[sp++] = exception;
              holder.handled = exception;
              continue loop;
            }
            case Opcode.POP_EXCEPT:
              holderOfHandled(frame).handled = stack[--sp] as PyBaseException | null;
              continue loop;
            case Opcode.CHECK_EXC_MATCH:
              frame.ip = ip;
              stack[sp - 1] = checkExceptionMatch(stack[sp - 2] as Value, stack[sp - 1] as Value);
              continue loop;
            case Opcode.CHECK_EG_MATCH:
              frame.ip = ip;
              actions.checkGroupMatch(stack, sp);
              continue loop;
            case Opcode.WITH_EXCEPT_START:
              frame.ip = ip;
              frame.sp = sp;
              stack[sp] = actions.withExceptStart(stack, sp);
              sp++;
              continue loop;

            // Patterns.
            case Opcode.GET_LEN:
              frame.ip = ip;
              stack[sp] = lengthOf(stack[sp - 1] as Value);
              sp++;
              continue loop;
            case Opcode.MATCH_MAPPING:
              stack[sp] = typeOf(stack[sp - 1] as Value).matchesMapping;
              sp++;
              continue loop;
            case Opcode.MATCH_SEQUENCE:
              stack[sp] = typeOf(stack[sp - 1] as Value).matchesSequence;
              sp++;
              continue loop;
            case Opcode.MATCH_KEYS:
              frame.ip = ip;
              stack[sp] = actions.matchKeys(stack[sp - 2] as Value, stack[sp - 1] as PyTuple);
              sp++;
              continue loop;
            case Opcode.MATCH_CLASS:
              frame.ip = ip;
              sp -= 2;
              stack[sp - 1] = actions.matchClass(
                stack[sp - 1] as Value,
                stack[sp] as Value,
                arg,
                stack[sp + 1] as PyTuple,
              );
              continue loop;

            // Targets with a block stack have more.
            default:
              frame.ip = ip;
              frame.sp = sp;
              sp = blockStack.executeBlockStack(op, frame, sp, arg) | 0;
              ip = frame.ip;
              continue loop;
          }
        }
        if (result === undefined) {
          // A frame was entered or resumed.
          vm.frame = frame;
          ip = frame.ip;
          if (vm.depth > vm.recursionLimit) {
            // A frame that can't be entered isn't part of the traceback.
            reraising = true;
            throw recursionError('');
          }
          if (--vm.fuel < 0) {
            outOfFuel(frame, true);
            return undefined;
          }
          continue;
        }
        const { onReturn, generator } = frame;
        const back = frame.back;
        frame.state = FrameState.COMPLETED;
        vm.depth--;
        if (generator !== undefined) {
          frame.ip = ip;
          generator.finish();
        }
        if (onReturn === Return.ENTRY) {
          if (frame !== entry) {
            vm.switching = endedElsewhere(frame, back, result);
            return undefined;
          }
          vm.frame = outer;
          return result;
        }
        frame = back as Frame;
        vm.frame = frame;
        ip = frame.ip;
        switch (onReturn) {
          case Return.VALUE:
            frame.stack[frame.sp++] = result;
            break;
          case Return.INIT:
            if (result !== null) throw actions.initReturned(result);
            break;
          case Return.FOR_ITER:
            if (result !== null && vm.monitoring !== undefined) vm.stopRaised = stopIteration(result);
            frame.ip = operandOf(frame.program, ip - 1);
            break;
          case Return.SEND:
            frame.stack[frame.sp++] = result;
            frame.ip = operandOf(frame.program, ip - 1);
            break;
          case Return.NEXT:
            throw stopIteration(result);
          case Return.CONTEXT:
            leaveContext();
            frame.stack[frame.sp++] = result;
            break;
          default:
            break;
        }
      }
    } catch (error) {
      if (error instanceof ThreadSwitch) {
        vm.switching = error;
        vm.depth = bottomDepth + distance(frame, bottom);
        return undefined;
      }
      if (error instanceof blockStack.Reraise) reraising = true;
      raised = pythonException(error instanceof blockStack.Reraise ? error.exception : error);
      vm.frame = frame;
      vm.depth = bottomDepth + distance(frame, bottom);
    }
  }
}

/** Goes on at an exception's handler, an entry of the exception table. */
function enterHandler(frame: Frame, handler: number, raisedAt: number, exception: PyBaseException): void {
  const { program, stack } = frame;
  const { handlers } = program;
  let sp = program.localCount + handlers[handler + 3];
  if (handlers[handler + 4]) stack[sp++] = program.offsets[raisedAt];
  stack[sp++] = exception;
  frame.sp = sp;
  frame.ip = handlers[handler + 2];
}

function operandOf(program: Program, index: number): number {
  return program.words[index] >> Word.SHIFT;
}

/** How many frames lie between: this run()'s own depth. */
function distance(frame: Frame, entry: Frame): number {
  let count = 0;
  for (let next: Frame | undefined = frame; next !== entry && next !== undefined; next = next.back) count++;
  return count;
}

function enterFrame(frame: Frame, back: Frame, onReturn: Return): Frame {
  frame.back = back;
  frame.onReturn = onReturn;
  frame.state = FrameState.EXECUTING;
  vm.depth++;
  return frame;
}

/** Enters the function that a call of Context.run runs; undefined if the call is for native code. */
function enterContextRun(
  def: BuiltinDef,
  stack: readonly Slot[],
  first: number,
  count: number,
  back: Frame,
): Frame | undefined {
  const args = stack.slice(first + 1, first + count) as Value[];
  const frame = frameOfCall(new PyBuiltin(def, stack[first], null), args, undefined);
  return frame === undefined ? undefined : enterFrame(frame, back, frame.onReturn);
}

/** Enters a function with positional arguments from the caller's stack; gives its frame. */
function startCall(func: PyFunction, stack: readonly Slot[], first: number, count: number, back: Frame): Frame {
  const { code } = func;
  const program = code.program ?? programOf(code);
  if (program.simpleArguments !== count) {
    return enterFrame(frameForCall(func, stack.slice(first, first + count), undefined), back, Return.VALUE);
  }
  const frame = new Frame(code, program, func.globals, func.builtins, undefined, func, back);
  const locals = frame.stack;
  for (let i = 0; i < count; i++) locals[i] = stack[first + i];
  return enterFrame(frame, back, Return.VALUE);
}

/** Enters `__init__` of a new instance. */
function startInit(
  init: PyFunction,
  instance: Value,
  stack: readonly Slot[],
  first: number,
  count: number,
  back: Frame,
): Frame {
  const { code } = init;
  const program = code.program ?? programOf(code);
  if (program.simpleArguments !== count + 1) {
    const args = [instance, ...stack.slice(first, first + count)];
    return enterFrame(frameForCall(init, args, undefined), back, Return.INIT);
  }
  const frame = new Frame(code, program, init.globals, init.builtins, undefined, init, back);
  const locals = frame.stack;
  locals[0] = instance;
  for (let i = 0; i < count; i++) locals[i + 1] = stack[first + i];
  return enterFrame(frame, back, Return.INIT);
}

function outOfFuel(frame: Frame, entering: boolean): void {
  actions.refuel(frame, entering);
}
