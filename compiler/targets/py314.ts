import { opcodesOf } from './opcodes.ts';
import { isPrintableIn } from './printable.ts';
import table from './tables/3.14.json' with { type: 'json' };
import type { Target } from './target.ts';
import unicode from './unicode/3.14.json' with { type: 'json' };

/** CPython 3.14: exception table, location table with columns, specialising interpreter with inline caches. */
export const py314: Target = {
  version: '3.14',
  opcodes: opcodesOf(table),
  features: new Set([
    'exceptionTable',
    'methodFlags',
    'positions',
    'localsPlus',
    'marshalSlices',
    'jumpsInCodeUnits',
    'disLabels',
  ]),
  meanings: () => ({}),
  isPrintable: isPrintableIn(unicode),
  foldingRules: { constants: false, formats: true, checksFinally: true, dropsDocstrings: true },
  symbolRules: {
    inlineComprehensions: true,
    eagerAnnotations: false,
    elseBeforeHandlers: false,
    decoratorsAfterBases: false,
    coroutineChecksInCodegen: false,
    checksReservedAttributes: true,
    aliasesHavePositions: true,
    keyBeforeValue: false,
    manglesNamedTargets: true,
    maximumDepth: 9998,
  },
};
