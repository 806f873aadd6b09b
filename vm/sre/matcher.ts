import {
  type Characters,
  equalsIgnoringLocaleCase,
  isAt,
  isInSet,
  lowerAscii,
  lowerUnicode,
  matchesOne,
} from './characters.ts';
import { InfoFlag, MAXREPEAT, Sre } from './constants.ts';

/** Which instruction waits for what follows, and where it stands in its work (JUMP_… of sre_lib.h). */
const enum Jump {
  None,
  MaxUntil1,
  MaxUntil2,
  MaxUntil3,
  MinUntil1,
  MinUntil2,
  MinUntil3,
  Repeat,
  RepeatOne,
  MinRepeatOne,
  Branch,
  Assert,
  AssertNot,
  PossessiveRepeat1,
  PossessiveRepeat2,
  PossessiveRepeatOne,
  AtomicGroup,
}

/** SRE_REPEAT: a repetition of more than one character that is under way. */
interface Repeat {
  count: number;
  /** Where its REPEAT's operands are in the code; -1 for a possessive one. */
  readonly pattern: number;
  readonly previous: Repeat | undefined;
  lastPtr: number;
}

/** SRE(match_context): what an instruction remembers while the pattern behind it is tried. */
class Context {
  jump = Jump.None;
  ptr = 0;
  pattern = 0;
  count = 0;
  lastmark = -1;
  lastindex = -1;
  toplevel = false;
  repeat: Repeat | undefined = undefined;
}

/** Contexts are kept from match to match; they make up the engine's stack, so that JavaScript's is never used up. */
const contexts: Context[] = [new Context()];
const KEPT_CONTEXTS = 1024;

/**
 * Matches one compiled pattern on one subject (Modules/_sre/sre_lib.h, 3.14). Positions are indices into the characters; marks
 * 2n and 2n+1 are the ends of group n+1, -1 where a group took no part.
 */
export class Matcher {
  readonly code: Uint32Array;
  readonly chars: Characters;
  /** The end of what the pattern may see. */
  readonly end: number;
  /** Where the match begins, and after success where it ends. */
  start: number;
  ptr: number;
  /** fullmatch: only the subject's end ends a match. */
  matchAll = false;
  /** The next match must not be empty at `start`, as one ended there just now. */
  mustAdvance = false;
  readonly marks: Int32Array;
  lastmark = -1;
  lastindex = -1;

  #repeat: Repeat | undefined = undefined;
  /** Marks put by for the case that a try fails. */
  #saved: number[] = [];

  /** `groups` is the number of capturing groups. */
  constructor(code: Uint32Array, groups: number, chars: Characters, start: number, end: number) {
    this.code = code;
    this.chars = chars;
    this.start = start;
    this.ptr = start;
    this.end = end;
    this.marks = new Int32Array(2 * groups).fill(-1);
  }

  /** state_reset: forgets groups, for the next match. */
  reset(): void {
    this.lastmark = -1;
    this.lastindex = -1;
    this.#repeat = undefined;
    this.#saved.length = 0;
  }

  /** Group number `group` (from 1) as its ends, or undefined if it took no part. */
  span(group: number): readonly [start: number, end: number] | undefined {
    const j = 2 * (group - 1);
    if (j + 1 > this.lastmark || this.marks[j] < 0 || this.marks[j + 1] < 0) return undefined;
    return [this.marks[j], this.marks[j + 1]];
  }

  /** Matches at `start`. */
  match(): boolean {
    this.ptr = this.start;
    return this.#match(0, true);
  }

