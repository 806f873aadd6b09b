import type { CodeObject } from './code-object.ts';
import { isComprehension } from './flags.ts';
import { Op } from './op.ts';
import { positions } from './positions.ts';
import { eachInstruction } from './walk.ts';

export type SuspensionKind = 'yield' | 'yield from' | 'await' | 'async for' | 'async with' | 'async comprehension';

/** A place where a frame can be suspended. */
export interface SuspensionPoint {
  readonly kind: SuspensionKind;
  /** From 1; null where the bytecode has no line. */
  readonly line: number | null;
  /** CPython's columns: UTF-8 bytes from 0, end exclusive; null for targets that keep lines alone (before 3.11). */
  readonly column: number | null;
  readonly endLine: number | null;
  readonly endColumn: number | null;
  /**
   * Byte offset of the instruction that suspends: YIELD_VALUE or YIELD_FROM. The f_lasti of a frame that is suspended
   * there is not the same everywhere: 3.8 shows it for YIELD_VALUE, but two less for YIELD_FROM, which is to be executed
   * again; 3.13 and later show two more, the offset of the RESUME behind it.
   */
  readonly offset: number;
}

/**
 * Where a code object can be suspended, in order of offsets. One construct can have several: an `async with` waits for
 * `__aenter__`, and for `__aexit__` both after its body and after an exception.
 *
 * The kind follows from the instructions alone. What prepares the operand tells: GET_YIELD_FROM_ITER stands for
 * `yield from`, GET_ANEXT for `async for`, GET_AWAITABLE for the others. An `async with` gives GET_AWAITABLE an argument,
 * or before 3.11 follows BEFORE_ASYNC_WITH or WITH_CLEANUP_START. A GET_ANEXT belongs to a comprehension when the code
 * object is one, or when a collection is built for the same span of source: an inlined comprehension. And a
 * comprehension that is awaited as a whole was called with its iterator right after GET_ITER or GET_AITER.
 */
export function suspensionPoints(code: CodeObject): SuspensionPoint[] {
  const spans = positions(code);
  const points: SuspensionPoint[] = [];
  const collections = new Set<string>();
  const ownComprehension = isComprehension(code);
  let kind: SuspensionKind = 'await';
  let previous: Op = Op.NOP;
  let beforePrevious: Op = Op.NOP;
  eachInstruction(code, (offset, _start, _opcode, op, arg) => {
    if (op === Op.EXTENDED_ARG) return;
    switch (op) {
      case Op.BUILD_LIST:
      case Op.BUILD_SET:
      case Op.BUILD_MAP:
        if (arg === 0) collections.add(spanKey(spans, offset));
        break;
      case Op.GET_YIELD_FROM_ITER:
        kind = 'yield from';
        break;
      case Op.GET_ANEXT:
        kind = ownComprehension || collections.has(spanKey(spans, offset)) ? 'async comprehension' : 'async for';
        break;
      case Op.GET_AWAITABLE:
        kind = awaitedKind(arg ?? 0, previous, beforePrevious);
        break;
      case Op.YIELD_VALUE:
        points.push(pointAt(spans, offset, arg === 1 ? kind : 'yield'));
        break;
      case Op.YIELD_FROM:
        points.push(pointAt(spans, offset, kind));
        break;
    }
    beforePrevious = previous;
    previous = op;
  });
  return points;
}

function awaitedKind(arg: number, previous: Op, beforePrevious: Op): SuspensionKind {
  if (arg !== 0 || previous === Op.BEFORE_ASYNC_WITH || previous === Op.WITH_CLEANUP_START) return 'async with';
  const called = previous === Op.CALL || previous === Op.CALL_FUNCTION;
  const iterated = beforePrevious === Op.GET_ITER || beforePrevious === Op.GET_AITER;
  return called && iterated ? 'async comprehension' : 'await';
}

const spanKey = (spans: Int32Array, offset: number): string => spans.subarray(offset * 2, offset * 2 + 4).join();

function pointAt(spans: Int32Array, offset: number, kind: SuspensionKind): SuspensionPoint {
  const orNull = (value: number): number | null => (value === -1 ? null : value);
  const at = offset * 2;
  return {
    kind,
    line: orNull(spans[at]),
    column: orNull(spans[at + 2]),
    endLine: orNull(spans[at + 1]),
    endColumn: orNull(spans[at + 3]),
    offset,
  };
}
