import { TupleConstant } from '../bytecode/constants.ts';
import { Op } from '../bytecode/op.ts';
import type { ConstantKey } from '../flowgraph/constant-key.ts';
import {
  CompareOperator,
  type Expr,
  ExprContext,
  type Location,
  type Match,
  type MatchAs,
  type MatchCase,
  type MatchClass,
  type MatchMapping,
  type MatchOr,
  type MatchSequence,
  type MatchValue,
  NodeKind,
  Operator,
  type Pattern,
} from '../syntax/ast.ts';
import { type Compiler, locationOf } from './compiler.ts';
import { equalityKey } from './const-table.ts';
import { addCompare, jumpIf, visitExpr } from './expressions.ts';
import { NEXT_LOCATION, NO_LOCATION } from './instruction.ts';
import { nameOp } from './names.ts';
import { visitBody } from './statements.ts';

/**
 * CPython's `pattern_context`. Every pattern consumes the subject on top of the stack; on failure it jumps to one of
 * `failPop`, which pops as many values as its index says.
 */
interface PatternContext {
  /** Names captured so far, in the order of their values on the stack. */
  stores: string[];
  /** Whether a pattern that always matches may stand here. */
  allowIrrefutable: boolean;
  failPop: number[];
  /** Values on top of the stack that must stay there; captures go beneath them. */
  onTop: number;
}

const isWildcard = (p: Pattern): boolean => p.kind === NodeKind.MatchAs && p.name === null && p.pattern === null;
const isStarWildcard = (p: Pattern): boolean => p.kind === NodeKind.MatchStar && p.name === null;

/** `codegen_match`. */
export function match(c: Compiler, s: Match): void {
  visitExpr(c, s.subject);
  const end = c.newLabel();
  const count = s.cases.length;
  const hasDefault = count > 1 && isWildcard(s.cases[count - 1]!.pattern);
  const matched = hasDefault ? count - 1 : count;
  for (let i = 0; i < matched; i++) {
    matchCase(c, s.cases[i]!, i === matched - 1, i === count - 1, end);
  }
  if (hasDefault) {
    const last = s.cases[count - 1]!;
    const location = locationOf(last.pattern);
    // The default makes no code of its own, but its line must show as covered.
    c.op(Op.NOP, location);
    if (last.guard !== null) jumpIf(c, last.guard, end, false, location);
    visitBody(c, last.body);
  }
  c.useLabel(end);
}

function matchCase(c: Compiler, item: MatchCase, isLastMatched: boolean, isLast: boolean, end: number): void {
  const location = locationOf(item.pattern);
  if (!isLastMatched) c.opI(Op.COPY, 1, location);
  const context: PatternContext = {
    stores: [],
    allowIrrefutable: item.guard !== null || isLast,
    failPop: [],
    onTop: 0,
  };
  pattern(c, item.pattern, context);
  for (const name of context.stores) nameOp(c, name, ExprContext.Store, location);
  if (item.guard !== null) {
    ensureFailPop(c, context, 0);
    jumpIf(c, item.guard, context.failPop[0]!, false, location);
  }
  // The span of what follows gives branch events better places.
  if (!isLastMatched) c.op(Op.POP_TOP, NEXT_LOCATION);
  visitBody(c, item.body);
  c.jump(Op.JUMP, end, NO_LOCATION);
  emitFailPop(c, context, location);
}

// --- failure -----------------------------------------------------------------------------------------------------

function ensureFailPop(c: Compiler, context: PatternContext, pops: number): void {
  while (context.failPop.length <= pops) context.failPop.push(c.newLabel());
}

/** `jump_to_fail_pop`. */
function jumpToFailPop(c: Compiler, context: PatternContext, op: Op, location: Location): void {
  const pops = context.onTop + context.stores.length;
  ensureFailPop(c, context, pops);
  c.jump(op, context.failPop[pops]!, location);
}

/** `emit_and_reset_fail_pop`. */
function emitFailPop(c: Compiler, context: PatternContext, location: Location): void {
  const { failPop } = context;
  if (failPop.length === 0) return;
  for (let i = failPop.length - 1; i > 0; i--) {
    c.useLabel(failPop[i]!);
    c.op(Op.POP_TOP, location);
  }
  c.useLabel(failPop[0]!);
  context.failPop = [];
}

