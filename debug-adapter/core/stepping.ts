import { CodeFlag } from '../../compiler/bytecode/code-object.ts';
import { type Frame, FrameState } from '../../vm/interpreter/frame.ts';
import { Opcode } from '../../vm/interpreter/opcode.ts';
import type { Program } from '../../vm/interpreter/program.ts';
import type { Slot } from '../../vm/objects/object.ts';
import { lineStarts, resumptionIndices, returns } from './lines.ts';
import type { StepKind } from './model.ts';
import { TrapSet, type Traps } from './traps.ts';

/** What a function gave back when a step went past its end. */
export interface Returned {
  readonly qualname: string;
  readonly value: Slot;
}

/**
 * A step on its way. It belongs to one frame, its unit: stepping over a `yield` or `await` stays with that generator or
 * coroutine, however often others run meanwhile, and ends at its next line. Only when the unit is over does the step
 * end in whoever resumed it last.
 *
 * - over: the unit's next line.
 * - in: the next line of the user's own code, wherever control goes.
 * - out: where the unit's caller goes on. A generator's caller is who asked it for a value, so its next `yield` ends
 *   the step as well; a coroutine's is who awaits it, so its suspensions don't.
 */
export class Step {
  readonly kind: StepKind;
  readonly frame: Frame;
  /** Set when the step went past a function's end. */
  returned: Returned | undefined = undefined;
  /** The line on which it began. */
  private readonly line: number;
  private readonly everyInstruction: boolean;
  private readonly isOwnCode: (program: Program) => boolean;
  /** Traps in the unit itself. */
  private readonly inside: TrapSet;
  /** Traps in those that wait for it, put up when it is about to hand over to them. */
  private readonly outside: TrapSet;
  private outerFrames = new Map<Frame, ReadonlySet<number> | 'lines'>();
  /** Frames that were entered or resumed on the way in, with the index at which they go on; -1: at their first line. */
  private readonly entered = new Map<Frame, number>();
  private readonly entries: TrapSet;
  private followsEntries: boolean;

  constructor(
    kind: StepKind,
    frame: Frame,
    everyInstruction: boolean,
    traps: Traps,
    isOwnCode: (program: Program) => boolean,
  ) {
    this.kind = kind;
    this.frame = frame;
    this.line = frame.index < 0 ? -1 : frame.program.lineOf(frame.index);
    this.everyInstruction = everyInstruction;
    this.isOwnCode = isOwnCode;
    this.inside = new TrapSet(traps);
    this.outside = new TrapSet(traps);
    this.entries = new TrapSet(traps);
    this.followsEntries = kind === 'in';
    const { program } = frame;
    if (!isOwnCode(program)) {
      // From library code the way leads to the user's own, wherever that runs next.
      this.followsEntries = true;
      this.awaitOuter();
      return;
    }
    for (const index of returns(program)) this.inside.add(program, index);
    // The program has stopped before an instruction that is not announced again.
    if (frame.state === FrameState.EXECUTING) {
      const next = program.pristine[frame.index];
      if (next === Opcode.RETURN_VALUE) this.aboutToReturn();
      else if (next === Opcode.YIELD_VALUE || next === Opcode.YIELD_DELEGATED) this.suspends(frame);
    }
    if (kind === 'out') return;
    if (everyInstruction) for (let index = 0; index < program.pristine.length; index++) this.inside.add(program, index);
    else for (const index of lineStarts(program).indices) this.inside.add(program, index);
  }

  /** Whether the debugger must tell of every frame that is entered or resumed. */
  get wantsEntries(): boolean {
    return this.followsEntries;
  }

  end(): void {
    this.inside.clear();
    this.outside.clear();
    this.entries.clear();
  }

