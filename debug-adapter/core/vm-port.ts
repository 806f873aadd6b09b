import { type CodeObject, LocalKind } from '../../compiler/bytecode/code-object.ts';
import { Op } from '../../compiler/bytecode/op.ts';
import { eachInstruction } from '../../compiler/bytecode/walk.ts';
import { exceptionText } from '../../compiler/text/exception-text.ts';
import { formatExceptionOnly } from '../../vm/builtins/traceback-text.ts';
import { runCode } from '../../vm/interpreter/call.ts';
import { setLocalVariable } from '../../vm/interpreter/debugging.ts';
import type { Frame } from '../../vm/interpreter/frame.ts';
import { frameLocals } from '../../vm/interpreter/names.ts';
import { vm } from '../../vm/interpreter/state.ts';
import { PyCell } from '../../vm/objects/cell.ts';
import type { PyCode } from '../../vm/objects/code.ts';
import { codeValue } from '../../vm/objects/constant.ts';
import { PyDict } from '../../vm/objects/dict.ts';
import type { PyBaseException } from '../../vm/objects/exception.ts';
import type { Value } from '../../vm/objects/object.ts';
import { callMethod, getAttribute, lookupAttribute } from '../../vm/operations/attribute.ts';
import { callWith } from '../../vm/operations/call.ts';
import { DebuggerError, unknownSource } from './errors.ts';
import type { LaunchFailure } from './model.ts';

// What the debugger asks of the VM beyond vm/interpreter/debugging.ts, in one place.

/** Code, or what CPython says of a text that has none, such as «SyntaxError: invalid syntax». */
export function compileText(
  text: string,
  mode: 'eval' | 'exec',
  target: string,
): { code: CodeObject | undefined; error: string | undefined } {
  const { code, error } = vm.host.compile(text, { filename: '<debugger>', mode, flags: 0, optimize: 0, target });
  return { code, error: error === undefined ? undefined : `${error.category}: ${error.message}` };
}

/** The code of a program, or what CPython prints when it can't compile it. */
export function compileProgram(source: Uint8Array, filename: string, target: string): CodeObject | LaunchFailure {
  const { code, error } = vm.host.compile(source, { filename, mode: 'exec', flags: 0, optimize: 0, target });
  if (error === undefined && code !== undefined) return code;
  if (error === undefined) throw new DebuggerError(`${filename} can't be compiled.`);
  const line = vm.host.sourceText(filename)?.split('\n')[error.lineno - 1];
  return {
    title: `${error.category}: ${error.message} (${filename.slice(filename.lastIndexOf('/') + 1)}, line ${error.lineno})`,
    output: exceptionText(error, filename, line),
  };
}

/** The code of a file that need not have been run. Throws a DebuggerError when it has none. */
export function codeOfFile(path: string, target: string): CodeObject {
  const text = vm.host.sourceText(path);
  if (text === undefined) throw unknownSource(path);
  const { code, error } = vm.host.compile(text, { filename: path, mode: 'exec', flags: 0, optimize: 0, target });
  if (code === undefined) throw new DebuggerError(`The file can't be compiled: ${error?.message ?? 'not supported'}.`);
  return code;
}

/** As the last lines of a traceback: «NameError: name 'x' is not defined». */
export const describeException = (exception: PyBaseException): string => formatExceptionOnly(exception).trimEnd();

/** Names that the console has bound in a function's frame, beside its own variables. */
const consoleNames = new WeakMap<Frame, PyDict>();

/** What is known of code to be evaluated, once: conditions run at every pass. */
interface Evaluable {
  readonly value: PyCode;
  /** It may change variables, or wants them all: a statement, `:=`, or a call of `locals()` and its like. */
  readonly needsAll: boolean;
}

const evaluables = new WeakMap<CodeObject, Evaluable>();
const namespaceFunctions = new Set(['locals', 'vars', 'dir', 'eval', 'exec']);

function evaluable(code: CodeObject): Evaluable {
  let known = evaluables.get(code);
  if (known === undefined) {
    let needsAll = code.co_names.some((name) => namespaceFunctions.has(name));
    eachInstruction(code, (_offset, _start, _opcode, op) => {
      if (op === Op.STORE_NAME || op === Op.DELETE_NAME) needsAll = true;
    });
    known = { value: codeValue(code), needsAll };
    evaluables.set(code, known);
  }
  return known;
}

/** Runs code in a frame: what it assigns to the frame's variables changes them, and other names stay for later code. */
export function runInFrame(code: CodeObject, frame: Frame, globals: PyDict = frame.globals): Value {
  const { value, needsAll } = evaluable(code);
  if (frame.locals !== undefined) return runCode(value, globals, frame.locals);
  return needsAll ? runAndAssign(value, frame, globals) : runCode(value, globals, usedLocals(code, frame));
}

/** Only the variables that the code names. */
function usedLocals(code: CodeObject, frame: Frame): PyDict {
  const locals = new PyDict();
  const { co_localsplusnames: own, co_localspluskinds: kinds } = frame.code.code;
  const added = consoleNames.get(frame);
  for (const name of code.co_names) {
    const index = own.indexOf(name);
    const slot = index < 0 ? added?.getString(name) : frame.stack[index];
    const isCell = slot instanceof PyCell && (kinds[index] & (LocalKind.CELL | LocalKind.FREE)) !== 0;
    const found = isCell ? slot.contents : slot;
    if (found !== undefined) locals.setString(name, found);
  }
  return locals;
}

function runAndAssign(code: PyCode, frame: Frame, globals: PyDict): Value {
  const locals = frameLocals(frame) as PyDict;
  const before = locals.copy();
  const own = new Set(frame.code.code.co_localsplusnames);
  for (const [name, value] of consoleNames.get(frame)?.entries() ?? []) {
    if (typeof name === 'string' && !own.has(name)) locals.setString(name, value);
  }
  try {
    return runCode(code, globals, locals);
  } finally {
    const others = new PyDict();
    for (const [name, value] of locals.entries()) {
      if (typeof name !== 'string') continue;
      if (!own.has(name)) others.setString(name, value);
      else if (before.getString(name) !== value) setLocalVariable(frame, name, value);
    }
    if (others.size > 0) consoleNames.set(frame, others);
  }
}

/** Runs code in the namespace of `__main__`. */
export function runInMain(code: CodeObject): Value {
  const main = vm.modules.getString('__main__');
  const globals = main === undefined ? undefined : getAttribute(main, '__dict__');
  if (!(globals instanceof PyDict)) throw new DebuggerError('The program has not been started.');
  return runCode(codeValue(code), globals, globals);
}

/** Makes what the program prints appear line by line, as it does on a terminal. */
export function bufferOutputByLines(): void {
  callWith(getAttribute(standardOutput(), 'reconfigure'), [true], ['line_buffering']);
}

/** Brings out the part of a line that the program has printed. */
export function flushOutput(): void {
  const stream = standardOutput();
  // The program may have put anything in its place, or have closed it.
  if (lookupAttribute(stream, 'closed') === false) callMethod(stream, 'flush');
}

function standardOutput(): Value {
  return getAttribute(vm.modules.getString('sys') ?? null, 'stdout');
}
