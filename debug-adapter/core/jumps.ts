import type { Frame } from '../../vm/interpreter/frame.ts';
import { type Jump, jump, planJump } from '../../vm/interpreter/jump.ts';
import { isException, valueErrorType } from '../../vm/objects/exception.ts';
import { cannotJump, notInFrame, notStopped, onlyInnermost } from './errors.ts';
import type { JumpTarget } from './model.ts';
import type { Session } from './session.ts';

/** Makes the stopped program go on at another line of the frame in which it stands. */
export class Jumps {
  private readonly session: Session;
  private readonly linesOf: (path: string) => readonly number[];

  constructor(session: Session, linesOf: (path: string) => readonly number[]) {
    this.session = session;
    this.linesOf = linesOf;
  }

  /** Where a jump to a line of a file leads; throws what CPython says where there is none. */
  targets(path: string, line: number): JumpTarget[] {
    const frame = this.standing();
    const { co_filename, co_qualname } = frame.code.code;
    if (path !== co_filename) throw notInFrame(line, co_qualname);
    // A line without code stands for the next one that has some, as for a breakpoint.
    const wanted = this.linesOf(path).find((candidate) => candidate >= line) ?? line;
    const found = frame.program.lineOf(plan(frame, wanted).index);
    if (found !== wanted) throw notInFrame(line, co_qualname);
    return [{ id: found, line: found, label: `line ${found} of ${co_qualname}` }];
  }

  /** Jumps to what `targets` gave; the program stands there then. */
  go(threadId: number, id: number): void {
    const frame = this.standing();
    const { stop } = this.session;
    if (stop?.info.threadId !== threadId) throw onlyInnermost();
    jump(frame, plan(frame, id));
    this.session.jumped();
  }

  /** The frame that can be made to jump: it must be about to begin an instruction. */
  private standing(): Frame {
    const { stop } = this.session;
    if (stop === undefined) throw notStopped();
    const { frame, stands } = stop;
    if (stands === 'at an event') throw cannotJump("can only jump from a 'line' trace event");
    if (frame === undefined || stands === 'in a call') throw cannotJump("can't jump during a call");
    if (frame.index < 0) throw cannotJump("can't jump from the 'call' trace event of a new frame");
    return frame;
  }
}

function plan(frame: Frame, line: number): Jump {
  try {
    return planJump(frame, line);
  } catch (error) {
    if (!isException(error, valueErrorType)) throw error;
    throw cannotJump(String(error.args.items[0]));
  }
}