// --- captures ----------------------------------------------------------------------------------------------------

/** Moves the top of the stack beneath the `count` - 1 values below it, by swaps. */
function rotate(c: Compiler, count: number, location: Location): void {
  for (let i = count; i > 1; i--) c.opI(Op.SWAP, i, location);
}

function duplicateStore(c: Compiler, name: string, location: Location): void {
  c.error(`multiple assignments to name ${c.repr(name)} in pattern`, location);
}

/** `codegen_pattern_helper_store_name`: keeps the value for `name`, or drops it when `name` is null. */
function storeName(c: Compiler, name: string | null, context: PatternContext, location: Location): void {
  if (name === null) {
    c.op(Op.POP_TOP, location);
    return;
  }
  if (context.stores.includes(name)) duplicateStore(c, name, location);
  rotate(c, context.onTop + context.stores.length + 1, location);
  context.stores.push(name);
}

// --- patterns ----------------------------------------------------------------------------------------------------

/** `codegen_pattern`. */
function pattern(c: Compiler, p: Pattern, context: PatternContext): void {
  switch (p.kind) {
    case NodeKind.MatchValue:
      patternValue(c, p, context);
      break;
    case NodeKind.MatchSingleton: {
      const location = locationOf(p);
      c.loadConst(p.value, location);
      addCompare(c, CompareOperator.Is, location);
      jumpToFailPop(c, context, Op.POP_JUMP_IF_FALSE, location);
      break;
    }
    case NodeKind.MatchSequence:
      patternSequence(c, p, context);
      break;
    case NodeKind.MatchMapping:
      patternMapping(c, p, context);
      break;
    case NodeKind.MatchClass:
      patternClass(c, p, context);
      break;
    case NodeKind.MatchStar:
      storeName(c, p.name, context, locationOf(p));
      break;
    case NodeKind.MatchAs:
      patternAs(c, p, context);
      break;
    case NodeKind.MatchOr:
      patternOr(c, p, context);
      break;
  }
}

function subpattern(c: Compiler, p: Pattern, context: PatternContext): void {
  const before = context.allowIrrefutable;
  context.allowIrrefutable = true;
  pattern(c, p, context);
  context.allowIrrefutable = before;
}

function patternValue(c: Compiler, p: MatchValue, context: PatternContext): void {
  const location = locationOf(p);
  if (p.value.kind !== NodeKind.Constant && p.value.kind !== NodeKind.Attribute) {
    c.error('patterns may only match literals and attribute lookups', p);
  }
  visitExpr(c, p.value);
  addCompare(c, CompareOperator.Eq, location);
  c.op(Op.TO_BOOL, location);
  jumpToFailPop(c, context, Op.POP_JUMP_IF_FALSE, location);
}

function patternAs(c: Compiler, p: MatchAs, context: PatternContext): void {
  const location = locationOf(p);
  if (p.pattern === null) {
    if (!context.allowIrrefutable) {
      c.error(
        p.name === null
          ? 'wildcard makes remaining patterns unreachable'
          : `name capture ${c.repr(p.name)} makes remaining patterns unreachable`,
        p,
      );
    }
    storeName(c, p.name, context, location);
    return;
  }
  context.onTop++;
  c.opI(Op.COPY, 1, location);
  pattern(c, p.pattern, context);
  context.onTop--;
  storeName(c, p.name, context, location);
}

function checkLength(c: Compiler, length: number, op: CompareOperator, context: PatternContext, at: Location): void {
  c.op(Op.GET_LEN, at);
  c.loadConst(length, at);
  addCompare(c, op, at);
  jumpToFailPop(c, context, Op.POP_JUMP_IF_FALSE, at);
}

