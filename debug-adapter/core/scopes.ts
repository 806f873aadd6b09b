import { flagNamesOf } from '../../compiler/bytecode/flags.ts';
import { localVariables, setLocalVariable, valueStack } from '../../vm/interpreter/debugging.ts';
import { type Frame, FrameState } from '../../vm/interpreter/frame.ts';
import { PyDict } from '../../vm/objects/dict.ts';
import type { Slot, Value } from '../../vm/objects/object.ts';
import { readOnlyVariable, unknownVariable } from './errors.ts';
import { suspensionPoint, threadName } from './inventory.ts';
import { rowAfter, rowAt } from './listings.ts';
import type { Child, Node } from './nodes.ts';
import { waitingFor } from './operands.ts';
import type { Returned } from './stepping.ts';
import { awaitedBy, awaitedUnit, awaitingTasks, taskName, taskOf } from './tasks.ts';
import { namespaceChildren, namespaceNode } from './value-nodes.ts';

/** A frame as a stack trace shows it: where it was, which for a frame of a traceback is not where it is now. */
export interface Place {
  readonly frame: Frame;
  /** f_lasti, a byte offset; -1 before the first instruction. */
  readonly lasti: number;
  /** The instruction at `lasti` has not run yet: the program stopped before it. */
  readonly isNext: boolean;
  /** The frame is over; only its traceback remembers it. */
  readonly isOver: boolean;
  /** What a step brought back into this frame. */
  readonly returned: Returned | undefined;
}

/** A function's locals, or the namespace of a module or class body. */
export function localsNode({ frame, returned }: Place): Node {
  const back: Child[] =
    returned === undefined
      ? []
      : [{ name: `(return) ${returned.qualname}`, value: returned.value, kind: 'virtual', readOnly: true }];
  if (frame.locals !== undefined) {
    const { locals } = frame;
    if (!(locals instanceof PyDict))
      return { named: () => [...back, { name: 'f_locals', value: locals, readOnly: true }] };
    return {
      named: () => [...back, ...namespaceChildren(locals, (name) => name)],
      set: (name, value) => locals.setString(name, value),
    };
  }
  return {
    named: () => {
      const children: Child[] = [...back];
      for (const { name, value } of localVariables(frame)) {
        if (value !== undefined) children.push({ name, value, path: name });
      }
      return children;
    },
    set: (name, value) => {
      if (!setLocalVariable(frame, name, value)) throw unknownVariable(name);
    },
  };
}

export function globalsNode({ frame }: Place): Node {
  return namespaceNode(frame.globals, (name) => name);
}

/** What CPython's frame object and its code object say of the frame, each under its own name. */
export function frameNode(place: Place): Node {
  return { named: () => frameChildren(place) };
}

function frameChildren({ frame, lasti, isOver }: Place): Child[] {
  const { code } = frame.code;
  const row = lasti < 0 ? undefined : rowAt(code, lasti);
  const children: Child[] = [
    text('f_lasti', `${lasti}`),
    text('f_lineno', row === undefined ? `${code.co_firstlineno}` : row.line === null ? 'None' : `${row.line}`),
  ];
  if (row !== undefined) {
    const argument = row.arg === null ? '' : ` ${row.arg}`;
    children.push(text('instruction', `${row.opname}${argument}${row.argrepr === '' ? '' : ` (${row.argrepr})`}`));
  }
  children.push(
    text('co_flags', flagsText(frame)),
    text('state', isOver ? 'completed' : stateText(frame)),
    value('f_back', frame.back ?? null),
    value('f_code', frame.code),
  );
  if (row?.handler) {
    const { start, end, target, depth, lasti: pushesLasti } = row.handler;
    const handler = `${start} to ${end} -> ${target} [${depth}]${pushesLasti ? ' lasti' : ''}`;
    children.push(text('exception table entry', handler));
  }
  const unit = frame.generator;
  if (unit !== undefined) {
    children.push(value(unit.type.tp_name, unit));
    const task = taskOf(unit);
    if (task !== undefined) children.push(value('task', task));
    const awaited = awaitedBy(unit);
    if (awaited !== null) {
      children.push(value('waits for', awaited));
      const inner = awaitedUnit(unit);
      if (inner !== undefined) children.push(text('which is', threadName(inner)));
    }
    const awaiting = task === undefined ? [] : awaitingTasks(task);
    if (awaiting.length > 0) children.push(text('awaited by', `task ${awaiting.map(taskName).join(', task ')}`));
    if (unit.createdIn !== undefined) {
      children.push(text('created in', `${unit.createdIn.code.co_qualname}, line ${unit.createdAtLine}`));
    }
  }
  return children;
}

const text = (name: string, content: string): Child => ({ name, text: content, kind: 'virtual', readOnly: true });
const value = (name: string, content: Slot): Child => ({ name, value: content, kind: 'virtual', readOnly: true });

/** Such as «CO_OPTIMIZED | CO_NEWLOCALS | CO_GENERATOR (0x23)». */
function flagsText(frame: Frame): string {
  const { code } = frame.code;
  return `${flagNamesOf(code).join(' | ') || '0'} (0x${code.co_flags.toString(16)})`;
}

function stateText(frame: Frame): string {
  switch (frame.state) {
    case FrameState.CREATED:
      return 'created';
    case FrameState.EXECUTING:
      return 'executing';
    case FrameState.SUSPENDED:
    case FrameState.SUSPENDED_YIELD_FROM:
      return `suspended (${suspensionPoint(frame)})`;
    default:
      return 'completed';
  }
}

/**
 * The value stack, bottom first. Each value's name tells what will use it, as in «0 → BINARY_OP (+)»: an operand that waits
 * while the rest of its expression is computed.
 */
export function stackNode({ frame, lasti, isNext, isOver }: Place): Node {
  const values = isOver ? [] : valueStack(frame);
  const names = (): string[] => {
    const { code } = frame.code;
    const row = lasti < 0 ? undefined : rowAt(code, lasti);
    const next = row === undefined || isNext ? row : rowAfter(code, row);
    return waitingFor(code, values.length, next, isNext ? 0 : 1).map((user, index) => {
      if (user === undefined) return `${index}`;
      return `${index} → ${user.opname}${user.argrepr === '' ? '' : ` (${user.argrepr})`}`;
    });
  };
  return {
    named: () => names().map((name, index) => ({ name, value: values[index], readOnly: values[index] === undefined })),
    set: (name: string, changed: Value) => {
      const index = Number.parseInt(name, 10);
      if (!(index < values.length) || values[index] === undefined) throw readOnlyVariable(name);
      frame.stack[frame.program.localCount + index] = changed;
    },
  };
}

/** Number of values on the stack, for the scope's header. */
export const stackDepth = ({ frame, isOver }: Place): number => (isOver ? 0 : frame.sp - frame.program.localCount);
