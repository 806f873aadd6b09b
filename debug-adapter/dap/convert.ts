import type { DebugProtocol } from '@vscode/debugprotocol';
import type {
  BreakpointInfo,
  Completion,
  DisassembledRow,
  ExceptionDetails,
  FrameInfo,
  ScopeInfo,
  StopInfo,
  ValueInfo,
  VariableInfo,
} from '../core/model.ts';
import type { Sources } from './sources.ts';

/** An address as memory and instruction references are written. */
export const toReference = (address: number): string => `0x${address.toString(16).padStart(8, '0')}`;

export const fromReference = (reference: string, offset = 0): number => Number.parseInt(reference, 16) + offset;

export function toBreakpoint(breakpoint: BreakpointInfo, sources: Sources): DebugProtocol.Breakpoint {
  return {
    id: breakpoint.id,
    verified: breakpoint.verified,
    ...(breakpoint.message !== undefined && { message: breakpoint.message }),
    ...(breakpoint.line !== undefined && { line: sources.line(breakpoint.line) }),
    ...(breakpoint.address !== undefined && { instructionReference: toReference(breakpoint.address) }),
  };
}

export function toStackFrame(frame: FrameInfo, sources: Sources): DebugProtocol.StackFrame {
  return {
    id: frame.id,
    name: frame.name,
    source: sources.toDap(frame.source),
    ...sources.range(frame.source, frame.range),
    ...(frame.address !== undefined && { instructionPointerReference: toReference(frame.address) }),
    presentationHint: frame.subtle ? 'subtle' : 'normal',
  };
}

export function toScope(scope: ScopeInfo): DebugProtocol.Scope {
  return {
    name: scope.name,
    ...(scope.hint !== undefined && { presentationHint: scope.hint }),
    variablesReference: scope.handle,
    expensive: scope.expensive,
    ...(scope.named !== undefined && { namedVariables: scope.named }),
    ...(scope.indexed !== undefined && { indexedVariables: scope.indexed }),
  };
}

/** The part that variables and the results of `evaluate` and `setVariable` have in common. */
export function toValue(value: ValueInfo) {
  return {
    ...(value.type !== undefined && { type: value.type }),
    variablesReference: value.handle,
    ...(value.named !== undefined && { namedVariables: value.named }),
    ...(value.indexed !== undefined && { indexedVariables: value.indexed }),
  };
}

export function toVariable(variable: VariableInfo): DebugProtocol.Variable {
  const hint: DebugProtocol.VariablePresentationHint = {
    ...(variable.kind !== undefined && { kind: variable.kind }),
    ...(variable.lazy && { lazy: true }),
    ...(variable.readOnly && { attributes: ['readOnly'] }),
  };
  return {
    name: variable.name,
    value: variable.value,
    ...toValue(variable),
    ...(variable.evaluateName !== undefined && { evaluateName: variable.evaluateName }),
    ...(Object.keys(hint).length > 0 && { presentationHint: hint }),
  };
}

export function toStoppedBody(stop: StopInfo): DebugProtocol.StoppedEvent['body'] {
  return {
    reason: stop.reason,
    description: stop.description,
    threadId: stop.threadId,
    allThreadsStopped: true,
    ...(stop.text !== undefined && { text: stop.text }),
    ...(stop.breakpointIds !== undefined && { hitBreakpointIds: [...stop.breakpointIds] }),
  };
}

export function toExceptionInfo(details: ExceptionDetails): DebugProtocol.ExceptionInfoResponse['body'] {
  return {
    exceptionId: details.typeName,
    description: details.message,
    breakMode: details.breakMode,
    details: {
      message: details.message,
      typeName: details.typeName,
      fullTypeName: details.fullTypeName,
      stackTrace: details.traceback,
    },
  };
}

export function toCompletion(completion: Completion, cursor: number): DebugProtocol.CompletionItem {
  return {
    label: completion.label,
    type: completion.kind,
    start: cursor - completion.replaces,
    length: completion.replaces,
  };
}

export function toInstruction(row: DisassembledRow, sources: Sources): DebugProtocol.DisassembledInstruction {
  const range = row.source && row.range && sources.range(row.source, row.range);
  return {
    address: toReference(row.address),
    instruction: row.text,
    instructionBytes: row.bytes,
    ...(row.symbol !== undefined && { symbol: row.symbol }),
    ...(row.source && { location: sources.toDap(row.source) }),
    ...range,
    ...(row.invalid && { presentationHint: 'invalid' as const }),
  };
}
