import { CodeFlag } from '../../compiler/bytecode/code-object.ts';
import type { PyCode } from '../objects/code.ts';
import { PyDict } from '../objects/dict.ts';
import { typeError } from '../objects/exception.ts';
import type { PyFunction } from '../objects/function.ts';
import { generatorTypeOf, PyGenerator } from '../objects/generator.ts';
import type { KwNames, Slot, Value } from '../objects/object.ts';
import { tupleOf } from '../objects/tuple.ts';
import { suggestKeyword } from '../text/suggestion.ts';
import { programOf } from './decode.ts';
import { Frame } from './frame.ts';
import { builtinsOf } from './frame-builtins.ts';
import { Opcode } from './opcode.ts';
import { run } from './run.ts';
import { vm } from './state.ts';

/** Calls a Python function from TypeScript. */
export function callFunction(func: PyFunction, args: Value[], kwNames: KwNames): Value {
  const frame = frameForCall(func, args, kwNames);
  if (frame.program.opcodeAt(0) === Opcode.RETURN_GENERATOR) {
    const generator = makeGenerator(frame);
    frame.ip = 1;
    frame.back = undefined;
    return generator;
  }
  return run(frame);
}

/** A frame of this function with its arguments bound (initialize_locals of Python/ceval.c). */
export function frameForCall(func: PyFunction, args: readonly Slot[], kwNames: KwNames): Frame {
  const { code } = func;
  const program = code.program ?? programOf(code);
  const { co_argcount, co_flags, co_kwonlyargcount } = code.code;
  const locals = co_flags & CodeFlag.CO_OPTIMIZED ? undefined : func.globals;
  const frame = new Frame(code, program, func.globals, func.builtins, locals, func, vm.frame);
  const { stack } = frame;
  if (
    kwNames === undefined &&
    args.length === co_argcount &&
    co_kwonlyargcount === 0 &&
    (co_flags & (CodeFlag.CO_VARARGS | CodeFlag.CO_VARKEYWORDS)) === 0
  ) {
    for (let i = 0; i < args.length; i++) stack[i] = args[i];
  } else bindArguments(func, stack, args, kwNames);
  return frame;
}

function bindArguments(func: PyFunction, stack: Slot[], args: readonly Slot[], kwNames: KwNames): void {
  const { code } = func.code;
  const { co_argcount, co_kwonlyargcount, co_posonlyargcount, co_flags, co_localsplusnames: names } = code;
  const total = co_argcount + co_kwonlyargcount;
  const kwCount = kwNames === undefined ? 0 : kwNames.length;
  const given = args.length - kwCount;
  const direct = Math.min(given, co_argcount);
  for (let i = 0; i < direct; i++) stack[i] = args[i];
  let at = total;
  if (co_flags & CodeFlag.CO_VARARGS) stack[at++] = tupleOf(args.slice(direct, given) as Value[]);
  let extra: PyDict | undefined;
  if (co_flags & CodeFlag.CO_VARKEYWORDS) {
    extra = new PyDict();
    stack[at] = extra;
  }
  for (let k = 0; k < kwCount; k++) {
    const name = kwNames![k];
    let i = co_posonlyargcount;
    while (i < total && names[i] !== name) i++;
    if (i >= total) {
      if (extra === undefined) unexpectedKeyword(func, kwNames!, name);
      extra.setString(name, args[given + k] as Value);
    } else if (stack[i] !== undefined) throw typeError(`${func.qualname}() got multiple values for argument '${name}'`);
    else stack[i] = args[given + k];
  }
  if (given > co_argcount && !(co_flags & CodeFlag.CO_VARARGS)) tooManyPositional(func, given, stack);
  if (given < co_argcount) {
    const defaults = func.defaults === null ? [] : func.defaults.items;
    const firstDefault = co_argcount - defaults.length;
    const missing: string[] = [];
    for (let i = given; i < firstDefault; i++) if (stack[i] === undefined) missing.push(names[i]);
    if (missing.length > 0) missingArguments(func, 'positional', missing);
    for (let i = Math.max(given, firstDefault); i < co_argcount; i++) {
      if (stack[i] === undefined) stack[i] = defaults[i - firstDefault];
    }
  }
  if (co_kwonlyargcount > 0) {
    const missing: string[] = [];
    for (let i = co_argcount; i < total; i++) {
      if (stack[i] !== undefined) continue;
      const value = func.kwdefaults?.getString(names[i]);
      if (value === undefined) missing.push(names[i]);
      else stack[i] = value;
    }
    if (missing.length > 0) missingArguments(func, 'keyword-only', missing);
  }
}

