import type { Frame } from '../../vm/interpreter/frame.ts';
import type { Program } from '../../vm/interpreter/program.ts';
import type { Addresses } from './addresses.ts';
import { DebuggerError } from './errors.ts';
import type { Evaluator } from './evaluate.ts';
import { type HitCondition, type LogPart, parseHitCondition, parseLogMessage } from './hit-condition.ts';
import { lineStarts } from './lines.ts';
import type { BreakpointInfo, BreakpointRequest, InstructionBreakpointRequest } from './model.ts';
import { TrapSet, type Traps } from './traps.ts';

interface Breakpoint {
  readonly id: number;
  readonly path: string | undefined;
  /** Resolved to a line that has code. */
  readonly line: number | undefined;
  readonly address: number | undefined;
  readonly condition: string | undefined;
  readonly hitCondition: HitCondition | undefined;
  readonly log: readonly LogPart[] | undefined;
  readonly traps: TrapSet;
  hits: number;
}

/** What a breakpoint that was reached asks for. */
export interface Reached {
  /** Those that stop the program. */
  readonly stops: readonly number[];
  readonly onlyInstructions: boolean;
  /** What log points print, and what conditions that fail report. */
  readonly messages: readonly string[];
}

/** Gives the lines of a file that have code, ascending. Throws a DebuggerError when it can't be read or compiled. */
export type LinesOf = (path: string) => readonly number[];

/** Breakpoints on lines and instructions: asked for by path or address, bound in every code object that has the place. */
export class Breakpoints {
  private readonly traps: Traps;
  private readonly addresses: Addresses;
  private readonly evaluator: Evaluator;
  private readonly linesOf: LinesOf;
  private readonly byPath = new Map<string, Breakpoint[]>();
  private byInstruction: Breakpoint[] = [];
  private readonly programs = new Map<string, Program[]>();
  private readonly bound = new Map<Program, Map<number, Breakpoint[]>>();
  private nextId = 1;

  constructor(traps: Traps, addresses: Addresses, evaluator: Evaluator, linesOf: LinesOf) {
    this.traps = traps;
    this.addresses = addresses;
    this.evaluator = evaluator;
    this.linesOf = linesOf;
  }

  /** Replaces the breakpoints of a file. */
  setLines(path: string, requests: readonly BreakpointRequest[]): BreakpointInfo[] {
    for (const old of this.byPath.get(path) ?? []) this.unbind(old);
    const breakpoints: Breakpoint[] = [];
    this.byPath.set(path, breakpoints);
    return requests.map((request) => {
      const id = this.nextId++;
      try {
        const line = this.resolve(path, request.line);
        const breakpoint = this.make(id, path, line, undefined, request);
        breakpoints.push(breakpoint);
        for (const program of this.programs.get(path) ?? []) this.bindLine(breakpoint, program);
        return { id, verified: true, line };
      } catch (error) {
        if (!(error instanceof DebuggerError)) throw error;
        return { id, verified: false, message: error.message, line: request.line };
      }
    });
  }

  /** Replaces all breakpoints on instructions. */
  setInstructions(requests: readonly InstructionBreakpointRequest[]): BreakpointInfo[] {
    for (const old of this.byInstruction) this.unbind(old);
    this.byInstruction = [];
    return requests.map((request) => {
      const id = this.nextId++;
      try {
        const place = this.addresses.at(request.address);
        if (place === undefined) throw new DebuggerError('There is no instruction at this address.');
        const breakpoint = this.make(id, undefined, undefined, request.address, request);
        this.byInstruction.push(breakpoint);
        for (const program of this.programs.get(place.code.co_filename) ?? [])
          this.bindInstruction(breakpoint, program);
        return { id, verified: true, address: request.address };
      } catch (error) {
        if (!(error instanceof DebuggerError)) throw error;
        return { id, verified: false, message: error.message, address: request.address };
      }
    });
  }

