import { writeUnraisable } from '../builtins/unraisable.ts';
import { pythonException } from '../interpreter/unwind.ts';
import type { ModuleDefinition } from '../objects/define.ts';
import type { PyDict } from '../objects/dict.ts';
import { typeError } from '../objects/exception.ts';
import type { Value } from '../objects/object.ts';
import { addRoot } from '../objects/roots.ts';
import { callWith, isCallable } from '../operations/call.ts';
import { equals } from '../operations/compare.ts';
import { repr } from '../operations/text.ts';

interface ExitFunction {
  readonly func: Value;
  readonly args: Value[];
  readonly kwargs: PyDict;
}

/** CPython 3.14's Modules/atexitmodule.c. */
export const atexit = (): ModuleDefinition => {
  let functions: ExitFunction[] = [];
  addRoot(() => functions);
  return {
    name: 'atexit',
    doc: 'allow programmer to define multiple exit functions to be executed upon normal program termination.',
    functions: {
      register: [
        '(func, /, *args, **kwargs)',
        (func: Value, args: Value[], kwargs: PyDict) => {
          if (!isCallable(func)) throw typeError('the first argument must be callable');
          functions.push({ func, args, kwargs });
          return func;
        },
      ],
      unregister: [
        '(func, /)',
        (func: Value) => {
          functions = functions.filter((each) => !equals(each.func, func));
        },
      ],
      _clear: [
        '()',
        () => {
          functions = [];
        },
      ],
      _ncallbacks: ['()', () => functions.length],
      _run_exitfuncs: [
        '()',
        () => {
          for (let last = functions.pop(); last !== undefined; last = functions.pop()) {
            const names = last.kwargs.keyList() as string[];
            try {
              callWith(last.func, [...last.args, ...last.kwargs.valueList()], names.length === 0 ? undefined : names);
            } catch (error) {
              writeUnraisable(pythonException(error), `Exception ignored in atexit callback ${repr(last.func)}`);
            }
          }
        },
      ],
    },
  };
};
