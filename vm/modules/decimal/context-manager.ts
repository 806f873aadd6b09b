import { defineType } from '../../objects/define.ts';
import { newType, PyObject, type Slot, type Value } from '../../objects/object.ts';
import type { PyContext } from './context.ts';
import { setAll } from './context-type.ts';
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

export function localContext(context: Slot, ...values: Slot[]): Value {
  const local = contextOf(context).copy();
  setAll(local, values);
  return new ContextManager(local);
}
