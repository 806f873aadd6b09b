import assert from 'node:assert/strict';
import { mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { DebugProtocol } from '@vscode/debugprotocol';
import { DapClient } from './client.ts';

type Variable = DebugProtocol.Variable;

interface Options {
  readonly launch?: Record<string, unknown>;
  readonly filters?: readonly string[];
  readonly filterOptions?: readonly DebugProtocol.ExceptionFilterOptions[];
}

/**
 * Debugs a program that is written in the test. Lines with a comment such as `# STOP` are markers. The steps are carried out
 * by `passes`, in order, on a real adapter process; it must be gone at the end.
 */
export function session(source: string, options: Options = {}): Scenario {
  return new Scenario(dedent(source), options);
}

export function dedent(source: string): string {
  const lines = source.replace(/^\n/, '').replace(/\s+$/, '\n').split('\n');
  const indent = Math.min(...lines.filter((line) => line.trim() !== '').map((line) => line.search(/\S/)));
  return lines.map((line) => line.slice(indent)).join('\n');
}

/** A debugged program at a stop: what the steps of a scenario work on. */
export class Debuggee {
  readonly client = new DapClient();
  readonly directory: string;
  readonly path: string;
  readonly source: string;
  threadId = 1;
  stopped: DebugProtocol.StoppedEvent['body'] | undefined;
  launched = false;

  constructor(source: string) {
    this.source = source;
    this.directory = realpathSync(mkdtempSync(join(tmpdir(), 'coroscope-')));
    this.path = join(this.directory, 'program.py');
    writeFileSync(this.path, source);
  }

  line(marker: string): number {
    const index = this.source.split('\n').findIndex((line) => new RegExp(`#.*\\b${marker}\\b`).test(line));
    assert.notEqual(index, -1, `no line is marked ${marker}`);
    return index + 1;
  }

  /** Launches with breakpoints on the marked lines, and lets the program run. */
  async launch(
    breakpoints: readonly DebugProtocol.SourceBreakpoint[],
    options: Options,
  ): Promise<DebugProtocol.Breakpoint[]> {
    const { client } = this;
    this.launched = true;
    await client.initialize();
    const launched = client.request('launch', { program: this.path, cwd: this.directory, ...options.launch });
    await Promise.race([client.event('initialized'), launched]);
    const answer = await this.setBreakpoints(breakpoints);
    await client.request('setExceptionBreakpoints', {
      filters: options.filters ?? [],
      ...(options.filterOptions && { filterOptions: options.filterOptions }),
    });
    await client.request('configurationDone');
    await launched;
    return answer;
  }

  async setBreakpoints(breakpoints: readonly DebugProtocol.SourceBreakpoint[]): Promise<DebugProtocol.Breakpoint[]> {
    const answer = await this.client.request<DebugProtocol.SetBreakpointsResponse['body']>('setBreakpoints', {
      source: { path: this.path },
      breakpoints,
    });
    return answer.breakpoints;
  }

  async waitForStop(): Promise<DebugProtocol.StoppedEvent['body']> {
    this.stopped = await this.client.event<DebugProtocol.StoppedEvent['body']>('stopped');
    this.threadId = this.stopped.threadId ?? 1;
    return this.stopped;
  }

  async resume(command: 'continue' | 'next' | 'stepIn' | 'stepOut', args: object = {}): Promise<void> {
    await this.client.request(command, { threadId: this.threadId, ...args });
  }

  async threads(): Promise<DebugProtocol.Thread[]> {
    return (await this.client.request<DebugProtocol.ThreadsResponse['body']>('threads')).threads;
  }

  async stack(threadId = this.threadId): Promise<DebugProtocol.StackFrame[]> {
    return (await this.client.request<DebugProtocol.StackTraceResponse['body']>('stackTrace', { threadId }))
      .stackFrames;
  }

  async scope(name: string, threadId = this.threadId, depth = 0): Promise<Variable[]> {
    const frame = (await this.stack(threadId))[depth];
    const { scopes } = await this.client.request<DebugProtocol.ScopesResponse['body']>('scopes', { frameId: frame.id });
    const scope = scopes.find((candidate) => candidate.name === name);
    assert.ok(scope, `there is no scope ${name}`);
    return this.variables(scope.variablesReference);
  }

  async variables(variablesReference: number, paging: object = {}): Promise<Variable[]> {
    const args = { variablesReference, ...paging };
    return (await this.client.request<DebugProtocol.VariablesResponse['body']>('variables', args)).variables;
  }

  async evaluate(
    expression: string,
    context = 'watch',
    threadId = this.threadId,
  ): Promise<DebugProtocol.EvaluateResponse['body']> {
    const [frame] = await this.stack(threadId);
    return this.client.request('evaluate', { expression, context, frameId: frame.id });
  }

  async close(): Promise<void> {
    try {
      await this.client.close();
    } finally {
      rmSync(this.directory, { recursive: true, force: true });
    }
  }
}

type Step = (debuggee: Debuggee) => Promise<void>;

export class Scenario {
  private readonly source: string;
  private readonly options: Options;
  private readonly steps: Step[] = [];
  private readonly breakpoints: DebugProtocol.SourceBreakpoint[] = [];
  /** A step that launches has been added: it is too late for breakpoints of the launch. */
  private launches = false;

  constructor(source: string, options: Options) {
    this.source = source;
    this.options = options;
  }

  /** Sets a breakpoint on a marked line before the launch. */
  breaksAt(marker: string, more: Omit<DebugProtocol.SourceBreakpoint, 'line'> = {}): this {
    this.breakpoints.push({ line: lineOf(this.source, marker), ...more });
    return this;
  }

  /** Continues (at first: launches) and stops at a breakpoint on the marked line. */
  runsTo(marker: string): this {
    const line = lineOf(this.source, marker);
    if (!this.launches && !this.breakpoints.some((breakpoint) => breakpoint.line === line)) this.breaksAt(marker);
    return this.go('continue', marker);
  }

  /** Continues or launches, and stops for this reason, on the marked line if one is named. */
  stopsFor(reason: string, marker?: string): this {
    this.go('continue', marker);
    return this.check(async ({ stopped }) => assert.equal(stopped?.reason, reason));
  }

  stepsOverTo(marker: string): this {
    return this.go('next', marker);
  }

  stepsInTo(marker: string): this {
    return this.go('stepIn', marker);
  }

  stepsOutTo(marker: string): this {
    return this.go('stepOut', marker);
  }

  expectLocals(expected: Record<string, string>): this {
    return this.check(async (debuggee) => {
      const found = Object.fromEntries((await debuggee.scope('Locals')).map(({ name, value }) => [name, value]));
      assert.deepEqual(found, expected);
    });
  }

  /** Qualified names of the frames, innermost first. */
  expectStack(...names: string[]): this {
    return this.check(async (debuggee) => {
      assert.deepEqual(
        (await debuggee.stack()).map(({ name }) => name),
        names,
      );
    });
  }

  expectOutput(stdout: string): this {
    return this.check(async ({ client }) => assert.equal(client.output['stdout'], stdout));
  }

  check(step: Step): this {
    this.steps.push(step);
    return this;
  }

  /** Continues to the program's end; checks its exit code. */
  ends(exitCode = 0): this {
    this.launchOr('continue');
    return this.check(async ({ client }) => {
      assert.deepEqual(await client.event('exited'), { exitCode });
      await client.event('terminated');
    });
  }

  async passes(): Promise<void> {
    const debuggee = new Debuggee(this.source);
    try {
      for (const step of this.steps) await step(debuggee);
    } finally {
      await debuggee.close();
    }
  }

  private go(command: 'continue' | 'next' | 'stepIn' | 'stepOut', marker: string | undefined): this {
    this.launchOr(command);
    return this.check(async (debuggee) => {
      await debuggee.waitForStop();
      if (marker === undefined) return;
      const [frame] = await debuggee.stack();
      assert.equal(frame.line, debuggee.line(marker), `stopped in ${frame.name} instead of at ${marker}`);
    });
  }

  private launchOr(command: 'continue' | 'next' | 'stepIn' | 'stepOut'): void {
    this.launches = true;
    this.check(async (debuggee) => {
      if (debuggee.launched) await debuggee.resume(command);
      else await debuggee.launch(this.breakpoints, this.options);
    });
  }
}

function lineOf(source: string, marker: string): number {
  const index = source.split('\n').findIndex((line) => new RegExp(`#.*\\b${marker}\\b`).test(line));
  assert.notEqual(index, -1, `no line is marked ${marker}`);
  return index + 1;
}
