import type { DebugProtocol } from '@vscode/debugprotocol';
import { unknownSource } from '../core/errors.ts';
import type { ExceptionFilter, StepKind } from '../core/model.ts';
import type { DebugAdapter } from './adapter.ts';
import { capabilities } from './capabilities.ts';
import {
  fromReference,
  toBreakpoint,
  toCompletion,
  toExceptionInfo,
  toInstruction,
  toScope,
  toStackFrame,
  toValue,
  toVariable,
} from './convert.ts';
import type { LaunchConfiguration } from './launch.ts';

// The protocol's arguments are data from outside; each handler names the type that the protocol promises.
// biome-ignore lint/suspicious/noExplicitAny: see above
export type Handlers = Readonly<Record<string, ((args: any) => unknown) | undefined>>;

/** What each request is answered with: a handler gives the body of the response, or throws. */
export function handlersOf(adapter: DebugAdapter): Handlers {
  const { sources } = adapter;

  const step = (kind: StepKind) => (args: DebugProtocol.NextArguments) =>
    adapter.call('step', kind, args.granularity === 'instruction' ? 'instruction' : 'line', args.threadId);

  return {
    initialize: (args: DebugProtocol.InitializeRequestArguments) => {
      adapter.initialize(args);
      return capabilities;
    },
    launch: (args: DebugProtocol.LaunchRequestArguments & LaunchConfiguration) => adapter.launch(args),
    configurationDone: () => adapter.run(),
    restart: (args: { arguments?: LaunchConfiguration }) => adapter.restart(args.arguments),
    terminate: () => adapter.terminate(),
    // The adapter ends itself when this is answered.
    disconnect: () => undefined,

    setBreakpoints: async (args: DebugProtocol.SetBreakpointsArguments) => {
      const path = sourcePath(args.source);
      const requests = (args.breakpoints ?? []).map(({ line, condition, hitCondition, logMessage }) => ({
        line: sources.fromClientLine(line),
        ...(condition && { condition }),
        ...(hitCondition && { hitCondition }),
        ...(logMessage && { logMessage }),
      }));
      const breakpoints = await adapter.configure(`breakpoints ${path}`, 'setBreakpoints', path, requests);
      return { breakpoints: breakpoints.map((breakpoint) => toBreakpoint(breakpoint, sources)) };
    },

    setInstructionBreakpoints: async (args: DebugProtocol.SetInstructionBreakpointsArguments) => {
      const requests = args.breakpoints.map(({ instructionReference, offset, condition, hitCondition }) => ({
        address: fromReference(instructionReference, offset),
        ...(condition && { condition }),
        ...(hitCondition && { hitCondition }),
      }));
      const breakpoints = await adapter.call('setInstructionBreakpoints', requests);
      return { breakpoints: breakpoints.map((breakpoint) => toBreakpoint(breakpoint, sources)) };
    },

    setExceptionBreakpoints: async (args: DebugProtocol.SetExceptionBreakpointsArguments) => {
      const requests = [
        ...args.filters.map((filter) => ({ filter: filter as ExceptionFilter })),
        ...(args.filterOptions ?? []).map(({ filterId, condition }) => ({
          filter: filterId as ExceptionFilter,
          ...(condition && { condition }),
        })),
      ];
      return { breakpoints: await adapter.configure('exceptions', 'setExceptionFilters', requests) };
    },

    breakpointLocations: async (args: DebugProtocol.BreakpointLocationsArguments) => {
      const line = sources.fromClientLine(args.line);
      const endLine = args.endLine === undefined ? line : sources.fromClientLine(args.endLine);
      const places = await adapter.call('breakpointLocations', sourcePath(args.source), line, endLine);
      return { breakpoints: places.map((place) => ({ line: sources.line(place.line) })) };
    },

    continue: async () => {
      await adapter.call('continue');
      return { allThreadsContinued: true };
    },
    next: step('over'),
    stepIn: step('in'),
    stepOut: step('out'),
    pause: () => adapter.call('pause'),

    gotoTargets: async (args: DebugProtocol.GotoTargetsArguments) => {
      const targets = await adapter.call('jumpTargets', sourcePath(args.source), sources.fromClientLine(args.line));
      return { targets: targets.map(({ id, line, label }) => ({ id, label, line: sources.line(line) })) };
    },
    goto: ({ threadId, targetId }: DebugProtocol.GotoArguments) => adapter.call('jump', threadId, targetId),

    threads: async () => ({ threads: await adapter.call('threads') }),

    stackTrace: async ({ threadId, startFrame, levels }: DebugProtocol.StackTraceArguments) => {
      const { frames, total } = await adapter.call('stackTrace', threadId, startFrame ?? 0, levels || 1 << 20);
      return { stackFrames: frames.map((frame) => toStackFrame(frame, sources)), totalFrames: total };
    },

    scopes: async ({ frameId }: DebugProtocol.ScopesArguments) => ({
      scopes: (await adapter.call('scopes', frameId)).map(toScope),
    }),

    variables: async ({ variablesReference, filter, start, count }: DebugProtocol.VariablesArguments) => ({
      variables: (await adapter.call('variables', variablesReference, filter, start ?? 0, count || 1 << 20)).map(
        toVariable,
      ),
    }),

    setVariable: async ({ variablesReference, name, value }: DebugProtocol.SetVariableArguments) => {
      const result = await adapter.call('setVariable', variablesReference, name, value);
      return { value: result.value, ...toValue(result) };
    },

    setExpression: async ({ expression, value, frameId }: DebugProtocol.SetExpressionArguments) => {
      const result = await adapter.call('setExpression', expression, value, frameId);
      return { value: result.value, ...toValue(result) };
    },

    evaluate: async ({ expression, frameId, context }: DebugProtocol.EvaluateArguments) => {
      const known = ['watch', 'repl', 'hover', 'clipboard', 'variables'] as const;
      const result = await adapter.call('evaluate', {
        expression,
        ...(frameId !== undefined && { frameId }),
        context: known.find((name) => name === context) ?? 'watch',
      });
      return { result: result.value, ...toValue(result) };
    },

    completions: async ({ text, column, line, frameId }: DebugProtocol.CompletionsArguments) => {
      const first = sources.counting.columnsStartAt1 ? 1 : 0;
      const current = text.split('\n')[line === undefined ? 0 : sources.fromClientLine(line) - 1] ?? text;
      const targets = await adapter.call('completions', current, column - first, frameId);
      return { targets: targets.map((target) => toCompletion(target, column)) };
    },

    exceptionInfo: async () => toExceptionInfo(await adapter.call('exceptionInfo')),

    loadedSources: async () => ({
      sources: (await adapter.call('loadedSources')).map((source) => sources.toDap(source)),
    }),

    source: async ({ source, sourceReference }: DebugProtocol.SourceArguments) => {
      const path = sources.path(source?.sourceReference || sourceReference) ?? source?.path;
      if (path === undefined) throw unknownSource(String(sourceReference));
      return { content: await adapter.call('source', path), mimeType: 'text/x-python' };
    },

    disassemble: async (args: DebugProtocol.DisassembleArguments) => {
      const address = fromReference(args.memoryReference, args.offset);
      const rows = await adapter.call('disassemble', address, args.instructionOffset ?? 0, args.instructionCount);
      return { instructions: rows.map((row) => toInstruction(row, sources)) };
    },

    // Requests of our own, for the views of the extension.
    'coroscope/inventory': async () => ({
      units: (await adapter.call('inventory')).map(({ source, range, ...unit }) => ({
        ...unit,
        source: sources.toDap(source),
        ...sources.range(source, range),
      })),
    }),
    'coroscope/input': ({ text }: { text: string | null }) => adapter.call('input', text),
  };
}

function sourcePath(source: DebugProtocol.Source): string {
  return source.path ?? source.name ?? '';
}
