import type { CodeObject } from '../../compiler/bytecode/code-object.ts';
import { callChain, type PythonThread, pythonThreads } from '../../vm/interpreter/debugging.ts';
import type { Frame } from '../../vm/interpreter/frame.ts';
import { Opcode } from '../../vm/interpreter/opcode.ts';
import { PyGenerator } from '../../vm/objects/generator.ts';
import type { Slot } from '../../vm/objects/object.ts';
import type { PyTraceback } from '../../vm/objects/traceback.ts';
import type { Addresses } from './addresses.ts';
import {
  notStopped,
  readOnlyVariable,
  unknownFrame,
  unknownThread,
  unknownVariable,
  unknownVariables,
} from './errors.ts';
import type { Evaluator } from './evaluate.ts';
import { Handles } from './handles.ts';
import { kindOf, pythonThreadName, stateOf, suspensionPoint, threadName, type Units } from './inventory.ts';
import { rowAt } from './listings.ts';
import type {
  EvaluateRequest,
  FrameInfo,
  ScopeInfo,
  SourceRange,
  StackTrace,
  ThreadInfo,
  UnitInfo,
  ValueInfo,
  VariableInfo,
} from './model.ts';
import type { Child, Placed } from './nodes.ts';
import type { Presenter } from './present.ts';
import { frameNode, globalsNode, localsNode, type Place, stackDepth, stackNode } from './scopes.ts';
import { type Session, sourceInfo } from './session.ts';
import { awaitedBy, awaitedUnit, awaitingTasks, innermostUnit, taskName, taskOf } from './tasks.ts';
import { nodeOf } from './value-nodes.ts';

/** More generators than this are not shown as threads: the list would be of no use. `inventory` has them all. */
const MAX_THREADS = 1000;

/** Looks at the stopped program: threads, frames, scopes, values. */
export class Inspector {
  private readonly session: Session;
  private readonly units: Units;
  private readonly evaluator: Evaluator;
  private readonly presenter: Presenter;
  private readonly addresses: Addresses;
  private readonly frames = new Handles<Place>();
  private readonly nodes = new Handles<Placed>();
  private readonly stacks = new Map<number, readonly Place[]>();

  constructor(session: Session, units: Units, evaluator: Evaluator, presenter: Presenter, addresses: Addresses) {
    this.session = session;
    this.units = units;
    this.evaluator = evaluator;
    this.presenter = presenter;
    this.addresses = addresses;
    session.onResume(() => {
      this.frames.forget();
      this.nodes.forget();
      this.stacks.clear();
    });
  }

  threads(): ThreadInfo[] {
    const waiting = this.units.waiting(this.session.isOwnCode).slice(0, MAX_THREADS);
    return [
      ...pythonThreads().map((thread) => ({ id: this.units.threadId(thread), name: pythonThreadName(thread) })),
      ...waiting.map((unit) => ({ id: this.units.idOf(unit), name: threadName(unit) })),
    ];
  }

  inventory(): UnitInfo[] {
    return this.units.all().map((unit) => this.unitInfo(unit));
  }

  stackTrace(threadId: number, start: number, levels: number): StackTrace {
    const places = this.stackOf(threadId);
    const total = places.length;
    return {
      frames: places.slice(start, start + levels).map((place, index) => {
        // Counted from the outermost, so that a frame keeps its number while others come and go above it.
        return this.frameInfo(place, threadId, total - start - index);
      }),
      total,
    };
  }

  /** The frame that a step in this thread belongs to. */
  steppedFrame(threadId: number): Frame {
    const place = this.stackOf(threadId)[0];
    if (place === undefined || place.isOver) throw unknownThread(threadId);
    return place.frame;
  }

  scopes(frameId: number): ScopeInfo[] {
    const place = this.place(frameId);
    const { frame } = place;
    const define = (name: string, node: Placed['node']) => this.nodes.define(`frame ${frameId}`, name, { node, frame });
    return [
      {
        name: 'Locals',
        hint: 'locals',
        handle: define('Locals', localsNode(place)),
        expensive: false,
      },
      { name: 'Globals', hint: 'globals', handle: define('Globals', globalsNode(place)), expensive: true },
      { name: 'Frame', handle: define('Frame', frameNode(place)), expensive: false },
      {
        name: 'Value stack',
        hint: 'registers',
        handle: define('Value stack', stackNode(place)),
        expensive: false,
        named: stackDepth(place),
      },
    ];
  }