  /** A trap is hit before the instruction at frame.index runs. True when the step ends here. */
  hit(frame: Frame): boolean {
    const { program, index } = frame;
    const resumed = this.entered.get(frame);
    if (resumed !== undefined) return resumed === index || this.beginsHere(program, index);
    if (frame === this.frame) {
      const mayStop = this.kind !== 'out' && this.isOwnCode(program);
      if (mayStop && this.beginsHere(program, index) && !this.loops(frame)) return true;
      if (program.pristine[index] === Opcode.RETURN_VALUE) this.aboutToReturn();
      return false;
    }
    const places = this.outerFrames.get(frame);
    if (places === undefined) return false;
    return places === 'lines' ? this.beginsHere(program, index) : places.has(index);
  }

  /** A frame is entered or resumed. The step ends where it goes on, or in a new one at its first line. */
  entering(frame: Frame): void {
    const { program } = frame;
    if (frame === this.frame || !this.isOwnCode(program) || this.entered.has(frame)) return;
    const { indices, first } = lineStarts(program);
    const resumesAt = frame.ip < first ? -1 : frame.ip;
    this.entered.set(frame, resumesAt);
    if (resumesAt >= 0) this.entries.add(program, resumesAt);
    for (const index of this.everyInstruction ? [first] : indices) this.entries.add(program, index);
  }

  /** An exception is on its way through `frame`. Where it passes through the unit, those outside may catch it. */
  raised(frame: Frame): void {
    for (let next: Frame | undefined = frame; next !== undefined; next = next.back) {
      if (next === this.frame) {
        this.awaitHandlers();
        return;
      }
    }
  }

  /** A frame is about to suspend. */
  suspends(frame: Frame): void {
    if (frame !== this.frame) return;
    this.forgetOuter();
    if (this.kind === 'in') this.awaitOuter();
    else if (this.kind === 'out' && isPlainGenerator(frame) && !isDelegating(frame.back)) this.awaitOuter();
  }

  private beginsHere(program: Program, index: number): boolean {
    return this.everyInstruction || lineStarts(program).begins[index] === 1;
  }

  /** Only another round of a loop that stands on the line where the step began. */
  private loops({ program, index }: Frame): boolean {
    if (this.everyInstruction || program.pristine[index] !== Opcode.JUMP_BACKWARD) return false;
    return program.lineOf(index) === this.line;
  }

  private aboutToReturn(): void {
    const { frame } = this;
    this.forgetOuter();
    this.returned = { qualname: frame.code.code.co_qualname, value: frame.stack[frame.sp - 1] };
    if (frame.generator !== undefined && frame.back !== undefined && !this.isOwnCode(frame.back.program)) {
      // An event loop drove it: whatever of the user's runs next is where the story goes on.
      this.followsEntries = true;
    }
    this.awaitOuter();
  }

  /** Ends the step where the nearest frame of the user's own code outside goes on. */
  private awaitOuter(): void {
    for (let outer = this.frame.back; outer !== undefined; outer = outer.back) {
      if (!this.isOwnCode(outer.program)) continue;
      const indices = resumptionIndices(outer.program, outer.index);
      for (const index of indices) this.outside.add(outer.program, index);
      this.outerFrames.set(outer, new Set(indices));
      return;
    }
  }

  private awaitHandlers(): void {
    for (let outer = this.frame.back; outer !== undefined; outer = outer.back) {
      if (!this.isOwnCode(outer.program)) continue;
      for (const index of lineStarts(outer.program).indices) this.outside.add(outer.program, index);
      this.outerFrames.set(outer, 'lines');
    }
  }

  private forgetOuter(): void {
    this.outside.clear();
    this.outerFrames = new Map();
  }
}

function isPlainGenerator(frame: Frame): boolean {
  return (frame.code.code.co_flags & (CodeFlag.CO_GENERATOR | CodeFlag.CO_ASYNC_GENERATOR)) !== 0;
}

/** Whether a frame stands in a `yield from` or `await`, and so passes on what it is given. */
function isDelegating(frame: Frame | undefined): boolean {
  if (frame === undefined || frame.index < 0) return false;
  if (frame.state === FrameState.SUSPENDED_YIELD_FROM) return true;
  const opcode = frame.program.pristine[frame.index];
  return opcode === Opcode.SEND || opcode === Opcode.YIELD_FROM_38;
}
