import { PyCell } from '../objects/cell.ts';
import { PyBuiltin, PyMethodDescriptor } from '../objects/descriptor.ts';
import type { PyDict } from '../objects/dict.ts';
import { type PyBaseException, stopIteration, valueError } from '../objects/exception.ts';
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
import { InlineCall } from '../objects/signature.ts';
import { PySlice } from '../objects/slice.ts';
import { PyTuple, tupleOf } from '../objects/tuple.ts';
import * as arithmetic from '../operations/arithmetic.ts';
import { setAttribute } from '../operations/attribute.ts';
import { callWith } from '../operations/call.ts';
import { compareOrdered, richCompare } from '../operations/compare.ts';
import { getIterator, takeStopValue } from '../operations/iterate.ts';
import { binarySlice, contains, lengthOf, setSubscript, subscript } from '../operations/subscript.ts';
import { isTrue } from '../operations/truth.ts';
import * as actions from './actions.ts';
import * as blockStack from './block-stack.ts';
import { frameForCall, makeGenerator } from './call.ts';
import { programOf } from './decode.ts';
import { recursionError } from './depth.ts';
import { Frame, FrameState, Return } from './frame.ts';
import * as names from './names.ts';
import { Opcode } from './opcode.ts';
import * as specialize from './specialize.ts';
import { vm } from './state.ts';
import { awaitable, checkExceptionMatch, sendSlow } from './suspend.ts';
import { addTraceback, chainContext, findHandler, pythonException } from './unwind.ts';

const MAX = Number.MAX_SAFE_INTEGER;

/**
 * Runs a frame until it returns, yields (a generator's frame) or raises; gives what it returned or yielded. Calls of
 * Python functions and resumptions of generators from within go on in this same loop, by another frame. With `thrown`, the frame
 * first raises that where it stands (gen.throw).
 */
