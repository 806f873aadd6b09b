import { PyDict } from '../objects/dict.ts';
import { attributeError } from '../objects/exception.ts';
import { PyModule } from '../objects/module.ts';
import { newType, type Value } from '../objects/object.ts';
import { fromMapping } from './names.ts';
import { vm } from './state.ts';

const mappedBuiltinsType = newType('builtins mapping');

/** `__builtins__` that is neither a dict nor a module: names are looked for by its `__getitem__`, none is in the dict itself. */
class MappedBuiltins extends PyDict {
  readonly mapping: Value;
  constructor(mapping: Value) {
    super(mappedBuiltinsType);
    this.mapping = mapping;
  }
}

/** `__builtins__` of a namespace: a dict, a module whose dict counts, or something that is asked for its items (_PyEval_BuiltinsFromGlobals). */
export function builtinsOf(globals: PyDict): PyDict {
  const given = globals.getString('__builtins__');
  if (given === undefined) return vm.builtins;
  if (given instanceof PyDict) return given;
  return given instanceof PyModule ? given.dict : new MappedBuiltins(given);
}

/** What a program sees of a frame's or function's built-in names. */
export const shownBuiltins = (builtins: PyDict): Value =>
  builtins instanceof MappedBuiltins ? builtins.mapping : builtins;

/** A name among those that are built in for the frame that runs; undefined when there is none. */
export function lookupBuiltin(builtins: PyDict, name: string): Value | undefined {
  return fromMapping(shownBuiltins(builtins), name);
}

/** A built-in function as the frame that runs has it, AttributeError when it has none (_PyEval_GetBuiltin). */
export function frameBuiltin(name: string): Value {
  const found = lookupBuiltin(vm.frame?.builtins ?? vm.builtins, name);
  if (found === undefined) throw attributeError(name, name, null);
  return found;
}

vm.builtinsOf = builtinsOf;
