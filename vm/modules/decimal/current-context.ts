import { Signal } from '../../numbers/decimal.ts';
import { typeError } from '../../objects/exception.ts';
import type { Slot, Value } from '../../objects/object.ts';
import { addRoot } from '../../objects/roots.ts';
import { callMethod } from '../../operations/attribute.ts';
import { call } from '../../operations/call.ts';
import { contextVarType, valueOfVariable } from '../contextvars.ts';
import { PyContext } from './context.ts';

export const defaultContext = new PyContext();
let contextVariable: Value | undefined;
addRoot(() => contextVariable);

const variable = (): Value => {
  contextVariable ??= call(contextVarType, 'decimal_context');
  return contextVariable;
};

/** For a machine that starts anew: every thread has DefaultContext again. */
export function forgetContexts(): void {
  contextVariable = undefined;
}

/** getcontext(): the context of the code that runs; a copy of DefaultContext at first. */
export function currentContext(): PyContext {
  const found = valueOfVariable(variable());
  if (found instanceof PyContext) return found;
  const context = defaultContext.copy();
  context.flags = 0;
  callMethod(variable(), 'set', context);
  return context;
}

export function setContext(context: Value): void {
  if (!(context instanceof PyContext)) throw typeError('optional argument must be a context');
  const { basic, extended } = templates();
  const shared = context === defaultContext || context === basic || context === extended;
  const own = shared ? context.copy() : context;
  if (shared) own.flags = 0;
  callMethod(variable(), 'set', own);
}

export function contextOf(value: Slot): PyContext {
  if (value === undefined || value === null) return currentContext();
  if (!(value instanceof PyContext)) throw typeError('optional argument must be a context');
  return value;
}

let templateContexts: { basic: PyContext; extended: PyContext } | undefined;

/** BasicContext and ExtendedContext. */
export function templates(): { basic: PyContext; extended: PyContext } {
  if (templateContexts === undefined) {
    const basic = new PyContext();
    basic.prec = 9;
    basic.rounding = 'ROUND_HALF_UP';
    basic.traps |= Signal.UNDERFLOW | Signal.CLAMPED;
    const extended = new PyContext();
    extended.prec = 9;
    extended.traps = 0;
    templateContexts = { basic, extended };
  }
  return templateContexts;
}