  /** A code object runs for the first time. */
  decoded(program: Program): void {
    const path = program.code.code.co_filename;
    const programs = this.programs.get(path);
    if (programs === undefined) this.programs.set(path, [program]);
    else programs.push(program);
    for (const breakpoint of this.byPath.get(path) ?? []) this.bindLine(breakpoint, program);
    for (const breakpoint of this.byInstruction) this.bindInstruction(breakpoint, program);
  }

  /** Code of each file that has run, by path. */
  loadedFiles(): ReadonlyMap<string, readonly Program[]> {
    return this.programs;
  }

  /** The frame is about to run an instruction; undefined where there is no breakpoint. */
  reached(frame: Frame): Reached | undefined {
    const here = this.bound.get(frame.program)?.get(frame.index);
    if (here === undefined) return undefined;
    const stops: number[] = [];
    const messages: string[] = [];
    let onlyInstructions = true;
    for (const breakpoint of here) {
      if (!this.holds(breakpoint, frame, messages)) continue;
      breakpoint.hits++;
      if (breakpoint.hitCondition !== undefined && !breakpoint.hitCondition(breakpoint.hits)) continue;
      if (breakpoint.log !== undefined) {
        messages.push(`${this.evaluator.interpolate(breakpoint.log, frame)}\n`);
        continue;
      }
      stops.push(breakpoint.id);
      onlyInstructions &&= breakpoint.address !== undefined;
    }
    return { stops, messages, onlyInstructions };
  }

  private resolve(path: string, line: number): number {
    const found = this.linesOf(path).find((candidate) => candidate >= line);
    if (found === undefined) throw new DebuggerError('There is no code at or after this line.');
    return found;
  }

  private make(
    id: number,
    path: string | undefined,
    line: number | undefined,
    address: number | undefined,
    request: BreakpointRequest | InstructionBreakpointRequest,
  ): Breakpoint {
    const { condition, hitCondition } = request;
    if (condition !== undefined) this.evaluator.check(condition);
    const log =
      'logMessage' in request && request.logMessage !== undefined ? parseLogMessage(request.logMessage) : undefined;
    return {
      id,
      path,
      line,
      address,
      condition,
      hitCondition: hitCondition === undefined ? undefined : parseHitCondition(hitCondition),
      log,
      traps: new TrapSet(this.traps),
      hits: 0,
    };
  }

  private holds(breakpoint: Breakpoint, frame: Frame, messages: string[]): boolean {
    if (breakpoint.condition === undefined) return true;
    try {
      return this.evaluator.isTrue(breakpoint.condition, frame);
    } catch (error) {
      if (!(error instanceof DebuggerError)) throw error;
      // A condition that can't be answered stops: the user sees the place and what went wrong.
      messages.push(`The condition '${breakpoint.condition}' of a breakpoint failed: ${error.message}\n`);
      return true;
    }
  }

  private bindLine(breakpoint: Breakpoint, program: Program): void {
    for (const index of lineStarts(program).indices) {
      if (program.lineOf(index) === breakpoint.line) this.bind(breakpoint, program, index);
    }
  }

  private bindInstruction(breakpoint: Breakpoint, program: Program): void {
    const place = this.addresses.at(breakpoint.address!);
    if (place === undefined || place.code !== program.code.code) return;
    const index = program.indices[place.offset >> 1];
    if (index >= 0) this.bind(breakpoint, program, index);
  }

  private bind(breakpoint: Breakpoint, program: Program, index: number): void {
    let byIndex = this.bound.get(program);
    if (byIndex === undefined) {
      byIndex = new Map();
      this.bound.set(program, byIndex);
    }
    byIndex.set(index, [...(byIndex.get(index) ?? []), breakpoint]);
    breakpoint.traps.add(program, index);
  }

  private unbind(breakpoint: Breakpoint): void {
    breakpoint.traps.clear();
    for (const byIndex of this.bound.values()) {
      for (const [index, here] of byIndex) {
        if (!here.includes(breakpoint)) continue;
        const others = here.filter((other) => other !== breakpoint);
        if (others.length === 0) byIndex.delete(index);
        else byIndex.set(index, others);
      }
    }
  }
}
