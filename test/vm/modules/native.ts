import '../../../vm/objects/async-generator.ts';
import '../../../vm/objects/bytes-types.ts';
import '../../../vm/objects/define.ts';
import '../../../vm/objects/descriptor-types.ts';
import '../../../vm/objects/dict-type.ts';
import '../../../vm/objects/exception-types.ts';
import '../../../vm/objects/function-type.ts';
import '../../../vm/objects/generator-type.ts';
import '../../../vm/objects/mapping-proxy.ts';
import '../../../vm/objects/memoryview.ts';
import '../../../vm/objects/misc-types.ts';
import '../../../vm/objects/number-types.ts';
import '../../../vm/objects/sequence-types.ts';
import '../../../vm/objects/set-type.ts';
import '../../../vm/objects/str-type.ts';
import '../../../vm/objects/struct-sequence.ts';
import '../../../vm/objects/super.ts';
import '../../../vm/objects/template.ts';
import '../../../vm/objects/type.ts';
import { pythonException } from '../../../vm/interpreter/unwind.ts';
import { PyBytes } from '../../../vm/objects/bytes.ts';
import { defineModule, type ModuleDefinition, startTypes } from '../../../vm/objects/define.ts';
import { PyFloat } from '../../../vm/objects/float.ts';
import { PyList } from '../../../vm/objects/list.ts';
import type { Value } from '../../../vm/objects/object.ts';
import { tupleOf } from '../../../vm/objects/tuple.ts';
import { getAttribute } from '../../../vm/operations/attribute.ts';
import { callWith } from '../../../vm/operations/call.ts';
import { repr, str } from '../../../vm/operations/text.ts';

/** A float, where a plain number is an int. */
export const float = (value: number): PyFloat => new PyFloat(value);
export const bytes = (...values: number[]): PyBytes => new PyBytes(Uint8Array.from(values));
export const list = (...items: Value[]): PyList => new PyList(items);
export const tuple = (...items: Value[]): Value => tupleOf(items);

/** A module's functions, called from TypeScript; what they give comes as its repr, an exception as 'Type: text'. */
export class NativeModule {
  readonly module: Value;

  constructor(definition: ModuleDefinition) {
    startTypes();
    this.module = defineModule(definition);
  }

  call(name: string, args: Value[], kwNames?: readonly string[]): Value {
    return callWith(getAttribute(this.module, name), args, kwNames);
  }

  outcome(name: string, args: Value[], kwNames?: readonly string[]): string {
    return described(() => this.call(name, args, kwNames));
  }
}

/** The repr of what `run` gives, or its exception as 'Type: text'. */
export function described(run: () => Value): string {
  try {
    return repr(run());
  } catch (thrown) {
    const exception = pythonException(thrown);
    return `${exception.type.tp_name}: ${str(exception)}`;
  }
}
