import { defineType } from '../../objects/define.ts';
import type { PyDict } from '../../objects/dict.ts';
import { typeError } from '../../objects/exception.ts';
import { newType, PyObject, type Slot, type Value } from '../../objects/object.ts';
import { str } from '../../operations/text.ts';
import type { PyContext } from './context.ts';
import { contextNames, setAll } from './context-type.ts';
import { contextOf, currentContext, setContext } from './current-context.ts';

/** What localcontext() gives: sets its context for the time of a with statement. */
class ContextManager extends PyObject {
  readonly local: PyContext;
  global: PyContext | undefined;
  constructor(local: PyContext) {
    super(managerType);
    this.local = local;
  }
}

const managerType = newType('decimal.ContextManager');
defineType(managerType, {
  module: 'decimal',
  instantiable: false,
  methods: {
    __enter__: [
      '($self, /)',
      (self: ContextManager) => {
        self.global = currentContext();
        setContext(self.local);
        return self.local;
      },
    ],
    __exit__: [
      '($self, /, *args)',
      (self: ContextManager) => {
        setContext(self.global as PyContext);
        return false;
      },
    ],
  },
});

/** localcontext(): a copy of a context with some attributes set. */
export function localContext(context: Slot, attributes: PyDict): Value {
  for (const name of attributes.keyList()) {
    if (!contextNames.includes(name as string)) {
      throw typeError(`this function got an unexpected keyword argument '${str(name)}'`);
    }
  }
  const local = contextOf(context).copy();
  setAll(
    local,
    contextNames.map((name) => attributes.getString(name)),
  );
  return new ContextManager(local);
}