/** `codegen_pattern_sequence`. */
function patternSequence(c: Compiler, p: MatchSequence, context: PatternContext): void {
  const location = locationOf(p);
  const { patterns } = p;
  const size = patterns.length;
  let star = -1;
  let onlyWildcard = true;
  let starWildcard = false;
  patterns.forEach((item, i) => {
    if (item.kind === NodeKind.MatchStar) {
      if (star >= 0) c.error('multiple starred names in sequence pattern', p);
      starWildcard = isStarWildcard(item);
      onlyWildcard &&= starWildcard;
      star = i;
    } else onlyWildcard &&= isWildcard(item);
  });
  context.onTop++;
  c.op(Op.MATCH_SEQUENCE, location);
  jumpToFailPop(c, context, Op.POP_JUMP_IF_FALSE, location);
  if (star < 0) checkLength(c, size, CompareOperator.Eq, context, location);
  else if (size > 1) checkLength(c, size - 1, CompareOperator.GtE, context, location);
  context.onTop--;
  if (onlyWildcard) c.op(Op.POP_TOP, location);
  else if (starWildcard) sequenceBySubscript(c, patterns, star, context, location);
  else sequenceByUnpacking(c, patterns, context, location);
}

/** `pattern_helper_sequence_unpack`. */
function sequenceByUnpacking(
  c: Compiler,
  patterns: readonly Pattern[],
  context: PatternContext,
  location: Location,
): void {
  const size = patterns.length;
  const star = patterns.findIndex((item) => item.kind === NodeKind.MatchStar);
  if (star < 0) c.opI(Op.UNPACK_SEQUENCE, size, location);
  else {
    const after = size - star - 1;
    if (star >= 1 << 8 || after >= 0x7fffff) {
      c.error('too many expressions in star-unpacking sequence pattern', location);
    }
    c.opI(Op.UNPACK_EX, star + (after << 8), location);
  }
  context.onTop += size;
  for (const item of patterns) {
    context.onTop--;
    subpattern(c, item, context);
  }
}

/** `pattern_helper_sequence_subscr`: cheaper where the starred name is `_`. */
function sequenceBySubscript(
  c: Compiler,
  patterns: readonly Pattern[],
  star: number,
  context: PatternContext,
  location: Location,
): void {
  context.onTop++;
  patterns.forEach((item, i) => {
    if (i === star || isWildcard(item)) return;
    c.opI(Op.COPY, 1, location);
    if (i < star) c.loadConst(i, location);
    else {
      // The subject may not take negative indexes.
      c.op(Op.GET_LEN, location);
      c.loadConst(patterns.length - i, location);
      c.opI(Op.BINARY_OP, c.numbers.binary[Operator.Sub]!, location);
    }
    c.opI(Op.BINARY_OP, c.numbers.subscr, location);
    subpattern(c, item, context);
  });
  context.onTop--;
  c.op(Op.POP_TOP, location);
}

/** Fails unless the top of the stack is something else than None, which stays. */
function failIfNone(c: Compiler, context: PatternContext, location: Location): void {
  c.opI(Op.COPY, 1, location);
  c.loadConst(null, location);
  c.opI(Op.IS_OP, 1, location);
  jumpToFailPop(c, context, Op.POP_JUMP_IF_FALSE, location);
}

/** `codegen_pattern_class`. */
function patternClass(c: Compiler, p: MatchClass, context: PatternContext): void {
  const location = locationOf(p);
  const attributes = p.kwd_attrs;
  attributes.forEach((name, i) => {
    const repeated = attributes.indexOf(name, i + 1);
    if (repeated >= 0 && attributes.indexOf(name) === i) {
      c.error(`attribute name repeated in class pattern: ${name}`, p.kwd_patterns[repeated]!);
    }
  });
  visitExpr(c, p.cls);
  c.loadConst(new TupleConstant([...attributes]), location);
  c.opI(Op.MATCH_CLASS, p.patterns.length, location);
  c.opI(Op.COPY, 1, location);
  c.loadConst(null, location);
  c.opI(Op.IS_OP, 1, location);
  context.onTop++;
  jumpToFailPop(c, context, Op.POP_JUMP_IF_FALSE, location);
  const all = [...p.patterns, ...p.kwd_patterns];
  c.opI(Op.UNPACK_SEQUENCE, all.length, location);
  context.onTop += all.length - 1;
  for (const item of all) {
    context.onTop--;
    if (isWildcard(item)) c.op(Op.POP_TOP, location);
    else subpattern(c, item, context);
  }
}