  variables(handle: number, filter: 'indexed' | 'named' | undefined, start: number, count: number): VariableInfo[] {
    this.requireStopped();
    const placed = this.nodes.get(handle);
    if (placed === undefined) throw unknownVariables(handle);
    const { node, frame } = placed;
    const children: Child[] = [];
    // Values may be computed by properties, which are the program's code.
    this.evaluator.guarded(Number.POSITIVE_INFINITY, () => {
      if (filter !== 'indexed') children.push(...(node.named?.() ?? []));
      if (filter !== 'named') children.push(...(node.indexed?.(start, count) ?? []));
    });
    return children.map((child) => this.variableInfo(child, handle, frame));
  }

  setVariable(handle: number, name: string, expression: string): ValueInfo {
    this.requireStopped();
    const placed = this.nodes.get(handle);
    if (placed === undefined) throw unknownVariables(handle);
    const { node, frame } = placed;
    const child = [...(node.named?.() ?? []), ...(node.indexed?.(0, node.length ?? 0) ?? [])].find(
      (c) => c.name === name,
    );
    if (child === undefined) throw unknownVariable(name);
    if (node.set === undefined || child.readOnly) throw readOnlyVariable(name);
    const value = this.evaluator.evaluate(expression, frame, Number.POSITIVE_INFINITY);
    this.evaluator.guarded(Number.POSITIVE_INFINITY, () => node.set!(name, value));
    return this.valueInfo(value, handle, name, child.path, frame);
  }

  setExpression(target: string, expression: string, frameId: number | undefined): ValueInfo {
    this.requireStopped();
    const frame = this.frameFor(frameId);
    this.evaluator.check(expression);
    this.evaluator.execute(`${target.trim()} = (\n${expression}\n)`, frame);
    const value = this.evaluator.evaluate(target, frame);
    return this.valueInfo(value, 'set', target, target, frame);
  }

  evaluate({ expression, frameId, context }: EvaluateRequest): ValueInfo {
    this.requireStopped();
    const frame = this.frameFor(frameId);
    if (context === 'repl') {
      const value = this.evaluator.execute(expression, frame);
      if (value === undefined || value === null) return { value: '', handle: 0 };
      return this.valueInfo(value, `repl ${expression}`, '', undefined, frame);
    }
    const value = this.evaluator.evaluate(expression, frame);
    if (context === 'clipboard') return { value: this.presenter.fullText(value), handle: 0 };
    return this.valueInfo(value, `${context} ${expression}`, '', expression, frame);
  }

  /** The frame that an evaluation belongs to; undefined where no Python code is running. */
  frameFor(frameId: number | undefined): Frame | undefined {
    if (frameId !== undefined) return this.place(frameId).frame;
    return this.session.stop?.frame;
  }

  private requireStopped(): void {
    if (this.session.state !== 'stopped') throw notStopped();
  }

  private place(frameId: number): Place {
    this.requireStopped();
    const place = this.frames.get(frameId);
    if (place === undefined) throw unknownFrame(frameId);
    return place;
  }

  private stackOf(threadId: number): readonly Place[] {
    this.requireStopped();
    let places = this.stacks.get(threadId);
    if (places === undefined) {
      const thread = pythonThreads().find((each) => this.units.threadId(each) === threadId);
      places = thread === undefined ? this.unitStack(threadId) : this.threadStack(thread);
      this.stacks.set(threadId, places);
    }
    return places;
  }

  private threadStack({ isCurrent, frame }: PythonThread): Place[] {
    return isCurrent
      ? this.stoppedStack()
      : callChain(frame).map((each) => ({
          frame: each,
          lasti: each.lasti,
          isNext: false,
          isOver: false,
          returned: undefined,
        }));
  }

  private stoppedStack(): Place[] {
    const { stop } = this.session;
    if (stop?.exception !== undefined && stop.uncaught) return tracebackPlaces(stop.exception.traceback);
    return callChain(stop?.frame).map((frame, depth) => ({
      frame,
      lasti: frame.lasti,
      isNext: depth === 0 && (stop?.info.reason !== 'pause' || isJumpBack(frame)),
      isOver: false,
      returned: depth === 0 ? this.session.returned : undefined,
    }));
  }

  /** A unit that waits, and below it those that wait for it: by delegation, and from task to task. */
  private unitStack(threadId: number): Place[] {
    const unit = this.units.unit(threadId);
    if (unit === undefined) throw unknownThread(threadId);
    const places: Place[] = [];
    const delegators = new Map<PyGenerator, PyGenerator>();
    for (const other of this.units.all()) {
      if (other.delegate instanceof PyGenerator) delegators.set(other.delegate, other);
    }
    const shown = new Set<PyGenerator>();
    for (
      let next: PyGenerator | undefined = unit;
      next !== undefined && !shown.has(next);
      next = delegators.get(next) ?? awaiterOf(next)
    ) {
      shown.add(next);
      const { frame } = next;
      if (frame !== undefined) {
        places.push({ frame, lasti: frame.lasti, isNext: false, isOver: false, returned: undefined });
      }
    }
    return places;
  }

