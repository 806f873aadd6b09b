import { blockStackMeanings } from '../bytecode/opcode-docs.ts';
import { opcodesOf } from './opcodes.ts';
import { isPrintableIn } from './printable.ts';
import table from './tables/3.8.json' with { type: 'json' };
import type { Target } from './target.ts';
import unicode from './unicode/3.8.json' with { type: 'json' };

/** CPython 3.8: block stack, CO_NOFREE, co_lnotab. */
export const py38: Target = {
  version: '3.8',
  opcodes: opcodesOf(table),
  features: new Set(['coNofree']),
  meanings: blockStackMeanings,
  isPrintable: isPrintableIn(unicode),
  foldingRules: { constants: true, formats: false, checksFinally: false, dropsDocstrings: false },
  symbolRules: {
    inlineComprehensions: false,
    eagerAnnotations: true,
    elseBeforeHandlers: true,
    decoratorsAfterBases: true,
    coroutineChecksInCodegen: true,
    checksReservedAttributes: false,
    aliasesHavePositions: false,
    keyBeforeValue: true,
    manglesNamedTargets: false,
    maximumDepth: 2994,
  },
};
