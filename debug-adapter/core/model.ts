/**
 * What the debugger says and is asked, as plain data: it crosses from the VM's thread to the adapter's by structured
 * clone. Lines count from 1; columns are CPython's (UTF-8 bytes from 0).
 */

export interface LaunchOptions {
  /** Absolute path of the program. */
  readonly program: string;
  readonly args: readonly string[];
  readonly cwd: string;
  /** The whole environment of the program. */
  readonly env: Readonly<Record<string, string>>;
  readonly target: string;
  readonly stopOnEntry: boolean;
  /** Stops, steps and threads concern the user's own code only, not the bundled library. */
  readonly justMyCode: boolean;
}

/** What CPython prints for a program that it can't compile, or why it can't be read. */
export interface LaunchFailure {
  readonly title: string;
  readonly output: string;
}

export interface SourceRange {
  readonly line: number;
  readonly column?: number;
  readonly endLine?: number;
  readonly endColumn?: number;
}

export interface SourceInfo {
  /** co_filename. */
  readonly path: string;
  readonly name: string;
  /** The text can only be had from the debugger: a bundled library module, or a string given to exec. */
  readonly virtual: boolean;
  readonly origin: 'user' | 'library' | 'string';
}

export interface BreakpointRequest {
  readonly line: number;
  readonly condition?: string;
  /** `5`, `== 5`, `> 5`, `>= 5`, `< 5`, `<= 5` or `% 5`. */
  readonly hitCondition?: string;
  /** Text to print instead of stopping; `{expression}` is evaluated, `{{` is a brace. */
  readonly logMessage?: string;
}

export interface InstructionBreakpointRequest {
  /** Address of an instruction as `disassemble` gives it. */
  readonly address: number;
  readonly condition?: string;
  readonly hitCondition?: string;
}

export interface BreakpointInfo {
  readonly id: number;
  readonly verified: boolean;
  readonly message?: string;
  readonly line?: number;
  readonly address?: number;
}

export type ExceptionFilter = 'raised' | 'uncaught' | 'suspend';

export interface ExceptionFilterRequest {
  readonly filter: ExceptionFilter;
  /** For `raised` and `uncaught`: class names, comma-separated. For `suspend`: an expression. */
  readonly condition?: string;
}

export type StepKind = 'in' | 'over' | 'out';

export interface ThreadInfo {
  readonly id: number;
  readonly name: string;
}

export interface FrameInfo {
  readonly id: number;
  /** co_qualname. */
  readonly name: string;
  readonly source: SourceInfo;
  readonly range: SourceRange;
  /** Address of the instruction at f_lasti; undefined when the frame has not started. */
  readonly address?: number;
  /** Library code, shown dimmed. */
  readonly subtle: boolean;
}

export interface StackTrace {
  readonly frames: readonly FrameInfo[];
  readonly total: number;
}

export interface ScopeInfo {
  readonly name: string;
  readonly hint?: 'locals' | 'globals' | 'registers' | 'returnValue';
  readonly handle: number;
  readonly expensive: boolean;
  readonly named?: number;
  readonly indexed?: number;
}

export interface ValueInfo {
  readonly value: string;
  readonly type?: string;
  /** Handle of the children; 0 when there are none. */
  readonly handle: number;
  readonly named?: number;
  readonly indexed?: number;
}

export interface VariableInfo extends ValueInfo {
  readonly name: string;
  /** An expression that gives this value in its frame. */
  readonly evaluateName?: string;
  readonly readOnly?: boolean;
  readonly kind?: 'data' | 'property' | 'method' | 'class' | 'virtual' | 'internal';
  /** Reading it runs the program's code: the user asks for it first. */
  readonly lazy?: boolean;
}

export interface ExceptionDetails {
  readonly typeName: string;
  readonly fullTypeName: string;
  readonly message: string;
  readonly breakMode: 'always' | 'unhandled';
  /** As CPython prints it. */
  readonly traceback: string;
}

export type UnitKind = 'generator' | 'coroutine' | 'async generator';
export type UnitState = 'created' | 'running' | 'suspended' | 'closed';

