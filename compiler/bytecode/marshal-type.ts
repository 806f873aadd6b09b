/** What marshal.loads() would raise: the bytes end too early, or hold what no constant can be. */
export class MarshalError extends Error {}

/** Marks a value that later ones refer to by its number. */
export const FLAG_REF = 0x80;
/** Bits of one digit of a long int. */
export const LONG_SHIFT = 15;

/** Type codes of marshal.c. */
export const enum MarshalType {
  NULL = 0x30, // '0'
  STOPITER = 0x53, // 'S'
  INT64 = 0x49, // 'I'
  FLOAT = 0x66, // 'f'
  COMPLEX = 0x78, // 'x'
  LIST = 0x5b, // '['
  DICT = 0x7b, // '{'
  SET = 0x3c, // '<'
  NONE = 0x4e, // 'N'
  FALSE = 0x46, // 'F'
  TRUE = 0x54, // 'T'
  ELLIPSIS = 0x2e, // '.'
  INT = 0x69, // 'i'
  LONG = 0x6c, // 'l'
  BINARY_FLOAT = 0x67, // 'g'
  BINARY_COMPLEX = 0x79, // 'y'
  STRING = 0x73, // 's'
  INTERNED = 0x74, // 't'
  REF = 0x72, // 'r'
  TUPLE = 0x28, // '('
  SMALL_TUPLE = 0x29, // ')'
  CODE = 0x63, // 'c'
  UNICODE = 0x75, // 'u'
  FROZENSET = 0x3e, // '>'
  SLICE = 0x3a, // ':'
  ASCII = 0x61, // 'a'
  ASCII_INTERNED = 0x41, // 'A'
  SHORT_ASCII = 0x7a, // 'z'
  SHORT_ASCII_INTERNED = 0x5a, // 'Z'
}
