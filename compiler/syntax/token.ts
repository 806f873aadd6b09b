/** Token kinds, by CPython's names (Grammar/Tokens); keywords have kinds of their own, soft keywords are NAMEs. */
export const enum TokenKind {
  ENDMARKER,
  NEWLINE,
  INDENT,
  DEDENT,
  /** The tokenizer stopped here; its error is in `Tokens.error`. Always the last token. */
  ERRORTOKEN,
  NAME,
  NUMBER,
  STRING,
  FSTRING_START,
  FSTRING_MIDDLE,
  FSTRING_END,
  TSTRING_START,
  TSTRING_MIDDLE,
  TSTRING_END,

  LPAR,
  RPAR,
  LSQB,
  RSQB,
  LBRACE,
  RBRACE,
  COLON,
  COMMA,
  SEMI,
  DOT,
  ELLIPSIS,
  RARROW,
  COLONEQUAL,
  EXCLAMATION,

  EQUAL,
  // Augmented assignments stand in the order of `Operator`.
  PLUSEQUAL,
  MINEQUAL,
  STAREQUAL,
  ATEQUAL,
  SLASHEQUAL,
  PERCENTEQUAL,
  DOUBLESTAREQUAL,
  LEFTSHIFTEQUAL,
  RIGHTSHIFTEQUAL,
  VBAREQUAL,
  CIRCUMFLEXEQUAL,
  AMPEREQUAL,
  DOUBLESLASHEQUAL,

  // Binary operators stand in the order of `Operator`.
  PLUS,
  MINUS,
  STAR,
  AT,
  SLASH,
  PERCENT,
  DOUBLESTAR,
  LEFTSHIFT,
  RIGHTSHIFT,
  VBAR,
  CIRCUMFLEX,
  AMPER,
  DOUBLESLASH,
  TILDE,

  // Comparisons stand in the order of `CompareOperator`.
  EQEQUAL,
  NOTEQUAL,
  LESS,
  LESSEQUAL,
  GREATER,
  GREATEREQUAL,
  /** `<>`, which only `from __future__ import barry_as_FLUFL` makes an operator. */
  LESSGREATER,
  /** A printable ASCII character that begins no token: `$`, `?` or a backquote. */
  OP,

  // Keywords, in the order of `keywords` below.
  FALSE,
  NONE,
  TRUE,
  AND,
  AS,
  ASSERT,
  ASYNC,
  AWAIT,
  BREAK,
  CLASS,
  CONTINUE,
  DEF,
  DEL,
  ELIF,
  ELSE,
  EXCEPT,
  FINALLY,
  FOR,
  FROM,
  GLOBAL,
  IF,
  IMPORT,
  IN,
  IS,
  LAMBDA,
  NONLOCAL,
  NOT,
  OR,
  PASS,
  RAISE,
  RETURN,
  TRY,
  WHILE,
  WITH,
  YIELD,
}

export const keywords = [
  'False',
  'None',
  'True',
  'and',
  'as',
  'assert',
  'async',
  'await',
  'break',
  'class',
  'continue',
  'def',
  'del',
  'elif',
  'else',
  'except',
  'finally',
  'for',
  'from',
  'global',
  'if',
  'import',
  'in',
  'is',
  'lambda',
  'nonlocal',
  'not',
  'or',
  'pass',
  'raise',
  'return',
  'try',
  'while',
  'with',
  'yield',
] as const;

/** Names with a meaning in some places; their name ids follow the keywords', in this order. */
export const softKeywords = ['_', 'case', 'match', 'type'] as const;

/** Ids of the soft keywords in `Tokens.names`. */
export const enum SoftKeyword {
  UNDERSCORE = 35,
  CASE = 36,
  MATCH = 37,
  TYPE = 38,
}

/**
 * How tightly binary operators bind, by token kind; 0 for everything else. The levels are those of the grammar's
 * rules disjunction (1), conjunction (2), inversion (3, prefix only), comparison (4) to term (10).
 */
export const precedence = new Uint8Array(128);
precedence[TokenKind.OR] = 1;
precedence[TokenKind.AND] = 2;
for (let kind = TokenKind.EQEQUAL; kind <= TokenKind.LESSGREATER; kind++) precedence[kind] = 4;
for (const kind of [TokenKind.IN, TokenKind.IS, TokenKind.NOT]) precedence[kind] = 4;
precedence[TokenKind.VBAR] = 5;
precedence[TokenKind.CIRCUMFLEX] = 6;
precedence[TokenKind.AMPER] = 7;
precedence[TokenKind.LEFTSHIFT] = precedence[TokenKind.RIGHTSHIFT] = 8;
precedence[TokenKind.PLUS] = precedence[TokenKind.MINUS] = 9;
for (const kind of [TokenKind.STAR, TokenKind.SLASH, TokenKind.DOUBLESLASH, TokenKind.PERCENT, TokenKind.AT]) {
  precedence[kind] = 10;
}

/** Operand levels of `precedence`, for callers that parse one of the grammar's levels. */
export const enum Level {
  Disjunction = 1,
  Conjunction = 2,
  Inversion = 3,
  Comparison = 4,
  BitwiseOr = 5,
}
