import type { Constant } from './constants.ts';

/** Bits of co_localspluskinds (Include/internal/pycore_code.h, 3.14). */
export const enum LocalKind {
  HIDDEN = 0x10,
  LOCAL = 0x20,
  CELL = 0x40,
  FREE = 0x80,
  /** 3.14 also marks what kind of argument a local is. */
  ARG_POS = 0x02,
  ARG_KW = 0x04,
  ARG_VAR = 0x08,
}

/** Bits of co_flags (Include/cpython/code.h); which of them a target has is in its table. */
export const enum CodeFlag {
  CO_OPTIMIZED = 0x1,
  CO_NEWLOCALS = 0x2,
  CO_VARARGS = 0x4,
  CO_VARKEYWORDS = 0x8,
  CO_NESTED = 0x10,
  CO_GENERATOR = 0x20,
  CO_NOFREE = 0x40,
  CO_COROUTINE = 0x80,
  CO_ITERABLE_COROUTINE = 0x100,
  CO_ASYNC_GENERATOR = 0x200,
  CO_FUTURE_DIVISION = 0x20000,
  CO_FUTURE_ABSOLUTE_IMPORT = 0x40000,
  CO_FUTURE_WITH_STATEMENT = 0x80000,
  CO_FUTURE_PRINT_FUNCTION = 0x100000,
  CO_FUTURE_UNICODE_LITERALS = 0x200000,
  CO_FUTURE_BARRY_AS_BDFL = 0x400000,
  CO_FUTURE_GENERATOR_STOP = 0x800000,
  CO_FUTURE_ANNOTATIONS = 0x1000000,
  CO_NO_MONITORING_EVENTS = 0x2000000,
  CO_HAS_DOCSTRING = 0x4000000,
  CO_METHOD = 0x8000000,
}

/** PyCF_MASK: the CO_FUTURE_ flags, which compile() takes and hands down. */
export const FUTURE_FLAGS = 0x1ff0000;

/**
 * A compiled code block: the fields of CPython's PyCodeObject, under its names. `co_code` holds the bytes that this
 * version of CPython would show as `co_code`, inline caches included (as zeros).
 */
export interface CodeObject {
  readonly type: 'code';
  /** The target's version, such as '3.14': the key into compiler/targets. */
  readonly target: string;
  co_argcount: number;
  co_posonlyargcount: number;
  co_kwonlyargcount: number;
  /** Number of names in co_varnames. */
  co_nlocals: number;
  co_stacksize: number;
  co_flags: number;
  co_code: Uint8Array;
  co_consts: readonly Constant[];
  co_names: readonly string[];
  /** Locals, then cells that are not also locals, then free variables: CPython 3.11's order, used for every target. */
  co_localsplusnames: readonly string[];
  /** One LocalKind set per name of co_localsplusnames. Before 3.11, a cell that is also an argument has two entries. */
  co_localspluskinds: Uint8Array;
  co_filename: string;
  co_name: string;
  co_qualname: string;
  co_firstlineno: number;
  /** The location table of 3.11 and later; co_linetable of 3.10; co_lnotab before. The target knows which. */
  co_linetable: Uint8Array;
  /** Empty where the target uses a block stack. */
  co_exceptiontable: Uint8Array;
}
