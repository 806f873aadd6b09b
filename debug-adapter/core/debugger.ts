import type { CodeObject } from '../../compiler/bytecode/code-object.ts';
import { targetNamed } from '../../compiler/targets/registry.ts';
import { formatException } from '../../vm/builtins/traceback-text.ts';
import type { Host } from '../../vm/host.ts';
import { attachDebugger, liveGenerators } from '../../vm/interpreter/debugging.ts';
import { vm } from '../../vm/interpreter/state.ts';
import { runMain, startInterpreter } from '../../vm/main-entry.ts';
import { codeValue } from '../../vm/objects/constant.ts';
import { PyDict } from '../../vm/objects/dict.ts';
import { keyboardInterruptType, newException } from '../../vm/objects/exception.ts';
import { Addresses } from './addresses.ts';
import { Breakpoints } from './breakpoints.ts';
import type { Channel } from './channel.ts';
import { completions } from './completions.ts';
import { disassemble } from './disassembly.ts';
import { noException, notStopped, unknownSource, unknownTarget } from './errors.ts';
import { Evaluator } from './evaluate.ts';
import { ExceptionFilters } from './exceptions.ts';
import { Inspector } from './inspector.ts';
import { Units } from './inventory.ts';
import { Jumps } from './jumps.ts';
import { linesWithCode } from './lines.ts';
import type {
  BreakpointInfo,
  BreakpointRequest,
  Completion,
  Debugger,
  DisassembledRow,
  EvaluateRequest,
  ExceptionDetails,
  ExceptionFilterRequest,
  InstructionBreakpointRequest,
  JumpTarget,
  LaunchFailure,
  LaunchOptions,
  ScopeInfo,
  SourceInfo,
  SourceRange,
  StackTrace,
  StepKind,
  ThreadInfo,
  UnitInfo,
  ValueInfo,
  VariableInfo,
} from './model.ts';
import { Presenter } from './present.ts';
import { Session, sourceInfo } from './session.ts';
import { Traps } from './traps.ts';
import { bufferOutputByLines, codeOfFile, compileProgram } from './vm-port.ts';

/** What surrounds the program: its host, and the file it is read from. */
export interface World {
  host(session: Session, options: LaunchOptions): Host;
  /** Throws a DebuggerError when the file can't be read. */
  read(path: string): Uint8Array;
  /** Text for the program's stdin; null ends it. */
  input(text: string | null): void;
}

/** The debugger of one program: all its parts, behind the interface that the adapter calls. */
export class ProgramDebugger implements Debugger {
  readonly session: Session;
  readonly input: (text: string | null) => void;
  private readonly breakpoints: Breakpoints;
  private readonly filters: ExceptionFilters;
  private readonly evaluator: Evaluator;
  private readonly inspector: Inspector;
  private readonly jumps: Jumps;
  private readonly addresses = new Addresses();
  private readonly traps: Traps;
  private readonly lines = new Map<string, readonly number[]>();
  private readonly world: World;
  private program: { readonly code: CodeObject; readonly options: LaunchOptions } | undefined;

  constructor(channel: Channel, world: World) {
    this.world = world;
    this.input = (text) => world.input(text);
    const units = new Units(liveGenerators);
    this.session = new Session(channel, units);
    const debugging = attachDebugger(this.session.hooks);
    this.traps = new Traps(debugging);
    this.evaluator = new Evaluator(debugging);
    const presenter = new Presenter(this.evaluator);
    this.breakpoints = new Breakpoints(this.traps, this.addresses, this.evaluator, (path) => this.linesOf(path));
    this.filters = new ExceptionFilters(this.evaluator, presenter, this.session.isOwnCode);
    this.inspector = new Inspector(this.session, units, this.evaluator, presenter, this.addresses);
    this.jumps = new Jumps(this.session, (path) => this.linesOf(path));
    vm.onRation = () => {
      if (this.session.interrupted()) throw newException(keyboardInterruptType);
    };
    this.session.connect({
      debugger: this,
      debugging,
      traps: this.traps,
      breakpoints: this.breakpoints,
      evaluator: this.evaluator,
      filters: this.filters,
    });
  }

  /** Answers requests, runs the program when told to, and gives its exit code. */
  run(): number {
    this.session.serveUntilStarted();
    const { session } = this;
    const { code, options } = this.program!;
    const path = options.program;
    startInterpreter(vm.host, {
      argv: [path, ...options.args],
      path: [path.slice(0, path.lastIndexOf('/')) || '/'],
      executable: '',
    });
    bufferOutputByLines();
    const exitCode = runMain(codeValue(code), {
      filename: path,
      onUncaught: (exception) => session.uncaught(exception, undefined),
    });
    session.state = 'over';
    return exitCode;
  }