  /** Finds the first match from `start` on, and moves `start` there (SRE(search)). */
  search(): boolean {
    const { code, chars } = this;
    let ptr = this.start;
    let last = this.end;
    if (ptr > last) return false;
    let body = 0;
    if (code[0] === Sre.INFO) {
      body = code[1] + 1;
      const least = code[3];
      if (last - ptr < least) return false;
      if (least > 1) last -= least - 1;
      const flags = code[2];
      if (flags & InfoFlag.PREFIX && code[5] > 0) return this.#searchPrefix(ptr, body);
      if (flags & InfoFlag.CHARSET) return this.#searchSet(ptr, body);
    }
    this.start = this.ptr = ptr;
    if (this.#match(body, true)) return true;
    this.mustAdvance = false;
    if (code[body] === Sre.AT && (code[body + 1] === 0 || code[body + 1] === 2)) return false;
    // A literal in front that no INFO block tells of still lets most positions be skipped.
    const literal = code[body] === Sre.LITERAL ? code[body + 1] : -1;
    while (ptr < last) {
      ptr++;
      if (literal >= 0) {
        while (ptr < this.end && chars[ptr] !== literal) ptr++;
        if (ptr >= this.end) return false;
      }
      this.reset();
      this.start = this.ptr = ptr;
      if (this.#match(body, false)) return true;
    }
    return false;
  }

  /** <INFO> skip flags min max <prefix length> <prefix skip> <prefix…> <overlap…>. */
  #searchPrefix(from: number, body: number): boolean {
    const { code, chars, end } = this;
    const length = code[5];
    const skip = code[6];
    const first = code[7];
    const last = end - length;
    this.mustAdvance = false;
    for (let ptr = from; ptr <= last; ptr++) {
      ptr = (chars as Uint16Array).indexOf(first, ptr);
      if (ptr < 0 || ptr > last) return false;
      let i = 1;
      while (i < length && chars[ptr + i] === code[7 + i]) i++;
      if (i < length) continue;
      this.reset();
      this.start = ptr;
      this.ptr = ptr + skip;
      if (code[2] & InfoFlag.LITERAL) return true;
      if (this.#match(body + 2 * skip, false)) return true;
    }
    return false;
  }

  #searchSet(from: number, body: number): boolean {
    const { code, chars, end } = this;
    this.mustAdvance = false;
    for (let ptr = from; ptr < end; ptr++) {
      if (!isInSet(code, 5, chars[ptr])) continue;
      this.reset();
      this.start = this.ptr = ptr;
      if (this.#match(body, false)) return true;
    }
    return false;
  }

  /** SRE(count): how often, up to `most` times, the one-character instruction at `p` matches from `from` on. */
  #count(p: number, from: number, most: number): number {
    const { code, chars } = this;
    const end = most === MAXREPEAT || most > this.end - from ? this.end : from + most;
    let ptr = from;
    switch (code[p]) {
      case Sre.ANY:
        while (ptr < end && chars[ptr] !== 0x0a) ptr++;
        break;
      case Sre.ANY_ALL:
        ptr = Math.max(end, from);
        break;
      case Sre.LITERAL: {
        const ch = code[p + 1];
        while (ptr < end && chars[ptr] === ch) ptr++;
        break;
      }
      case Sre.NOT_LITERAL: {
        const ch = code[p + 1];
        while (ptr < end && chars[ptr] !== ch) ptr++;
        break;
      }
      case Sre.IN:
        while (ptr < end && isInSet(code, p + 2, chars[ptr])) ptr++;
        break;
      default:
        while (ptr < end && matchesOne(code, p, chars[ptr])) ptr++;
    }
    return ptr - from;
  }

  #saveMarks(lastmark: number): void {
    for (let i = 0; i <= lastmark; i++) this.#saved.push(this.marks[i]);
  }

