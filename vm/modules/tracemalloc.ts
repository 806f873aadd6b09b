import type { ModuleDefinition } from '../objects/define.ts';
import { runtimeError } from '../objects/exception.ts';
import { tupleOf } from '../objects/tuple.ts';

/** CPython 3.14's Modules/_tracemalloc.c for a heap whose blocks can't be seen: tracing is always off. */
export const tracemalloc = (): ModuleDefinition => ({
  name: '_tracemalloc',
  doc: 'Debug module to trace memory blocks allocated by Python.',
  functions: {
    is_tracing: ['()', () => false],
    clear_traces: ['()', () => undefined],
    _get_traces: ['()', () => tupleOf([])],
    _get_object_traceback: ['(obj, /)', () => null],
    start: [
      '(nframe=1, /)',
      () => {
        throw runtimeError('memory blocks cannot be traced: JavaScript owns the heap');
      },
    ],
    stop: ['()', () => undefined],
    get_traceback_limit: ['()', () => 1],
    get_tracemalloc_memory: ['()', () => 0],
    get_traced_memory: ['()', () => tupleOf([0, 0])],
    reset_peak: ['()', () => undefined],
  },
});
