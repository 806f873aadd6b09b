import type { ModuleDefinition } from '../../objects/define.ts';
import { combinationsType, combinationsWithReplacementType, permutationsType, productType } from './combinatoric.ts';
import { accumulateType, batchedType, chainType, pairwiseType, zipLongestType } from './combining.ts';
import { groupbyType, tee, teeType } from './grouping.ts';
import { countType, cycleType, repeatType } from './infinite.ts';
import { compressType, dropwhileType, filterfalseType, isliceType, starmapType, takewhileType } from './selecting.ts';

/** CPython 3.14's Modules/itertoolsmodule.c. */
export const itertools: ModuleDefinition = {
  name: 'itertools',
  doc: 'Functional tools for creating and using iterators.',
  functions: {
    tee: ['(iterable, n=2, /)', tee, 'Returns a tuple of n independent iterators.'],
  },
  attributes: {
    accumulate: accumulateType,
    batched: batchedType,
    chain: chainType,
    combinations: combinationsType,
    combinations_with_replacement: combinationsWithReplacementType,
    compress: compressType,
    count: countType,
    cycle: cycleType,
    dropwhile: dropwhileType,
    filterfalse: filterfalseType,
    groupby: groupbyType,
    islice: isliceType,
    pairwise: pairwiseType,
    permutations: permutationsType,
    product: productType,
    repeat: repeatType,
    starmap: starmapType,
    takewhile: takewhileType,
    _tee: teeType,
    zip_longest: zipLongestType,
  },
};
