import { vm } from '../../interpreter/state.ts';
import { roundings } from '../../numbers/decimal.ts';
import type { ModuleDefinition } from '../../objects/define.ts';
import { callMethod, getAttribute } from '../../operations/attribute.ts';
import './context-type.ts';
import './decimal-type.ts';
import { contextType, decimalType, MAX_EMAX, MIN_ETINY, signalClasses } from './context.ts';
import { localContext } from './context-manager.ts';
import { currentContext, defaultContext, forgetContexts, setContext, templates } from './current-context.ts';
import { decimalTuple } from './decimal-tuple.ts';
import { IEEE_CONTEXT_MAX_BITS, ieeeContext } from './ieee-context.ts';
import { forgetSignalDict } from './signal-dict.ts';

/** CPython 3.14's Modules/_decimal/_decimal.c, over numbers/decimal.ts in place of libmpdec. */
export const decimal = (): ModuleDefinition => {
  const { basic, extended } = templates();
  forgetContexts();
  forgetSignalDict();
  callMethod(getAttribute(vm.importModule('numbers'), 'Number'), 'register', decimalType);
  Object.assign(defaultContext, { flags: 0 });
  return {
    name: '_decimal',
    doc: 'C decimal arithmetic module',
    functions: {
      getcontext: ['($module, /)', currentContext, 'Get the current default context.'],
      IEEEContext: ['($module, bits, /)', ieeeContext],
      setcontext: ['($module, context, /)', setContext, 'Set a new default context.'],
      localcontext: [
        '($module, /, ctx=None, **kwargs)',
        localContext,
        'Return a context manager for a copy of the supplied context.',
      ],
    },
    attributes: {
      ...signalClasses().all,
      ...Object.fromEntries(roundings.map((name) => [name, name])),
      Decimal: decimalType,
      Context: contextType,
      DecimalTuple: decimalTuple(),
      DefaultContext: defaultContext,
      BasicContext: basic,
      ExtendedContext: extended,
      MAX_PREC: MAX_EMAX,
      MAX_EMAX,
      MIN_EMIN: -MAX_EMAX,
      MIN_ETINY,
      HAVE_THREADS: true,
      HAVE_CONTEXTVAR: true,
      IEEE_CONTEXT_MAX_BITS,
      __version__: '1.70',
      __libmpdec_version__: '4.0.1',
    },
  };
};