function missingArguments(func: PyFunction, kind: string, names: readonly string[]): never {
  const quoted = names.map((name) => `'${name}'`);
  let list: string;
  if (quoted.length <= 2) list = quoted.join(' and ');
  else list = `${quoted.slice(0, -1).join(', ')}, and ${quoted[quoted.length - 1]}`;
  throw typeError(
    `${func.qualname}() missing ${names.length} required ${kind} argument${names.length === 1 ? '' : 's'}: ${list}`,
  );
}

function tooManyPositional(func: PyFunction, given: number, stack: readonly Slot[]): never {
  const { co_argcount, co_kwonlyargcount } = func.code.code;
  let kwonlyGiven = 0;
  for (let i = co_argcount; i < co_argcount + co_kwonlyargcount; i++) if (stack[i] !== undefined) kwonlyGiven++;
  const defaults = func.defaults === null ? 0 : func.defaults.items.length;
  const plural = defaults > 0 || co_argcount !== 1;
  const takes = defaults > 0 ? `from ${co_argcount - defaults} to ${co_argcount}` : `${co_argcount}`;
  const keywordOnly =
    kwonlyGiven === 0
      ? ''
      : ` positional argument${given === 1 ? '' : 's'} (and ${kwonlyGiven} keyword-only argument${kwonlyGiven === 1 ? '' : 's'})`;
  throw typeError(
    `${func.qualname}() takes ${takes} positional argument${plural ? 's' : ''} but ${given}${keywordOnly} ${
      given === 1 && kwonlyGiven === 0 ? 'was' : 'were'
    } given`,
  );
}

function unexpectedKeyword(func: PyFunction, given: readonly string[], name: string): never {
  const { co_argcount, co_kwonlyargcount, co_posonlyargcount, co_localsplusnames: names } = func.code.code;
  const positionalOnly = names.slice(0, co_posonlyargcount).filter((n) => given.includes(n));
  if (positionalOnly.length > 0) {
    throw typeError(
      `${func.qualname}() got some positional-only arguments passed as keyword arguments: '${positionalOnly.join(', ')}'`,
    );
  }
  const suggestion = suggestKeyword(name, names.slice(co_posonlyargcount, co_argcount + co_kwonlyargcount));
  const hint = suggestion === undefined ? '' : `. Did you mean '${suggestion}'?`;
  throw typeError(`${func.qualname}() got an unexpected keyword argument '${name}'${hint}`);
}

/** RETURN_GENERATOR: the object that will own this frame; the frame stands after the instruction. */
export function makeGenerator(frame: Frame): PyGenerator {
  const func = frame.func;
  const { code } = frame.code;
  const generator = new PyGenerator(
    generatorTypeOf(code.co_flags),
    frame,
    func?.name ?? code.co_name,
    func?.qualname ?? code.co_qualname,
  );
  frame.generator = generator;
  vm.lastReferences.watchGenerator(generator, frame.back);
  return generator;
}

/** Runs module, class-body or exec code in these namespaces. */
export function runCode(code: PyCode, globals: PyDict, locals: Value, func?: PyFunction): Value {
  const program = code.program ?? programOf(code);
  const builtins = builtinsOf(globals);
  const isFunctionBody = (code.code.co_flags & CodeFlag.CO_NEWLOCALS) !== 0;
  const frame = new Frame(code, program, globals, builtins, isFunctionBody ? undefined : locals, func, vm.frame);
  return run(frame);
}

vm.runClassBody = (func, namespace) => {
  const frame = frameForCall(func, [], undefined);
  frame.locals = namespace;
  return run(frame);
};
