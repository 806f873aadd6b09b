import { vm } from '../interpreter/state.ts';
import type { PyDict } from '../objects/dict.ts';
import {
  attributeErrorType,
  importErrorType,
  isException,
  newException,
  runtimeErrorType,
} from '../objects/exception.ts';
import type { PyModule } from '../objects/module.ts';
import type { Value } from '../objects/object.ts';
import { stringOf } from '../objects/str.ts';
import { callMethod, getAttribute } from '../operations/attribute.ts';
import { callWith } from '../operations/call.ts';

/** breakpoint(): calls sys.breakpointhook (builtin_breakpoint). */
export function breakpoint(args: Value[], keywords: PyDict): Value {
  const hook = (vm.modules.getString('sys') as PyModule).dict.getString('breakpointhook');
  if (hook === undefined) throw newException(runtimeErrorType, 'lost sys.breakpointhook');
  return callWithKeywords(hook, args, keywords);
}

/** sys.breakpointhook(): what PYTHONBREAKPOINT names, else pdb.set_trace (sys_breakpointhook). */
export function breakpointHook(args: Value[], keywords: PyDict): Value {
  const environment = getAttribute(vm.importModule('os'), 'environ');
  const named = stringOf(callMethod(environment, 'get', 'PYTHONBREAKPOINT')) ?? '';
  if (named === '0') return null;
  const path = named === '' ? 'pdb.set_trace' : named;
  const dot = path.lastIndexOf('.');
  let target: Value;
  try {
    const module = callMethod(vm.importModule('importlib'), 'import_module', dot < 0 ? 'builtins' : path.slice(0, dot));
    target = getAttribute(module, path.slice(dot + 1));
  } catch (error) {
    if (!isException(error, importErrorType) && !isException(error, attributeErrorType) && path[0] !== '.') throw error;
    vm.warn?.('RuntimeWarning', `Ignoring unimportable $PYTHONBREAKPOINT: "${path}"`);
    return null;
  }
  return callWithKeywords(target, args, keywords);
}

function callWithKeywords(func: Value, args: Value[], keywords: PyDict): Value {
  return callWith(func, [...args, ...keywords.valueList()], keywords.keyList() as string[]);
}
