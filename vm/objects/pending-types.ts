import type { TypeDefinition } from './define.ts';
import type { PyType } from './object.ts';

// A file of its own, without imports at run time, so that it is complete whichever module of a cycle loads first.

/** What defineType has been told before startTypes. */
export const pendingTypes: { list: [PyType, TypeDefinition][]; started: boolean } = { list: [], started: false };
