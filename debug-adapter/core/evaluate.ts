import type { CodeObject } from '../../compiler/bytecode/code-object.ts';
import { type Debugging, localVariables } from '../../vm/interpreter/debugging.ts';
import type { Frame } from '../../vm/interpreter/frame.ts';
import { pythonException } from '../../vm/interpreter/unwind.ts';
import type { PyDict } from '../../vm/objects/dict.ts';
import { isException, keyboardInterruptType } from '../../vm/objects/exception.ts';
import type { Slot, Value } from '../../vm/objects/object.ts';
import { str } from '../../vm/operations/text.ts';
import { isTrue } from '../../vm/operations/truth.ts';
import { DebuggerError, evaluationFailed, evaluationTimedOut } from './errors.ts';
import type { LogPart } from './hit-condition.ts';
import { nestedCode } from './lines.ts';
import { compileText, describeException, runInFrame, runInMain } from './vm-port.ts';

/** Views that ask by themselves must not hold the program for long; the debug console may take its time. */
export const PATIENCE_SECONDS = 3;

/** Runs Python code in frames that are stopped, without stopping in it. */
export class Evaluator {
  private readonly debugging: Debugging;
  private readonly compiled = new Map<string, CodeObject>();
  private deadline = Number.POSITIVE_INFINITY;
  private depth = 0;
  private cancelled = false;
  /** The version of Python that the program is compiled for. */
  target = '3.14';

  constructor(debugging: Debugging) {
    this.debugging = debugging;
  }

  /** Whether code of the debugger's runs just now. */
  get busy(): boolean {
    return this.depth > 0;
  }

  /** Whether that code should be given up: asked by the VM now and then. */
  get expired(): boolean {
    return this.depth > 0 && (this.cancelled || performance.now() > this.deadline);
  }

  /** Gives up what is being evaluated. */
  cancel(): void {
    this.cancelled = true;
  }

  /** Throws a DebuggerError when this is not an expression. */
  check(expression: string): void {
    this.compile(expression, 'eval');
  }

  /** The value of an expression in a frame (undefined: in the module `__main__`). Throws a DebuggerError. */
  evaluate(expression: string, frame: Frame | undefined, seconds = PATIENCE_SECONDS): Value {
    return this.run(this.compile(expression, 'eval'), frame, seconds);
  }

  /** What is typed into the console: an expression, which has a value, or statements, which have none. */
  execute(text: string, frame: Frame | undefined): Slot {
    const expression = this.tryExpression(text);
    if (expression !== undefined) return this.run(expression, frame, Number.POSITIVE_INFINITY);
    this.run(this.compile(text, 'exec'), frame, Number.POSITIVE_INFINITY);
    return undefined;
  }

  isTrue(expression: string, frame: Frame): boolean {
    const code = this.compile(expression, 'eval');
    return this.guarded(Number.POSITIVE_INFINITY, () => isTrue(runInFrame(code, frame)));
  }

  /** The text of a log message in a frame. What can't be evaluated says why. */
  interpolate(parts: readonly LogPart[], frame: Frame): string {
    return parts
      .map((part) => {
        if ('text' in part) return part.text;
        try {
          // As an f-string would: conversions and format specifications work.
          return this.text(this.evaluate(`f${pythonQuote(`{${part.expression}}`)}`, frame));
        } catch (error) {
          return `{${(error as Error).message}}`;
        }
      })
      .join('');
  }

  /** str(value). */
  text(value: Value): string {
    return this.guarded(PATIENCE_SECONDS, () => str(value));
  }

  /** Runs something that may call the program's own code: it doesn't stop there, and not for long. */
  guarded<T>(seconds: number, action: () => T): T {
    const outer = this.deadline;
    this.deadline = Math.min(outer, performance.now() + seconds * 1000);
    this.depth++;
    try {
      return this.debugging.silently(action);
    } catch (error) {
      if (error instanceof DebuggerError) throw error;
      const exception = pythonException(error);
      if (isException(exception, keyboardInterruptType) && performance.now() > this.deadline) {
        throw evaluationTimedOut(seconds);
      }
      throw evaluationFailed(this.debugging.silently(() => describeException(exception)));
    } finally {
      this.deadline = outer;
      if (--this.depth === 0) this.cancelled = false;
    }
  }

  private run(code: CodeObject, frame: Frame | undefined, seconds: number): Value {
    return this.guarded(seconds, () => {
      if (frame === undefined) return runInMain(code);
      const names = boundNames(frame);
      if (!usesInNestedCode(code, names)) return runInFrame(code, frame);
      return runWithMergedGlobals(code, frame, names);
    });
  }

  private tryExpression(text: string): CodeObject | undefined {
    const { code, error } = compileText(text.trim(), 'eval', this.target);
    return error === undefined ? code : undefined;
  }

  private compile(text: string, mode: 'eval' | 'exec'): CodeObject {
    const key = `${mode} ${text}`;
    let code = this.compiled.get(key);
    if (code === undefined) {
      const result = compileText(mode === 'eval' ? text.trim() : text, mode, this.target);
      if (result.error !== undefined || result.code === undefined)
        throw evaluationFailed(result.error ?? 'not supported');
      code = result.code;
      if (this.compiled.size > 500) this.compiled.clear();
      this.compiled.set(key, code);
    }
    return code;
  }
}

/** Names of a function's bound locals, with their values; a module has none beside its globals. */
function boundNames(frame: Frame): Map<string, Value> {
  const names = new Map<string, Value>();
  if (frame.locals !== undefined) return names;
  for (const { name, value } of localVariables(frame)) if (value !== undefined) names.set(name, value);
  return names;
}

/** Whether a lambda or generator expression in the code uses a local of the frame: it could only find globals. */
function usesInNestedCode(code: CodeObject, names: ReadonlyMap<string, Value>): boolean {
  if (names.size === 0) return false;
  for (const nested of nestedCode(code)) {
    if (nested !== code && nested.co_names.some((name) => names.has(name))) return true;
  }
  return false;
}

/** Lets nested functions of evaluated code see the frame's locals, and keeps what they do to globals. */
function runWithMergedGlobals(code: CodeObject, frame: Frame, names: ReadonlyMap<string, Value>): Value {
  const merged: PyDict = frame.globals.copy();
  for (const [name, value] of names) merged.setString(name, value);
  try {
    return runInFrame(code, frame, merged);
  } finally {
    for (const [name, value] of merged.entries()) {
      if (typeof name === 'string' && !names.has(name) && frame.globals.getString(name) !== value) {
        frame.globals.setString(name, value);
      }
    }
  }
}

/** A Python string literal. JSON's escapes are all Python's too. */
export const pythonQuote = (text: string): string => JSON.stringify(text);