/** A generator, coroutine or async generator. */
export interface UnitInfo {
  /** Its thread id. */
  readonly id: number;
  readonly kind: UnitKind;
  readonly qualname: string;
  readonly state: UnitState;
  readonly source: SourceInfo;
  readonly range: SourceRange;
  /** gi_frame.f_lasti: -1 before the first instruction; undefined when closed. */
  readonly lasti?: number;
  /** What it stands at: `yield`, `yield from`, `await`, `async for`, `async with`, `async comprehension`. */
  readonly suspendedAt?: string;
  /** gi_yieldfrom as text; of what awaits a future, the future. */
  readonly waitsFor?: string;
  /** Thread id of the unit it waits for, if that is one or a task. */
  readonly waitsForId?: number;
  /** The name of the asyncio task that it is. */
  readonly task?: string;
  /** Names of the tasks that wait for that task. */
  readonly awaitedBy?: readonly string[];
}

export interface Completion {
  readonly label: string;
  readonly kind: 'keyword' | 'variable' | 'function' | 'class' | 'module' | 'property' | 'method';
  /** How many UTF-16 units before the cursor it replaces. */
  readonly replaces: number;
}

export interface DisassembledRow {
  readonly address: number;
  readonly text: string;
  readonly bytes: string;
  readonly symbol?: string;
  readonly source?: SourceInfo;
  readonly range?: SourceRange;
  /** Stands for an address where no code is. */
  readonly invalid?: boolean;
}

export interface EvaluateRequest {
  readonly expression: string;
  readonly frameId?: number;
  readonly context: 'watch' | 'repl' | 'hover' | 'clipboard' | 'variables';
}

export interface JumpTarget {
  readonly id: number;
  readonly line: number;
  readonly label: string;
}

export type StopReason =
  | 'entry'
  | 'breakpoint'
  | 'instruction breakpoint'
  | 'step'
  | 'pause'
  | 'exception'
  | 'suspend'
  | 'goto';

export interface StopInfo {
  readonly reason: StopReason;
  readonly threadId: number;
  readonly description: string;
  readonly text?: string;
  readonly breakpointIds?: readonly number[];
}

export type DebuggerEvent =
  | { readonly event: 'stopped'; readonly body: StopInfo }
  | { readonly event: 'output'; readonly body: OutputInfo }
  | { readonly event: 'loadedSource'; readonly body: SourceInfo }
  | { readonly event: 'waitingForInput' }
  | { readonly event: 'exited'; readonly body: { readonly exitCode: number } };

export interface OutputInfo {
  readonly category: 'stdout' | 'stderr' | 'console';
  readonly text: string;
  /** Where a log message was printed. */
  readonly source?: SourceInfo;
  readonly line?: number;
}

/** The debugger's services. Whatever fails throws a DebuggerError whose message is meant for the user. */
export interface Debugger {
  /** Loads and compiles the program without running it. */
  launch(options: LaunchOptions): LaunchFailure | null;
  /** Runs what `launch` loaded. */
  start(): void;
  setBreakpoints(path: string, requests: readonly BreakpointRequest[]): BreakpointInfo[];
  setInstructionBreakpoints(requests: readonly InstructionBreakpointRequest[]): BreakpointInfo[];
  setExceptionFilters(requests: readonly ExceptionFilterRequest[]): { verified: boolean; message?: string }[];
  breakpointLocations(path: string, line: number, endLine: number): SourceRange[];
  continue(): void;
  step(kind: StepKind, granularity: 'line' | 'instruction', threadId: number): void;
  pause(): void;
  /** Where the innermost frame of the stopped thread may be made to go on for this line; throws with the reason where nowhere. */
  jumpTargets(path: string, line: number): JumpTarget[];
  jump(threadId: number, target: number): void;
  threads(): ThreadInfo[];
  stackTrace(threadId: number, start: number, levels: number): StackTrace;
  scopes(frameId: number): ScopeInfo[];
  variables(handle: number, filter: 'indexed' | 'named' | undefined, start: number, count: number): VariableInfo[];
  setVariable(handle: number, name: string, expression: string): ValueInfo;
  setExpression(target: string, expression: string, frameId: number | undefined): ValueInfo;
  evaluate(request: EvaluateRequest): ValueInfo;
  completions(text: string, cursor: number, frameId: number | undefined): Completion[];
  exceptionInfo(): ExceptionDetails;
  inventory(): UnitInfo[];
  loadedSources(): SourceInfo[];
  source(path: string): string;
  disassemble(address: number, instructionOffset: number, count: number): DisassembledRow[];
  /** Text for the program's stdin; null is the end of the file. */
  input(text: string | null): void;
}

export type DebuggerMethod = keyof Debugger;