export function run(entry: Frame, thrown?: PyBaseException): Value {
  if (++vm.depth > vm.recursionLimit) {
    vm.depth--;
    leaveUnrun(entry);
    throw recursionError('');
  }
  const entryDepth = vm.depth;
  const outer = vm.frame;
  entry.onReturn = Return.ENTRY;
  entry.state = FrameState.EXECUTING;
  let frame = entry;
  let program = frame.program;
  let { ops, args } = program;
  let stack = frame.stack;
  let sp = frame.sp;
  let ip = frame.ip;
  vm.frame = frame;
  // RERAISE and its like go on with an exception whose traceback has this frame already.
  let reraising = false;
  // What `raise` raises here, or a catch below has caught; unwound before going on.
  let raised = thrown;
  for (;;) {
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
        if (!reraising) addTraceback(exception, frame);
        reraising = false;
        if (program.blockStack) {
          frame.ip = ip;
          sp = blockStack.unwindBlocks(frame, exception);
          if (sp >= 0) {
            ip = frame.ip;
            break;
          }
        }
        const handler = findHandler(program, ip - 1);
        if (handler >= 0) {
          const { handlers } = program;
          sp = program.localCount + handlers[handler + 3];
          if (handlers[handler + 4]) stack[sp++] = program.offsets[ip - 1];
          stack[sp++] = exception;
          ip = handlers[handler + 2];
          break;
        }
        const { generator, back, onReturn } = frame;
        frame.state = FrameState.COMPLETED;
        vm.depth--;
        if (generator !== undefined) {
          vm.handled = generator.handled.previous!;
          generator.handled.previous = undefined;
          if (program.blockStack) exception = blockStack.convertStopIteration(frame, exception);
          generator.finish();
        }
        if (onReturn === Return.ENTRY) {
          vm.frame = outer;
          throw exception;
        }
        frame = back as Frame;
        vm.frame = frame;
        program = frame.program;
        ops = program.ops;
        args = program.args;
        stack = frame.stack;
        ip = frame.ip;
      }
    }
    try {
      let next: Frame | undefined;
      let result: Value = null;
      if (--vm.fuel < 0) {
        frame.ip = ip;
        outOfFuel(frame, frame.ip === 0);
      }
      loop: for (;;) {
        const arg = args[ip];
        let op: Opcode = ops[ip++];
        again: for (;;) {
          switch (op) {
            case Opcode.TRAP:
              frame.ip = ip;
              frame.sp = sp;
              vm.debugging?.hit(frame);
              op = program.pristine[ip - 1];
              continue again;
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
              sp = actions.loadSuperAttribute(stack, sp, arg, program.names[arg >> 2]);
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
            case Opcode.BINARY_ADD: {
              const right = stack[--sp] as Value;
              const left = stack[sp - 1] as Value;
              if (typeof left === 'number' && typeof right === 'number') {
                const sum = left + right;
                if (sum <= MAX && sum >= -MAX) {
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
                if (difference <= MAX && difference >= -MAX) {
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
                if (product <= MAX && product >= -MAX) {
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
              stack[sp - 1] = subscript(container, key);
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
                stack[sp - 1] = compareOrdered(left, right, arg);
              else if (
                left instanceof PyFloat &&
                right instanceof PyFloat &&
                left.type === right.type &&
                left.type === floatType
              )
                stack[sp - 1] = compareOrdered(left.value, right.value, arg);
              else {
                frame.ip = ip;
                frame.sp = sp;
                const answer = richCompare(left, right, arg);
                stack[sp - 1] = typeof answer === 'boolean' ? answer : isTrue(answer);
              }
              continue loop;
            }
            case Opcode.COMPARE_OP:
              frame.ip = ip;
              frame.sp = --sp;
              stack[sp - 1] = richCompare(stack[sp - 1] as Value, stack[sp] as Value, arg);
              continue loop;
            case Opcode.IS_OP:
              sp--;
              stack[sp - 1] = actions.isSame(stack[sp - 1] as Value, stack[sp] as Value) === (arg === 0);
              continue loop;
            case Opcode.CONTAINS_OP:
              frame.ip = ip;
              frame.sp = --sp;
              stack[sp - 1] = contains(stack[sp] as Value, stack[sp - 1] as Value) === (arg === 0);
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
              sp = actions.unpackSequence(stack, sp, sequence, arg);
              continue loop;
            }
            case Opcode.UNPACK_EX:
              frame.ip = ip;
              sp--;
              sp = actions.unpackEx(stack, sp, stack[sp] as Value, arg);
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
            case Opcode.FOR_ITER: {
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
              frame.ip = ip;
              frame.sp = sp;
              if (iterator instanceof PyGenerator && iterator.type === generatorType) {
                const resumed = iterator.frame;
                if (resumed === undefined) {
                  ip = arg;
                  continue loop;
                }
                if (resumed.state === FrameState.EXECUTING) throw valueError('generator already executing');
                resumed.onReturn = Return.FOR_ITER;
                if (resumed.ip !== 0) resumed.stack[resumed.sp++] = null;
                iterator.handled.previous = vm.handled;
                vm.handled = iterator.handled;
                next = resumed;
                break again;
              }
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
                  resumed.onReturn = Return.SEND;
                  if (resumed.ip !== 0) resumed.stack[resumed.sp++] = stack[sp];
                  receiver.handled.previous = vm.handled;
                  vm.handled = receiver.handled;
                  next = resumed;
                  break again;
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
            case Opcode.YIELD_VALUE:
            case Opcode.YIELD_DELEGATED: {
              const value = stack[--sp] as Value;
              const generator = frame.generator!;
              frame.ip = ip;
              if (vm.debugging !== undefined) {
                frame.sp = sp + 1;
                vm.debugging.suspends(frame, value);
              }
              frame.sp = sp;
              frame.state = op === Opcode.YIELD_VALUE ? FrameState.SUSPENDED : FrameState.SUSPENDED_YIELD_FROM;
              vm.handled = generator.handled.previous!;
              generator.handled.previous = undefined;
              const back = frame.back;
              frame.back = undefined;
              vm.depth--;
              const { onReturn } = frame;
              if (onReturn === Return.ENTRY) {
                vm.frame = outer;
                return value;
              }
              frame = back as Frame;
              vm.frame = frame;
              program = frame.program;
              ops = program.ops;
              args = program.args;
              stack = frame.stack;
              sp = frame.sp;
              ip = frame.ip;
              if (onReturn === Return.NEXT_DEFAULT) stack[sp - 1] = value;
              else stack[sp++] = value;
              continue loop;
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
                vm.frame = outer;
                return generator;
              }
              frame = back as Frame;
              vm.frame = frame;
              program = frame.program;
              ops = program.ops;
              args = program.args;
              stack = frame.stack;
              sp = frame.sp;
              ip = frame.ip;
              if (onReturn === Return.INIT) throw actions.initReturned(generator);
              if (onReturn !== Return.DROP) stack[sp++] = generator;
              continue loop;
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
            case Opcode.END_ASYNC_FOR:
              reraising = true;
              actions.endAsyncFor(stack[sp - 1] as PyBaseException);
              reraising = false;
              sp -= 2;
              continue loop;
            case Opcode.CLEANUP_THROW:
              reraising = true;
              stack[sp - 2] = actions.cleanupThrow(stack[sp - 1] as PyBaseException);
              reraising = false;
              stack[sp - 3] = null;
              sp--;
              continue loop;

            // Calls.
            case Opcode.CALL: {
              frame.ip = ip;
              const base = sp - arg - 2;
              let callable = stack[base] as Value;
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
                next = startCall(callable, stack, first, count, frame);
                break again;
              }
              frame.sp = sp;
              if (callable instanceof PyMethodDescriptor && count > 0) {
                const { def } = callable;
                if (def.inline === InlineCall.SEND && count === 2) {
                  const generator = stack[first] as Value;
                  const resumed = resumable(generator, stack[first + 1] as Value);
                  if (resumed !== undefined) {
                    resumed.onReturn = Return.NEXT;
                    frame.sp = base;
                    next = resumed;
                    break again;
                  }
                }
                stack[base] = actions.callMethodDescriptor(callable, stack, first, count);
                sp = base + 1;
                continue loop;
              }
              if (callable instanceof PyBuiltin) {
                const { inline } = callable.def;
                if (inline === InlineCall.NEXT && count > 0) {
                  const resumed = resumable(stack[first] as Value, null);
                  if (resumed !== undefined) {
                    resumed.onReturn = count === 1 ? Return.NEXT : Return.NEXT_DEFAULT;
                    if (count === 1) frame.sp = base;
                    else {
                      stack[base] = stack[first + 1];
                      frame.sp = base + 1;
                    }
                    next = resumed;
                    break again;
                  }
                }
                stack[base] = actions.callBuiltin(callable, stack, first, count);
                sp = base + 1;
                continue loop;
              }
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
                  next = startInit(init, instance, stack, first, count, frame);
                  stack[base] = instance;
                  frame.sp = base + 1;
                  break again;
                }
              }
              stack[base] = callWith(callable, stack.slice(first, sp) as Value[], undefined);
              sp = base + 1;
              continue loop;
            }
            case Opcode.CALL_KW: {
              frame.ip = ip;
              const kwNames = actions.keywordNames(stack[--sp] as PyTuple);
              const base = sp - arg - 2;
              frame.sp = sp;
              const callArgs = actions.callArguments(stack, base, sp);
              const callable = stack[base] as Value;
              const target = callable instanceof PyMethod ? callable.func : callable;
              if (target instanceof PyFunction) {
                if (callable instanceof PyMethod) callArgs.unshift(callable.self);
                next = frameForCall(target, callArgs, kwNames);
                frame.sp = base;
                next.onReturn = Return.VALUE;
                break again;
              }
              if (callable instanceof PyType) {
                const instance = actions.instantiate(callable);
                if (instance !== undefined) {
                  next = frameForCall(callable.lookup('__init__') as PyFunction, [instance, ...callArgs], kwNames);
                  next.onReturn = Return.INIT;
                  stack[base] = instance;
                  frame.sp = base + 1;
                  break again;
                }
              }
              stack[base] = callWith(callable, callArgs, kwNames);
              sp = base + 1;
              continue loop;
            }
            case Opcode.CALL_FUNCTION_EX: {
              frame.ip = ip;
              frame.sp = sp;
              sp -= 4;
              const callable = stack[sp] as Value;
              const unpacked = actions.unpackCall(callable, stack[sp + 2] as Value, stack[sp + 3]);
              if (callable instanceof PyFunction) {
                next = frameForCall(callable, unpacked.args, unpacked.kwNames);
                frame.sp = sp;
                next.onReturn = Return.VALUE;
                break again;
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
              result = stack[--sp] as Value;
              next = undefined;
              break again;

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
              break loop;
            case Opcode.RERAISE:
              frame.ip = arg > 0 ? program.indices[(stack[sp - 1 - arg] as number) >> 1] + 1 : ip;
              reraising = true;
              raised = stack[sp - 1] as PyBaseException;
              break loop;
            case Opcode.PUSH_EXC_INFO: {
              const exception = stack[sp - 1] as PyBaseException;
              stack[sp - 1] = vm.handled.value;
              stack[sp++] = exception;
              vm.handled.value = exception;
              continue loop;
            }
            case Opcode.POP_EXCEPT:
              vm.handled.value = stack[--sp] as PyBaseException | null;
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

            // Targets with a block stack.
            case Opcode.YIELD_VALUE_38:
              stack[sp - 1] = blockStack.yielded(frame, stack[sp - 1] as Value);
              op = Opcode.YIELD_VALUE;
              continue again;
            case Opcode.YIELD_FROM_38:
              ip = arg;
              op = Opcode.YIELD_DELEGATED;
              continue again;
            case Opcode.CALL_FUNCTION_38:
              blockStack.insertNull(stack, sp, sp - arg);
              sp++;
              op = Opcode.CALL;
              continue again;
            case Opcode.CALL_FUNCTION_KW_38:
              blockStack.insertNull(stack, sp, sp - arg - 1);
              sp++;
              op = Opcode.CALL_KW;
              continue again;
            case Opcode.CALL_FUNCTION_EX_38:
              if ((arg & 1) === 0) stack[sp++] = undefined;
              blockStack.insertNull(stack, sp, sp - 2);
              sp++;
              op = Opcode.CALL_FUNCTION_EX;
              continue again;
            default:
              frame.ip = ip;
              frame.sp = sp;
              sp = blockStack.executeBlockStack(op, frame, sp, arg);
              ip = frame.ip;
              continue loop;
          }
        }
        // A frame is entered, resumed or left.
        if (next !== undefined) {
          next.back = frame;
          next.state = FrameState.EXECUTING;
          frame = next;
          next = undefined;
          vm.frame = frame;
          program = frame.program;
          ops = program.ops;
          args = program.args;
          stack = frame.stack;
          sp = frame.sp;
          ip = frame.ip;
          if (++vm.depth > vm.recursionLimit) {
            // A frame that can't be entered isn't part of the traceback.
            reraising = true;
            throw recursionError('');
          }
          if (--vm.fuel < 0) outOfFuel(frame, true);
          continue;
        }
        const { onReturn, generator } = frame;
        const back = frame.back;
        frame.state = FrameState.COMPLETED;
        vm.depth--;
        if (generator !== undefined) {
          vm.handled = generator.handled.previous!;
          generator.handled.previous = undefined;
          frame.ip = ip;
          generator.finish();
        }
        if (onReturn === Return.ENTRY) {
          vm.frame = outer;
          return result;
        }
        frame = back as Frame;
        vm.frame = frame;
        program = frame.program;
        ops = program.ops;
        args = program.args;
        stack = frame.stack;
        sp = frame.sp;
        ip = frame.ip;
        switch (onReturn) {
          case Return.VALUE:
            stack[sp++] = result;
            break;
          case Return.INIT:
            if (result !== null) throw actions.initReturned(result);
            break;
          case Return.FOR_ITER:
            ip = args[ip - 1];
            break;
          case Return.SEND:
            stack[sp++] = result;
            ip = args[ip - 1];
            break;
          case Return.NEXT:
            throw stopIteration(result);
          default:
            break;
        }
      }
    } catch (error) {
      if (error instanceof blockStack.Reraise) reraising = true;
      raised = pythonException(error instanceof blockStack.Reraise ? error.exception : error);
      vm.frame = frame;
      vm.depth = entryDepth + distance(frame, entry);
    }
  }
}

/** How many frames lie between: this run()'s own depth. */
function distance(frame: Frame, entry: Frame): number {
  let count = 0;
  for (let next: Frame | undefined = frame; next !== entry && next !== undefined; next = next.back) count++;
  return count;
}

/** Undoes the linking of a generator's frame that could not be run. */
function leaveUnrun(entry: Frame): void {
  const { generator } = entry;
  if (generator?.handled.previous !== undefined) {
    vm.handled = generator.handled.previous;
    generator.handled.previous = undefined;
  }
}

/** A callee's frame with positional arguments from the caller's stack. */
function startCall(func: PyFunction, stack: readonly Slot[], first: number, count: number, back: Frame): Frame {
  const { code } = func;
  const program = code.program ?? programOf(code);
  if (program.simpleArguments !== count) {
    const frame = frameForCall(func, stack.slice(first, first + count), undefined);
    frame.onReturn = Return.VALUE;
    return frame;
  }
  const frame = new Frame(code, program, func.globals, func.builtins, undefined, func, back);
  const locals = frame.stack;
  for (let i = 0; i < count; i++) locals[i] = stack[first + i];
  return frame;
}

/** The frame of `__init__` of a new instance. */
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
  let frame: Frame;
  if (program.simpleArguments === count + 1) {
    frame = new Frame(code, program, init.globals, init.builtins, undefined, init, back);
    const locals = frame.stack;
    locals[0] = instance;
    for (let i = 0; i < count; i++) locals[i + 1] = stack[first + i];
  } else frame = frameForCall(init, [instance, ...stack.slice(first, first + count)], undefined);
  frame.onReturn = Return.INIT;
  return frame;
}

/** The frame of a generator that send() may resume in the loop, with the value pushed; else undefined. */
function resumable(receiver: Value, value: Value): Frame | undefined {
  if (!(receiver instanceof PyGenerator) || receiver.type !== generatorType) return undefined;
  const { frame } = receiver;
  if (frame === undefined || frame.state === FrameState.EXECUTING) return undefined;
  if (frame.state === FrameState.CREATED && value !== null) return undefined;
  if (frame.ip !== 0) frame.stack[frame.sp++] = value;
  receiver.handled.previous = vm.handled;
  vm.handled = receiver.handled;
  return frame;
}

function outOfFuel(frame: Frame, entering: boolean): void {
  actions.refuel(frame, entering);
}