/** `codegen_pattern_mapping`. */
function patternMapping(c: Compiler, p: MatchMapping, context: PatternContext): void {
  const location = locationOf(p);
  const size = p.keys.length;
  context.onTop++;
  c.op(Op.MATCH_MAPPING, location);
  jumpToFailPop(c, context, Op.POP_JUMP_IF_FALSE, location);
  if (size === 0 && p.rest === null) {
    context.onTop--;
    c.op(Op.POP_TOP, location);
    return;
  }
  if (size > 0) checkLength(c, size, CompareOperator.GtE, context, location);
  const seen = new Set<ConstantKey>();
  for (const key of p.keys) mappingKey(c, key, p, seen);
  c.opI(Op.BUILD_TUPLE, size, location);
  c.op(Op.MATCH_KEYS, location);
  context.onTop += 2;
  failIfNone(c, context, location);
  c.opI(Op.UNPACK_SEQUENCE, size, location);
  context.onTop += size - 1;
  for (const item of p.patterns) {
    context.onTop--;
    subpattern(c, item, context);
  }
  context.onTop -= 2;
  if (p.rest === null) {
    c.op(Op.POP_TOP, location);
    c.op(Op.POP_TOP, location);
    return;
  }
  // A copy of the subject without the matched keys.
  c.opI(Op.BUILD_MAP, 0, location);
  c.opI(Op.SWAP, 3, location);
  c.opI(Op.DICT_UPDATE, 2, location);
  c.opI(Op.UNPACK_SEQUENCE, size, location);
  for (let left = size; left > 0; left--) {
    c.opI(Op.COPY, 1 + left, location);
    c.opI(Op.SWAP, 2, location);
    c.op(Op.DELETE_SUBSCR, location);
  }
  storeName(c, p.rest, context, location);
}

function mappingKey(c: Compiler, key: Expr, p: MatchMapping, seen: Set<ConstantKey>): void {
  if (key.kind === NodeKind.Constant) {
    const hash = equalityKey(key.value);
    if (seen.has(hash)) c.error(`mapping pattern checks duplicate key (${c.repr(key.value)})`, p);
    seen.add(hash);
  } else if (key.kind !== NodeKind.Attribute) {
    c.error('mapping pattern keys may only match literals and attribute lookups', p);
  }
  visitExpr(c, key);
}

/** `codegen_pattern_or`. */
function patternOr(c: Compiler, p: MatchOr, context: PatternContext): void {
  const end = c.newLabel();
  let control: readonly string[] = [];
  const last = p.patterns.length - 1;
  let differs = false;
  p.patterns.forEach((alternative, i) => {
    const location = locationOf(alternative);
    const inner: PatternContext = {
      stores: [],
      allowIrrefutable: i === last && context.allowIrrefutable,
      failPop: [],
      onTop: 0,
    };
    c.opI(Op.COPY, 1, location);
    pattern(c, alternative, inner);
    if (i === 0) control = inner.stores;
    else if (!reorderStores(c, inner, control, location)) differs = true;
    c.jump(Op.JUMP, end, location);
    emitFailPop(c, inner, location);
  });
  if (differs) c.error('alternative patterns bind different names', p);
  const location = locationOf(p);
  c.op(Op.POP_TOP, location);
  jumpToFailPop(c, context, Op.JUMP, location);
  c.useLabel(end);
  // Beneath each capture: the other captures, the copy of the subject, what must stay on top, and earlier captures.
  const rotations = control.length + 1 + context.onTop + context.stores.length;
  for (const name of control) {
    rotate(c, rotations, location);
    if (context.stores.includes(name)) duplicateStore(c, name, location);
    context.stores.push(name);
  }
  c.op(Op.POP_TOP, location);
}

/** Brings an alternative's captures into the order of the first one's; false when it binds other names. */
function reorderStores(c: Compiler, context: PatternContext, control: readonly string[], location: Location): boolean {
  const { stores } = context;
  if (stores.length !== control.length) return false;
  for (let i = stores.length - 1; i >= 0; i--) {
    const at = stores.indexOf(control[i]!);
    if (at < 0) return false;
    if (at === i) continue;
    const rotated = stores.splice(0, at + 1);
    stores.splice(i - at, 0, ...rotated);
    for (let turns = at + 1; turns > 0; turns--) rotate(c, i + 1, location);
  }
  return true;
}