  /** Puts the marks that were saved last back, and keeps the copy. */
  #restoreMarks(lastmark: number): void {
    const base = this.#saved.length - (lastmark + 1);
    for (let i = 0; i <= lastmark; i++) this.marks[i] = this.#saved[base + i];
  }

  #dropMarks(lastmark: number): void {
    this.#saved.length -= lastmark + 1;
  }

  /** Whether group reference number `i` has a value; its ends are in the marks. */
  #hasGroup(i: number): boolean {
    const first = 2 * i;
    return first < this.lastmark && this.marks[first] >= 0 && this.marks[first + 1] >= this.marks[first];
  }

  /** Where a backreference that begins at `ptr` ends, or -1. */
  #matchGroup(i: number, from: number, equal: (wanted: number, ch: number) => boolean): number {
    if (!this.#hasGroup(i)) return -1;
    let ptr = from;
    for (let p = this.marks[2 * i]; p < this.marks[2 * i + 1]; p++, ptr++) {
      if (ptr >= this.end || !equal(this.chars[p], this.chars[ptr])) return -1;
    }
    return ptr;
  }

  /** The next alternative of a BRANCH that can match, by its first instruction; the closing 0 if there is none. */
  #nextBranch(from: number, ptr: number): number {
    const { code, chars, end } = this;
    let p = from;
    for (; code[p] !== 0; p += code[p]) {
      if (code[p + 1] === Sre.LITERAL && (ptr >= end || chars[ptr] !== code[p + 2])) continue;
      if (code[p + 1] === Sre.IN && (ptr >= end || !isInSet(code, p + 3, chars[ptr]))) continue;
      break;
    }
    return p;
  }

  /** SRE(match): from `this.ptr`, which success moves to the match's end. */
  #match(startPattern: number, startToplevel: boolean): boolean {
    const { code, chars, end } = this;
    let depth = 0;
    let context = contexts[0];
    context.jump = Jump.None;
    context.toplevel = startToplevel;
    let ptr = this.ptr;
    let p = startPattern;

    for (;;) {
      let matched = false;
      // What to try behind the instruction at work: code offset, the jump that gets the answer, and whether it is the whole
      // match that would end there. -1: nothing.
      let next = -1;
      let jump = Jump.None;
      let toplevel = context.toplevel;

      dispatch: for (;;) {
        switch (code[p++]) {
          case Sre.FAILURE:
            break dispatch;

          case Sre.SUCCESS:
            if (context.toplevel) {
              if (this.matchAll && ptr !== end) break dispatch;
              if (this.mustAdvance && ptr === this.start) break dispatch;
            }
            this.ptr = ptr;
            matched = true;
            break dispatch;

          case Sre.INFO:
            if (code[p + 2] > 0 && end - ptr < code[p + 2]) break dispatch;
            p += code[p];
            continue;

          case Sre.JUMP:
            p += code[p];
            continue;

          case Sre.MARK: {
            const mark = code[p++];
            if (mark & 1) this.lastindex = (mark >> 1) + 1;
            if (mark > this.lastmark) {
              for (let j = this.lastmark + 1; j < mark; j++) this.marks[j] = -1;
              this.lastmark = mark;
            }
            this.marks[mark] = ptr;
            continue;
          }

          case Sre.LITERAL:
            if (ptr >= end || chars[ptr] !== code[p]) break dispatch;
            p++;
            ptr++;
            continue;

          case Sre.NOT_LITERAL:
            if (ptr >= end || chars[ptr] === code[p]) break dispatch;
            p++;
            ptr++;
            continue;

          case Sre.ANY:
            if (ptr >= end || chars[ptr] === 0x0a) break dispatch;
            ptr++;
            continue;

          case Sre.ANY_ALL:
            if (ptr >= end) break dispatch;
            ptr++;
            continue;

          case Sre.IN:
            if (ptr >= end || !isInSet(code, p + 1, chars[ptr])) break dispatch;
            p += code[p];
            ptr++;
            continue;

          case Sre.IN_IGNORE:
          case Sre.IN_UNI_IGNORE:
          case Sre.IN_LOC_IGNORE:
            if (ptr >= end || !matchesOne(code, p - 1, chars[ptr])) break dispatch;
            p += code[p];
            ptr++;
            continue;

          case Sre.CATEGORY:
          case Sre.LITERAL_IGNORE:
          case Sre.NOT_LITERAL_IGNORE:
          case Sre.LITERAL_UNI_IGNORE:
          case Sre.NOT_LITERAL_UNI_IGNORE:
          case Sre.LITERAL_LOC_IGNORE:
          case Sre.NOT_LITERAL_LOC_IGNORE:
            if (ptr >= end || !matchesOne(code, p - 1, chars[ptr])) break dispatch;
            p++;
            ptr++;
            continue;

          case Sre.AT:
            if (!isAt(chars, ptr, end, code[p])) break dispatch;
            p++;
            continue;

          case Sre.GROUPREF:
          case Sre.GROUPREF_IGNORE:
          case Sre.GROUPREF_UNI_IGNORE:
          case Sre.GROUPREF_LOC_IGNORE: {
            ptr = this.#matchGroup(code[p], ptr, GROUP_EQUALITY[code[p - 1]]);
            if (ptr < 0) break dispatch;
            p++;
            continue;
          }

          case Sre.GROUPREF_EXISTS:
            p += this.#hasGroup(code[p]) ? 2 : code[p + 1];
            continue;

          case Sre.BRANCH: {
            const alternative = this.#nextBranch(p, ptr);
            if (code[alternative] === 0) break dispatch;
            context.lastmark = this.lastmark;
            context.lastindex = this.lastindex;
            context.pattern = alternative;
            if (this.#repeat !== undefined) this.#saveMarks(context.lastmark);
            next = alternative + 1;
            jump = Jump.Branch;
            break dispatch;
          }

          case Sre.REPEAT_ONE: {
            // <skip> <min> <max> item <SUCCESS> tail
            if (code[p + 1] > end - ptr) break dispatch;
            const count = this.#count(p + 3, ptr, code[p + 2]);
            if (count < code[p + 1]) break dispatch;
            context.pattern = p;
            context.lastmark = this.lastmark;
            context.lastindex = this.lastindex;
            context.count = count;
            ptr = this.#lastTail(p, ptr + count, context);
            if (ptr < 0) break dispatch;
            if (this.#repeat !== undefined) this.#saveMarks(context.lastmark);
            next = p + code[p];
            jump = Jump.RepeatOne;
            break dispatch;
          }

          case Sre.MIN_REPEAT_ONE: {
            const least = code[p + 1];
            if (least > end - ptr) break dispatch;
            if (least > 0 && this.#count(p + 3, ptr, least) < least) break dispatch;
            ptr += least;
            context.pattern = p;
            context.count = least;
            context.lastmark = this.lastmark;
            context.lastindex = this.lastindex;
            if (this.#repeat !== undefined) this.#saveMarks(context.lastmark);
            next = p + code[p];
            jump = Jump.MinRepeatOne;
            break dispatch;
          }

          case Sre.POSSESSIVE_REPEAT_ONE: {
            if (code[p + 1] > end - ptr) break dispatch;
            const count = this.#count(p + 3, ptr, code[p + 2]);
            if (count < code[p + 1]) break dispatch;
            ptr += count;
            p += code[p];
            continue;
          }

          case Sre.REPEAT:
            // <skip> <min> <max> item <UNTIL> tail; the UNTIL does all the work.
            context.repeat = { count: -1, pattern: p, previous: this.#repeat, lastPtr: -1 };
            this.#repeat = context.repeat;
            next = p + code[p];
            jump = Jump.Repeat;
            break dispatch;

          case Sre.MAX_UNTIL: {
            const repeat = this.#repeat!;
            const count = repeat.count + 1;
            context.repeat = repeat;
            context.count = count;
            context.pattern = p;
            if (count < code[repeat.pattern + 1]) {
              repeat.count = count;
              next = repeat.pattern + 3;
              jump = Jump.MaxUntil1;
              break dispatch;
            }
            const most = code[repeat.pattern + 2];
            if ((count < most || most === MAXREPEAT) && ptr !== repeat.lastPtr) {
              repeat.count = count;
              context.lastmark = this.lastmark;
              context.lastindex = this.lastindex;
              this.#saveMarks(context.lastmark);
              // An item that matches nothing must not be repeated for ever.
              this.#saved.push(repeat.lastPtr);
              repeat.lastPtr = ptr;
              next = repeat.pattern + 3;
              jump = Jump.MaxUntil2;
              break dispatch;
            }
            this.#repeat = repeat.previous;
            next = p;
            jump = Jump.MaxUntil3;
            break dispatch;
          }

          case Sre.MIN_UNTIL: {
            const repeat = this.#repeat!;
            const count = repeat.count + 1;
            context.repeat = repeat;
            context.count = count;
            context.pattern = p;
            if (count < code[repeat.pattern + 1]) {
              repeat.count = count;
              next = repeat.pattern + 3;
              jump = Jump.MinUntil1;
              break dispatch;
            }
            this.#repeat = repeat.previous;
            context.lastmark = this.lastmark;
            context.lastindex = this.lastindex;
            if (this.#repeat !== undefined) this.#saveMarks(context.lastmark);
            next = p;
            jump = Jump.MinUntil2;
            break dispatch;
          }

          case Sre.POSSESSIVE_REPEAT: {
            const repeat: Repeat = { count: -1, pattern: -1, previous: this.#repeat, lastPtr: -1 };
            this.#repeat = repeat;
            context.repeat = repeat;
            context.count = 0;
            context.pattern = p;
            if (code[p + 1] > 0) {
              next = p + 3;
              jump = Jump.PossessiveRepeat1;
              toplevel = false;
              break dispatch;
            }
            if (code[p + 2] === 0) {
              this.#repeat = repeat.previous;
              p += code[p] + 1;
              continue;
            }
            this.#startPossessive(context, ptr);
            next = p + 3;
            jump = Jump.PossessiveRepeat2;
            toplevel = false;
            break dispatch;
          }

          case Sre.ATOMIC_GROUP:
            context.pattern = p;
            next = p + 1;
            jump = Jump.AtomicGroup;
            toplevel = false;
            break dispatch;

          case Sre.ASSERT:
            if (ptr < code[p + 1]) break dispatch;
            context.pattern = p;
            next = p + 2;
            jump = Jump.Assert;
            toplevel = false;
            break dispatch;

          case Sre.ASSERT_NOT:
            if (ptr < code[p + 1]) {
              p += code[p];
              continue;
            }
            context.pattern = p;
            context.lastmark = this.lastmark;
            context.lastindex = this.lastindex;
            if (this.#repeat !== undefined) this.#saveMarks(context.lastmark);
            next = p + 2;
            jump = Jump.AssertNot;
            toplevel = false;
            break dispatch;

          default:
            throw new Error(`unknown regular expression instruction ${code[p - 1]}`);
        }
      }

      // Either something is to be tried in a new context, or this context has its answer, which the ones below it take in turn
      // until one of them goes on.
      for (;;) {
        if (next >= 0) {
          context.ptr = ptr;
          const waiting = context;
          depth++;
          if (depth === contexts.length) contexts.push(new Context());
          context = contexts[depth];
          context.jump = jump;
          context.toplevel = toplevel;
          ptr = jump === Jump.Assert || jump === Jump.AssertNot ? ptr - code[waiting.pattern + 1] : ptr;
          p = next;
          break;
        }
        if (depth === 0) {
          // A deep match leaves no more than a handful of contexts behind.
          if (contexts.length > KEPT_CONTEXTS) contexts.length = KEPT_CONTEXTS;
          return matched;
        }
        const answered = context.jump;
        depth--;
        context = contexts[depth];
        ptr = context.ptr;
        toplevel = context.toplevel;
        const pattern = context.pattern;
        let resume = -1;

        switch (answered) {
          case Jump.Branch: {
            const saved = this.#repeat !== undefined;
            if (matched) {
              if (saved) this.#dropMarks(context.lastmark);
              break;
            }
            if (saved) this.#restoreMarks(context.lastmark);
            this.lastmark = context.lastmark;
            this.lastindex = context.lastindex;
            const alternative = this.#nextBranch(pattern + code[pattern], ptr);
            if (code[alternative] === 0) {
              if (saved) this.#dropMarks(context.lastmark);
              break;
            }
            context.pattern = alternative;
            next = alternative + 1;
            jump = Jump.Branch;
            break;
          }

          case Jump.RepeatOne: {
            const saved = this.#repeat !== undefined;
            if (matched) {
              if (saved) this.#dropMarks(context.lastmark);
              break;
            }
            if (saved) this.#restoreMarks(context.lastmark);
            this.lastmark = context.lastmark;
            this.lastindex = context.lastindex;
            context.count--;
            ptr = this.#lastTail(pattern, ptr - 1, context);
            if (ptr < 0) {
              if (saved) this.#dropMarks(context.lastmark);
              break;
            }
            next = pattern + code[pattern];
            jump = Jump.RepeatOne;
            break;
          }

          case Jump.MinRepeatOne: {
            const saved = this.#repeat !== undefined;
            if (matched) {
              if (saved) this.#dropMarks(context.lastmark);
              break;
            }
            if (saved) this.#restoreMarks(context.lastmark);
            this.lastmark = context.lastmark;
            this.lastindex = context.lastindex;
            const most = code[pattern + 2];
            if (
              ptr >= end ||
              (most !== MAXREPEAT && context.count >= most) ||
              !matchesOne(code, pattern + 3, chars[ptr])
            ) {
              if (saved) this.#dropMarks(context.lastmark);
              break;
            }
            ptr++;
            context.count++;
            next = pattern + code[pattern];
            jump = Jump.MinRepeatOne;
            break;
          }

          case Jump.Repeat:
            this.#repeat = context.repeat!.previous;
            break;

          case Jump.MaxUntil1:
          case Jump.MinUntil1:
          case Jump.MinUntil3: {
            const repeat = context.repeat!;
            if (answered === Jump.MinUntil3) repeat.lastPtr = this.#saved.pop()!;
            if (!matched) repeat.count = context.count - 1;
            break;
          }

          case Jump.MaxUntil2: {
            const repeat = context.repeat!;
            repeat.lastPtr = this.#saved.pop()!;
            if (matched) {
              this.#dropMarks(context.lastmark);
              break;
            }
            this.#restoreMarks(context.lastmark);
            this.#dropMarks(context.lastmark);
            this.lastmark = context.lastmark;
            this.lastindex = context.lastindex;
            repeat.count = context.count - 1;
            // No further item; the tail must match.
            this.#repeat = repeat.previous;
            next = pattern;
            jump = Jump.MaxUntil3;
            break;
          }

          case Jump.MaxUntil3:
            this.#repeat = context.repeat;
            break;

          case Jump.MinUntil2: {
            const repeat = context.repeat!;
            const saved = repeat.previous !== undefined;
            this.#repeat = repeat;
            if (matched) {
              if (saved) this.#dropMarks(context.lastmark);
              break;
            }
            if (saved) {
              this.#restoreMarks(context.lastmark);
              this.#dropMarks(context.lastmark);
            }
            this.lastmark = context.lastmark;
            this.lastindex = context.lastindex;
            const most = code[repeat.pattern + 2];
            if ((context.count >= most && most !== MAXREPEAT) || ptr === repeat.lastPtr) break;
            repeat.count = context.count;
            this.#saved.push(repeat.lastPtr);
            repeat.lastPtr = ptr;
            next = repeat.pattern + 3;
            jump = Jump.MinUntil3;
            break;
          }

          case Jump.PossessiveRepeat1:
          case Jump.PossessiveRepeat2: {
            const repeat = context.repeat!;
            if (answered === Jump.PossessiveRepeat2) {
              repeat.lastPtr = this.#saved.pop()!;
              if (!matched) {
                this.#restoreMarks(context.lastmark);
                this.lastmark = context.lastmark;
                this.lastindex = context.lastindex;
              }
              this.#dropMarks(context.lastmark);
            } else if (!matched) {
              this.#repeat = repeat.previous;
              break;
            }
            if (matched) {
              context.count++;
              ptr = this.ptr;
              const most = code[pattern + 2];
              if (context.count < code[pattern + 1]) {
                next = pattern + 3;
                jump = Jump.PossessiveRepeat1;
                toplevel = false;
                break;
              }
              // A turn that took nothing is the last one.
              const stuck = answered === Jump.PossessiveRepeat2 && ptr === context.ptr;
              if ((context.count < most || most === MAXREPEAT) && !stuck) {
                this.#startPossessive(context, ptr);
                next = pattern + 3;
                jump = Jump.PossessiveRepeat2;
                toplevel = false;
                break;
              }
            }
            this.#repeat = repeat.previous;
            resume = pattern + code[pattern] + 1;
            break;
          }

          case Jump.AtomicGroup:
            if (!matched) break;
            ptr = this.ptr;
            resume = pattern + code[pattern];
            break;

          case Jump.Assert:
            if (matched) resume = pattern + code[pattern];
            break;

          case Jump.AssertNot: {
            const saved = this.#repeat !== undefined;
            if (!matched) {
              if (saved) this.#restoreMarks(context.lastmark);
              this.lastmark = context.lastmark;
              this.lastindex = context.lastindex;
              resume = pattern + code[pattern];
            }
            if (saved) this.#dropMarks(context.lastmark);
            matched = false;
            break;
          }
        }

        if (resume >= 0) {
          p = resume;
          break;
        }
      }
    }
  }

  #startPossessive(context: Context, ptr: number): void {
    const repeat = context.repeat!;
    context.lastmark = this.lastmark;
    context.lastindex = this.lastindex;
    this.#saveMarks(context.lastmark);
    this.#saved.push(repeat.lastPtr);
    repeat.lastPtr = ptr;
  }

  /**
   * The last position up to `from` at which a REPEAT_ONE's tail can begin, or -1 when fewer than its minimum would be left.
   * Where the tail starts with a literal, others are skipped at once.
   */
  #lastTail(p: number, from: number, context: Context): number {
    const { code, chars, end } = this;
    const least = code[p + 1];
    const tail = p + code[p];
    let ptr = from;
    if (code[tail] === Sre.LITERAL) {
      const ch = code[tail + 1];
      while (context.count >= least && (ptr >= end || chars[ptr] !== ch)) {
        ptr--;
        context.count--;
      }
    }
    return context.count < least ? -1 : ptr;
  }
}

const GROUP_EQUALITY: Readonly<Record<number, (wanted: number, ch: number) => boolean>> = {
  [Sre.GROUPREF]: (wanted, ch) => wanted === ch,
  [Sre.GROUPREF_IGNORE]: (wanted, ch) => lowerAscii(wanted) === lowerAscii(ch),
  [Sre.GROUPREF_UNI_IGNORE]: (wanted, ch) => lowerUnicode(wanted) === lowerUnicode(ch),
  [Sre.GROUPREF_LOC_IGNORE]: (wanted, ch) => equalsIgnoringLocaleCase(wanted, ch),
};