  launch(options: LaunchOptions): LaunchFailure | null {
    if (targetNamed(options.target) === undefined) throw unknownTarget(options.target);
    const { session } = this;
    session.justMyCode = options.justMyCode;
    session.entryPath = options.stopOnEntry ? options.program : undefined;
    this.evaluator.target = options.target;
    vm.host = this.world.host(session, options);
    const code = compileProgram(this.world.read(options.program), options.program, options.target);
    if ('output' in code) return code;
    this.program = { code, options };
    this.lines.set(options.program, linesWithCode(code));
    return null;
  }

  start(): void {
    this.session.state = 'running';
  }

  setBreakpoints(path: string, requests: readonly BreakpointRequest[]): BreakpointInfo[] {
    return this.breakpoints.setLines(path, requests);
  }

  setInstructionBreakpoints(requests: readonly InstructionBreakpointRequest[]): BreakpointInfo[] {
    return this.breakpoints.setInstructions(requests);
  }

  setExceptionFilters(requests: readonly ExceptionFilterRequest[]): { verified: boolean; message?: string }[] {
    const results = this.filters.set(requests);
    this.session.updateHooks();
    return results;
  }

  breakpointLocations(path: string, line: number, endLine: number): SourceRange[] {
    return this.linesOf(path)
      .filter((candidate) => candidate >= line && candidate <= endLine)
      .map((candidate) => ({ line: candidate }));
  }

  continue(): void {
    this.requireStopped();
    this.session.resume();
  }

  step(kind: StepKind, granularity: 'line' | 'instruction', threadId: number): void {
    this.requireStopped();
    const { stop } = this.session;
    // At the end of a program that nothing caught an exception of, there is no next line.
    if (stop?.uncaught) this.session.resume();
    else this.session.startStep(kind, granularity === 'instruction', this.inspector.steppedFrame(threadId));
  }

  /** Stops the program as soon as it looks up; one that is about to begin, soon after it has. */
  pause(): void {
    if (this.session.state !== 'stopped') this.session.pauseRequested = true;
  }

  jumpTargets(path: string, line: number): JumpTarget[] {
    return this.jumps.targets(path, line);
  }

  jump(threadId: number, target: number): void {
    this.jumps.go(threadId, target);
  }

  threads(): ThreadInfo[] {
    return this.inspector.threads();
  }

  stackTrace(threadId: number, start: number, levels: number): StackTrace {
    return this.inspector.stackTrace(threadId, start, levels);
  }

  scopes(frameId: number): ScopeInfo[] {
    return this.inspector.scopes(frameId);
  }

  variables(handle: number, filter: 'indexed' | 'named' | undefined, start: number, count: number): VariableInfo[] {
    return this.inspector.variables(handle, filter, start, count);
  }

  setVariable(handle: number, name: string, expression: string): ValueInfo {
    return this.inspector.setVariable(handle, name, expression);
  }

  setExpression(target: string, expression: string, frameId: number | undefined): ValueInfo {
    return this.inspector.setExpression(target, expression, frameId);
  }

  evaluate(request: EvaluateRequest): ValueInfo {
    // What is typed into the console of a program that waits for input is its input.
    if (request.context === 'repl' && this.session.waitsForInput) {
      this.input(`${request.expression}\n`);
      return { value: '', handle: 0 };
    }
    return this.inspector.evaluate(request);
  }

  completions(text: string, cursor: number, frameId: number | undefined): Completion[] {
    this.requireStopped();
    const frame = this.inspector.frameFor(frameId);
    const builtins = vm.builtins instanceof PyDict ? vm.builtins : undefined;
    return completions(text, cursor, frame, frame?.globals ?? new PyDict(), builtins, this.evaluator);
  }

  exceptionInfo(): ExceptionDetails {
    const { stop } = this.session;
    if (stop?.exception === undefined) throw noException();
    const { exception } = stop;
    const { type } = exception;
    return {
      typeName: type.tp_name,
      fullTypeName: type.module === 'builtins' ? type.qualname : `${String(type.module)}.${type.qualname}`,
      message: this.filters.messageOf(exception),
      breakMode: stop.uncaught ? 'unhandled' : 'always',
      traceback: this.evaluator.guarded(1, () => formatException(exception)),
    };
  }

  inventory(): UnitInfo[] {
    return this.inspector.inventory();
  }

  loadedSources(): SourceInfo[] {
    return [...this.breakpoints.loadedFiles().keys()].map(sourceInfo);
  }

  source(path: string): string {
    const text = vm.host.sourceText(path);
    if (text === undefined) throw unknownSource(path);
    return text;
  }

  disassemble(address: number, instructionOffset: number, count: number): DisassembledRow[] {
    const sourceOf = (code: CodeObject) => sourceInfo(code.co_filename);
    return disassemble(this.addresses, address, instructionOffset, count, sourceOf);
  }

  private requireStopped(): void {
    if (this.session.state !== 'stopped') throw notStopped();
  }

  private linesOf(path: string): readonly number[] {
    let lines = this.lines.get(path);
    if (lines === undefined) {
      lines = linesWithCode(codeOfFile(path, this.evaluator.target));
      this.lines.set(path, lines);
    }
    return lines;
  }
}
