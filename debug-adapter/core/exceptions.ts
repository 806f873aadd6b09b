import type { Frame } from '../../vm/interpreter/frame.ts';
import { Opcode } from '../../vm/interpreter/opcode.ts';
import type { Program } from '../../vm/interpreter/program.ts';
import type { PyBaseException } from '../../vm/objects/exception.ts';
import { PyGenerator } from '../../vm/objects/generator.ts';
import type { Value } from '../../vm/objects/object.ts';
import { DebuggerError } from './errors.ts';
import type { Evaluator } from './evaluate.ts';
import { suspensionPoint } from './inventory.ts';
import type { ExceptionFilterRequest } from './model.ts';
import type { Presenter } from './present.ts';

/** Class names that a filter is limited to; empty: every class. */
type ClassNames = readonly string[];

/** How iterations, generators and programs end. Nobody wants to stop there who didn't ask for it by name. */
const ordinaryEnds = ['StopIteration', 'StopAsyncIteration', 'GeneratorExit', 'SystemExit'];

/** Where the program stops by itself: at exceptions, and where the user's own code suspends. */
export class ExceptionFilters {
  raised: ClassNames | undefined;
  suspend: { readonly condition: string | undefined } | undefined;
  private uncaught: ClassNames | undefined;
  private readonly evaluator: Evaluator;
  private readonly presenter: Presenter;
  private readonly isOwnCode: (program: Program) => boolean;
  /** Exceptions at which the program has stopped: raising one again is no news. */
  private readonly seen = new WeakSet<PyBaseException>();

  constructor(evaluator: Evaluator, presenter: Presenter, isOwnCode: (program: Program) => boolean) {
    this.evaluator = evaluator;
    this.presenter = presenter;
    this.isOwnCode = isOwnCode;
  }

  set(requests: readonly ExceptionFilterRequest[]): { verified: boolean; message?: string }[] {
    this.raised = undefined;
    this.uncaught = undefined;
    this.suspend = undefined;
    return requests.map(({ filter, condition }) => {
      try {
        if (filter === 'suspend') {
          if (condition !== undefined) this.evaluator.check(condition);
          this.suspend = { condition };
        } else {
          this[filter === 'raised' ? 'raised' : 'uncaught'] = classNames(condition);
        }
        return { verified: true };
      } catch (error) {
        if (!(error instanceof DebuggerError)) throw error;
        return { verified: false, message: error.message };
      }
    });
  }

  stopsAtRaise(frame: Frame, exception: PyBaseException): boolean {
    if (this.raised === undefined || !this.isOwnCode(frame.program) || this.seen.has(exception)) return false;
    if (!matches(exception, this.raised)) return false;
    this.seen.add(exception);
    return true;
  }

  stopsAtUncaught(exception: PyBaseException): boolean {
    return this.uncaught !== undefined && matches(exception, this.uncaught);
  }

  /**
   * Whether the user's own code suspends here by its own doing. Where it passes on what another unit of the user's has
   * yielded or awaits, it is that one which suspends, and the program has stopped there.
   */
  stopsAtSuspension(frame: Frame): boolean {
    if (this.suspend === undefined || !this.isOwnCode(frame.program) || this.passesOn(frame)) return false;
    const { condition } = this.suspend;
    if (condition === undefined) return true;
    try {
      return this.evaluator.isTrue(condition, frame);
    } catch (error) {
      if (error instanceof DebuggerError) return false;
      throw error;
    }
  }

  describe(exception: PyBaseException): { description: string; text: string } {
    const message = this.messageOf(exception);
    const name = exception.type.tp_name;
    return { description: `Paused on ${name}`, text: message === '' ? name : `${name}: ${message}` };
  }

  describeSuspension(frame: Frame, value: Value): { description: string; text: string } {
    const point = suspensionPoint(frame);
    const name = frame.code.code.co_qualname;
    const text = point === 'yield' ? `${name} yields ${this.presenter.text(value)}` : `${name} suspends in ${point}`;
    return { description: `Paused at ${point}`, text };
  }

  /** str(exception). */
  messageOf(exception: PyBaseException): string {
    try {
      return this.evaluator.text(exception);
    } catch (error) {
      if (error instanceof DebuggerError) return `<str() failed: ${error.message}>`;
      throw error;
    }
  }

  private passesOn(frame: Frame): boolean {
    const { program, stack, sp } = frame;
    const opcode = program.pristine[frame.index];
    if (opcode === Opcode.YIELD_VALUE || opcode === Opcode.YIELD_VALUE_38) return false;
    // The one delegated to is on top of the stack, or below the value that it gave.
    for (const place of [stack[sp - 1], stack[sp - 2]]) {
      if (place instanceof PyGenerator && place.frame !== undefined && place.suspended) {
        return this.isOwnCode(place.frame.program);
      }
    }
    return false;
  }
}

function classNames(condition: string | undefined): ClassNames {
  const names = (condition ?? '').split(',').map((name) => name.trim());
  for (const name of names) {
    if (!/^[\p{L}\p{N}_.]*$/u.test(name)) throw new DebuggerError(`'${name}' is not the name of an exception class.`);
  }
  return names.filter((name) => name !== '');
}

function matches(exception: PyBaseException, names: ClassNames): boolean {
  const classes = exception.type.mro.flatMap((type) => [type.tp_name, `${String(type.module)}.${type.qualname}`]);
  if (names.length > 0) return names.some((name) => classes.includes(name));
  return !ordinaryEnds.some((name) => classes.includes(name));
}