  private frameInfo(place: Place, threadId: number, height: number): FrameInfo {
    const { frame, lasti } = place;
    const { code } = frame.code;
    return {
      id: this.frames.define(`thread ${threadId}`, `${height} ${code.co_qualname}`, place),
      name: code.co_qualname,
      source: sourceInfo(code.co_filename),
      range: rangeOf(code, lasti),
      ...(lasti >= 0 && { address: this.addresses.of(code, lasti) }),
      subtle: !this.session.isOwnCode(frame.program),
    };
  }

  private unitInfo(unit: PyGenerator): UnitInfo {
    const { frame } = unit;
    const state = stateOf(unit);
    const { code } = unit.code;
    const awaited = awaitedBy(unit);
    const inner = awaitedUnit(unit);
    const task = taskOf(unit);
    const awaiting = task === undefined ? [] : awaitingTasks(task);
    return {
      id: this.units.idOf(unit),
      kind: kindOf(unit),
      qualname: code.co_qualname,
      state,
      source: sourceInfo(code.co_filename),
      range: rangeOf(code, frame?.lasti ?? -1),
      ...(frame !== undefined && { lasti: frame.lasti }),
      ...(frame !== undefined && state === 'suspended' && { suspendedAt: suspensionPoint(frame) }),
      ...(awaited !== null && { waitsFor: this.presenter.text(awaited) }),
      ...(inner !== undefined && { waitsForId: this.units.idOf(inner) }),
      ...(task !== undefined && { task: taskName(task) }),
      ...(awaiting.length > 0 && { awaitedBy: awaiting.map(taskName) }),
    };
  }

  private variableInfo(child: Child, parent: number, frame: Frame | undefined): VariableInfo {
    const { name, path, kind, readOnly, lazy } = child;
    const extra = {
      name,
      ...(path !== undefined && { evaluateName: path }),
      ...(kind !== undefined && { kind }),
      ...(readOnly !== undefined && { readOnly }),
      ...(lazy !== undefined && { lazy }),
    };
    if (child.text !== undefined) {
      const handle = child.node === undefined ? 0 : this.nodes.define(parent, name, { node: child.node, frame });
      return { ...extra, value: child.text, handle };
    }
    return { ...extra, ...this.valueInfo(child.value, parent, name, path, frame) };
  }

  private valueInfo(
    value: Slot,
    parent: number | string,
    name: string,
    path: string | undefined,
    frame: Frame | undefined,
  ): ValueInfo {
    const type = this.presenter.typeName(value);
    const node = nodeOf(value, path);
    return {
      value: this.presenter.text(value),
      ...(type !== undefined && { type }),
      handle: node === undefined ? 0 : this.nodes.define(parent, name, { node, frame }),
      ...(node?.length !== undefined && {
        indexed: node.length,
        named: node.named === undefined ? 0 : node.named().length,
      }),
    };
  }
}

/** The coroutine in which the first of the tasks that wait for a task stands still, if the unit is a task. */
function awaiterOf(unit: PyGenerator): PyGenerator | undefined {
  const task = taskOf(unit);
  const awaiting = task === undefined ? undefined : awaitingTasks(task)[0];
  return awaiting === undefined ? undefined : innermostUnit(awaiting);
}

/** A pause catches a program before it jumps back, or else inside a call. */
const isJumpBack = (frame: Frame): boolean => frame.program.pristine[frame.index] === Opcode.JUMP_BACKWARD;

function tracebackPlaces(traceback: PyTraceback | null): Place[] {
  const places: Place[] = [];
  for (let level = traceback; level !== null; level = level.next) {
    places.unshift({ frame: level.frame, lasti: level.lasti, isNext: false, isOver: true, returned: undefined });
  }
  return places;
}

/** Source range of the instruction at a byte offset; before the first one, of the code object's first line. */
function rangeOf(code: CodeObject, lasti: number): SourceRange {
  const row = lasti < 0 ? undefined : rowAt(code, lasti);
  if (row?.line == null) return { line: code.co_firstlineno };
  const { span } = row;
  if (span === null || span.col_offset < 0 || span.end_col_offset < 0) return { line: row.line };
  return { line: row.line, column: span.col_offset, endLine: span.end_lineno, endColumn: span.end_col_offset };
}
