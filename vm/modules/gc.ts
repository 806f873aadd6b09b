import { liveGenerators } from '../interpreter/debugging.ts';
import { collect } from '../objects/collect.ts';
import type { ModuleDefinition } from '../objects/define.ts';
import { PyDict } from '../objects/dict.ts';
import { PyList } from '../objects/list.ts';
import type { Value } from '../objects/object.ts';
import { tupleOf } from '../objects/tuple.ts';

/**
 * CPython 3.14's Modules/gcmodule.c, as far as a heap that JavaScript collects can have it: collect() finalises what nobody
 * reaches (objects/collect.ts), thresholds are kept and shown.
 */
export const gc = (): ModuleDefinition => {
  let enabled = true;
  let debug: Value = 0;
  let thresholds = [2000, 10, 0];
  return {
    name: 'gc',
    doc: 'This module provides access to the garbage collector for reference cycles.',
    functions: {
      collect: ['(generation=2)', () => collect()],
      enable: [
        '()',
        () => {
          enabled = true;
        },
      ],
      disable: [
        '()',
        () => {
          enabled = false;
        },
      ],
      isenabled: ['()', () => enabled],
      get_debug: ['()', () => debug],
      set_debug: [
        '(flags, /)',
        (flags: Value) => {
          debug = flags;
        },
      ],
      get_threshold: ['()', () => tupleOf(thresholds)],
      set_threshold: [
        '(threshold0, threshold1=10, threshold2=0, /)',
        (first: number, second = 10, third = 0) => {
          thresholds = [first, second, third];
        },
      ],
      get_count: ['()', () => tupleOf([0, 0, 0])],
      get_stats: [
        '()',
        () =>
          new PyList(
            [0, 1, 2].map(() => {
              const stats = new PyDict();
              for (const name of ['collections', 'collected', 'uncollectable']) stats.setString(name, 0);
              return stats;
            }),
          ),
      ],
      get_objects: ['(generation=None)', () => new PyList(liveGenerators())],
      get_referrers: ['(*objs)', () => new PyList([])],
      get_referents: ['(*objs)', () => new PyList([])],
      is_tracked: ['(obj, /)', (object: Value) => typeof object === 'object' && object !== null],
      is_finalized: ['(obj, /)', () => false],
      freeze: ['()', () => undefined],
      unfreeze: ['()', () => undefined],
      get_freeze_count: ['()', () => 0],
    },
    attributes: {
      garbage: new PyList([]),
      callbacks: new PyList([]),
      DEBUG_STATS: 1,
      DEBUG_COLLECTABLE: 2,
      DEBUG_UNCOLLECTABLE: 4,
      DEBUG_SAVEALL: 32,
      DEBUG_LEAK: 38,
    },
  };
};
