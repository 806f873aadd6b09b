import { TokenKind } from '../token.ts';
import { type Parts, type SecondPass, Tree } from './second-pass.ts';

/** Gives the alternative's result, or undefined to fail it; most raise. */
type Action = (pass: SecondPass, parts: Parts, whole: Tree) => Tree | undefined;

/** What _PyPegen_get_expr_name calls a kind of expression; 'literal' stands for what isn't listed. */
const expressionNames: Record<string, string> = {
  Attribute: 'attribute',
  Subscript: 'subscript',
  Starred: 'starred',
  Name: 'name',
  List: 'list',
  Tuple: 'tuple',
  Lambda: 'lambda',
  Call: 'function call',
  BoolOp: 'expression',
  BinOp: 'expression',
  UnaryOp: 'expression',
  GeneratorExp: 'generator expression',
  Yield: 'yield expression',
  Await: 'await expression',
  ListComp: 'list comprehension',
  SetComp: 'set comprehension',
  DictComp: 'dict comprehension',
  Dict: 'dict literal',
  Set: 'set display',
  JoinedStr: 'f-string expression',
  FormattedValue: 'f-string expression',
  TemplateStr: 't-string expression',
  None: 'None',
  False: 'False',
  True: 'True',
  Ellipsis: 'ellipsis',
  Compare: 'comparison',
  IfExp: 'conditional expression',
  NamedExpr: 'named expression',
};

const nameOf = (tree: Tree): string => expressionNames[tree.kind] ?? 'literal';

const raiseRange =
  (message: string): Action =>
  (pass, { a, b }) =>
    pass.raise(pass.range(a.start, b.end, message));

const raiseAt =
  (message: string): Action =>
  (pass, { a }) =>
    pass.raise(pass.range(a.start, a.end, message));

const raiseStartingFrom =
  (message: string): Action =>
  (pass, { a }) =>
    pass.raise(pass.startingFrom(a.start, message));

const raiseHere =
  (message: string): Action =>
  (pass) =>
    pass.raise(pass.atLastToken(message));

const raiseOnNext =
  (message: string): Action =>
  (pass) =>
    pass.raise(pass.atNextToken(message));

const raiseNamed =
  (message: (name: string) => string): Action =>
  (pass, { a }) =>
    pass.raise(pass.range(a.start, a.end, message(nameOf(a))));

const raiseBlock =
  (what: (keyword: string) => string): Action =>
  (pass, { a }) => {
    const message = `expected an indented block after ${what(pass.textOf(a.start))} on line ${pass.tokens.lines[a.start]}`;
    return pass.raise(pass.atLastToken(message, 'IndentationError'));
  };

type Targets = 'star' | 'del' | 'for';

/** _PyPegen_get_invalid_target */
function invalidTarget(tree: Tree, targets: Targets): Tree | undefined {
  switch (tree.kind) {
    case 'List':
    case 'Tuple':
      for (const element of elements(tree)) {
        const invalid = invalidTarget(element, targets);
        if (invalid !== undefined) return invalid;
      }
      return undefined;
    case 'Starred':
      if (targets === 'del') return tree;
      return invalidTarget(tree.items[1], targets);
    case 'Compare':
      if (targets === 'for') {
        // `a in b` of a for statement was read as a comparison: its left side is the target.
        return tree.items[1].items[0].kind === 'In' ? invalidTarget(tree.items[0], targets) : undefined;
      }
      return tree;
    case 'Name':
    case 'Subscript':
    case 'Attribute':
      return undefined;
    default:
      return tree;
  }
}

/** The elements of a list or tuple, whose parts are nested sequences of expressions and commas. */
function elements(tree: Tree): Tree[] {
  const found: Tree[] = [];
  const collect = (part: Tree): void => {
    if (part.kind === 'sequence') part.items.forEach(collect);
    else if (part.kind !== 'token' && part.kind !== '') found.push(part);
  };
  tree.items.forEach(collect);
  return found;
}

/** RAISE_SYNTAX_ERROR_INVALID_TARGET */
const raiseTarget =
  (targets: Targets): Action =>
  (pass, { a }) => {
    const invalid = invalidTarget(a, targets);
    // CPython's macro then raises without a message of its own: the generic error follows.
    if (invalid === undefined) return undefined;
    const verb = targets === 'del' ? 'delete' : 'assign to';
    return pass.raise(pass.range(invalid.start, invalid.end, `cannot ${verb} ${nameOf(invalid)}`));
  };

/** _PyPegen_get_last_comprehension_item of a for_if_clauses */
function lastComprehensionItem(clauses: Tree): Tree {
  const clause = clauses.items[clauses.items.length - 1];
  const conditions = clause.items[clause.items.length - 1];
  const iterable = clause.items[clause.items.length - 2];
  if (conditions.items.length === 0) return iterable;
  return conditions.items[conditions.items.length - 1].items[1];
}

/** The positional arguments and the keywords of an `args`. */
function callParts(args: Tree): { positional: Tree[]; keywords: Tree[] } {
  const positional: Tree[] = [];
  const keywords: Tree[] = [];
  const collect = (part: Tree): void => {
    if (part.kind === 'sequence') part.items.forEach(collect);
    else if (part.kind === 'Starred') positional.push(part);
    else if (part.kind === 'Keyword' || part.kind === 'KeywordUnpacking') keywords.push(part);
  };
  if (args.kind === 'Args') {
    for (const item of args.items[0].items) {
      // A part that a look-ahead follows is a sequence of the expression and nothing.
      positional.push(item.kind === 'sequence' ? item.items[0] : item);
    }
    collect(args.items[1]);
  } else {
    args.items.forEach(collect);
  }
  return { positional, keywords };
}

/** A literal's own error stands at the last token that was looked at. */
function literal(pass: SecondPass, token: number, raw: boolean, warnAt: number): void {
  const problem = pass.literals.literalProblem(token, raw, pass.callInvalid ? -1 : warnAt);
  if (problem !== undefined) pass.raise(pass.atLastToken(problem));
}

function middles(pass: SecondPass, whole: Tree): void {
  const { kinds } = pass.tokens;
  const prefix = pass.textOf(whole.start).toLowerCase();
  const raw = prefix.includes('r');
  for (const part of whole.items[1].items) {
    const kind = kinds[part.start];
    if (part.kind === 'token' && (kind === TokenKind.FSTRING_MIDDLE || kind === TokenKind.TSTRING_MIDDLE)) {
      literal(pass, part.start, raw, whole.end);
    }
  }
}

/** The letter of the formatted string around a token. */
const stringPrefix = (pass: SecondPass, token: number): string =>
  pass.textOf(openingOf(pass, token)).toLowerCase().includes('t') ? 't' : 'f';

const isRaw = (pass: SecondPass, token: number): boolean =>
  pass.textOf(openingOf(pass, token)).toLowerCase().includes('r');

/** The FSTRING_START or TSTRING_START before a token that stands inside. */
function openingOf(pass: SecondPass, token: number): number {
  const { kinds } = pass.tokens;
  let depth = 0;
  for (let i = token; i >= 0; i--) {
    const kind = kinds[i];
    if (kind === TokenKind.FSTRING_END || kind === TokenKind.TSTRING_END) depth++;
    if (kind === TokenKind.FSTRING_START || kind === TokenKind.TSTRING_START) {
      if (depth === 0) return i;
      depth--;
    }
  }
  return token;
}

const renamed = (tree: Tree, kind: string): Tree => new Tree(kind, tree.start, tree.end, tree.items);

const legacyStatements = new Set(['print', 'exec']);

const fieldActions = (prefix: string, suffix: string): Record<string, Action> => ({
  [`fieldBefore${suffix}`]: (pass, { a }) =>
    pass.raise(
      pass.range(a.start, a.end, `${prefix}-string: valid expression required before '${pass.textOf(a.start)}'`),
    ),
  [`fieldExpression${suffix}`]: raiseOnNext(`${prefix}-string: expecting a valid expression after '{'`),
  [`fieldAfterExpression${suffix}`]: raiseOnNext(`${prefix}-string: expecting '=', or '!', or ':', or '}'`),
  [`fieldAfterEqual${suffix}`]: raiseOnNext(`${prefix}-string: expecting '!', or ':', or '}'`),
  [`fieldAfterConversion${suffix}`]: raiseOnNext(`${prefix}-string: expecting ':' or '}'`),
  [`fieldSpec${suffix}`]: raiseOnNext(`${prefix}-string: expecting '}', or format specs`),
  [`fieldEnd${suffix}`]: raiseOnNext(`${prefix}-string: expecting '}'`),
  [`missingConversion${suffix}`]: raiseOnNext(`${prefix}-string: missing conversion character`),
  [`invalidConversion${suffix}`]: raiseOnNext(`${prefix}-string: invalid conversion character`),
});

/** What the grammar's alternatives do, by the names that grammar.ts gives them. */
export const actions: Record<string, Action> = {
  // Literals and other checks of valid rules.
  number(pass, { a }, whole) {
    const problem = pass.literals.literalProblem(a.start, false, -1);
    if (problem !== undefined) {
      const line = pass.tokens.lines[a.start];
      pass.raise({
        category: 'SyntaxError',
        message: problem,
        lineno: line,
        offset: 0,
        end_lineno: line,
        end_offset: 0,
      });
    }
    return renamed(whole, 'Number');
  },
  string(pass, { a }, whole) {
    literal(pass, a.start, false, a.start);
    return renamed(whole, 'String');
  },
  specMiddle(pass, { a }, whole) {
    // CPython lets the codec's exception pass as it is.
    const problem = pass.literals.literalProblem(a.start, isRaw(pass, a.start), pass.callInvalid ? -1 : a.start);
    if (problem !== undefined) {
      const message = problem.replace('(unicode error) ', '');
      pass.raise({ category: 'UnicodeDecodeError', message, lineno: 0, offset: 0, end_lineno: 0, end_offset: 0 });
    }
    return whole;
  },
  formatted(pass, _parts, whole) {
    middles(pass, whole);
    return renamed(whole, 'JoinedStr');
  },
  template(pass, _parts, whole) {
    middles(pass, whole);
    return renamed(whole, 'TemplateStr');
  },
  concatenate(pass, { a }, whole) {
    let bytes = false;
    let text = false;
    for (const part of a.items) {
      if (part.kind === 'String' && pass.literals.isBytes(part.start)) bytes = true;
      else text = true;
    }
    if (bytes && text) pass.raise(pass.atLastToken('cannot mix bytes and nonbytes literals'));
    return renamed(whole, a.items.some((part) => part.kind === 'JoinedStr') ? 'JoinedStr' : 'String');
  },
  conversion(pass, { a, b }, whole) {
    const { tokens } = pass;
    const prefix = stringPrefix(pass, a.start);
    if (tokens.lines[a.start] !== tokens.lines[b.start] || tokens.ends[a.start] !== tokens.starts[b.start]) {
      const message = `${prefix}-string: conversion type must come right after the exclamation mark`;
      pass.raise(pass.range(a.start, b.end, message));
    }
    const name = pass.textOf(b.start);
    if (!['s', 'r', 'a'].includes(name)) {
      const message = `${prefix}-string: invalid conversion character '${name}': expected 's', 'r', or 'a'`;
      pass.raise(pass.range(b.start, b.end, message));
    }
    return whole;
  },
  ensureReal(pass, { a }) {
    if (/[jJ]$/.test(pass.textOf(a.start))) {
      pass.raise(pass.range(a.start, a.end, 'real number required in complex literal'));
    }
    return a;
  },
  ensureImaginary(pass, { a }) {
    if (!/[jJ]$/.test(pass.textOf(a.start))) {
      pass.raise(pass.range(a.start, a.end, 'imaginary number required in complex literal'));
    }
    return a;
  },
  notEqual(pass, { a }) {
    const isAlternative = pass.textOf(a.start) === '<>';
    if (pass.barryAsBdfl && !isAlternative) {
      pass.raise(pass.atLastToken("with Barry as BDFL, use '<>' instead of '!='"));
    }
    return pass.barryAsBdfl === isAlternative ? a : undefined;
  },
  futureImport(pass, { d, m, n }, whole) {
    if (d.items.length === 0 && pass.textOf(m.start) === '__future__' && m.start === m.end) {
      for (let token = n.start; token <= n.end; token++) {
        if (pass.textOf(token) === 'barry_as_FLUFL') pass.barryAsBdfl = true;
      }
    }
    return whole;
  },

  // Calls.
  iterableAfterKeywordUnpacking: raiseStartingFrom('iterable argument unpacking follows keyword argument unpacking'),
  generatorParentheses: (pass, { a, b }) =>
    pass.raise(pass.range(a.start, lastComprehensionItem(b).end, 'Generator expression must be parenthesized')),
  maybeEqual: raiseRange("invalid syntax. Maybe you meant '==' or ':=' instead of '='?"),
  argumentValue: raiseRange('expected argument value expression'),
  nonparenGenexp(pass, { a, b }) {
    const { positional } = callParts(a);
    if (positional.length <= 1) return undefined;
    const last = positional[positional.length - 1];
    const end = lastComprehensionItem(b).end;
    return pass.raise(pass.range(last.start, end, 'Generator expression must be parenthesized'));
  },
  argumentOrder(pass, { a }) {
    const unpacking = callParts(a).keywords.some((keyword) => keyword.kind === 'KeywordUnpacking');
    const what = unpacking ? 'keyword argument unpacking' : 'keyword argument';
    return pass.raise(pass.atLastToken(`positional argument follows ${what}`));
  },
  assignToKeyword: (pass, { a, b }) =>
    pass.raise(pass.range(a.start, b.end, `cannot assign to ${pass.textOf(a.start)}`)),
  assignmentInCall: raiseRange('expression cannot contain assignment, perhaps you meant "=="?'),
  assignToUnpacking: raiseRange('cannot assign to keyword argument unpacking'),
  assignToIterableUnpacking: raiseRange('cannot assign to iterable argument unpacking'),
  invalidStar: raiseHere('Invalid star expression'),

  // Expressions.
  legacy(pass, { a, b }) {
    const name = pass.textOf(a.start);
    if (!legacyStatements.has(name)) return undefined;
    const message = `Missing parentheses in call to '${name}'. Did you mean ${name}(...)?`;
    return pass.raise(pass.range(a.start, b.end, message));
  },
  partOfString: (pass, { a }) =>
    pass.raise(pass.range(a.start, a.end, 'invalid syntax. Is this intended to be part of the string?')),
  missingComma(pass, { a, b }) {
    if (a.kind === 'Name' && legacyStatements.has(pass.textOf(a.start))) return undefined;
    if (pass.levelAfter(pass.mark - 1) === 0) return undefined;
    return pass.raise(pass.range(a.start, b.end, 'invalid syntax. Perhaps you forgot a comma?'));
  },
  missingElse: raiseRange("expected 'else' after 'if' expression"),
  statementAfterElse: raiseOnNext("expected expression after 'else', but statement is given"),
  statementBeforeIf: raiseAt("expected expression before 'if', but statement is given"),
  lambdaInFString: raiseRange('f-string: lambda expressions are not allowed without parentheses'),
  lambdaInTString: raiseRange('t-string: lambda expressions are not allowed without parentheses'),
  walrusTarget: raiseNamed((name) => `cannot use assignment expressions with ${name}`),
  assignHere: raiseNamed((name) => `cannot assign to ${name} here. Maybe you meant '==' instead of '='?`),
  starredInGroup: raiseAt('cannot use starred expression here'),
  doubleStarredInGroup: raiseAt('cannot use double starred expression here'),
  parenthesizeNot: raiseRange("'not' after an operator must be parenthesized"),
  unpackingInComprehension: raiseAt('iterable unpacking cannot be used in comprehension'),
  unpackingInDictComprehension: raiseAt('dict unpacking cannot be used in dict comprehension'),
  comprehensionParentheses: (pass, { a, b }) => {
    const all = elements(b);
    const last = all[all.length - 1] ?? b;
    return pass.raise(pass.range(a.start, last.end, 'did you forget parentheses around the comprehension target?'));
  },
  comprehensionParenthesesComma: raiseRange('did you forget parentheses around the comprehension target?'),
  expectedIn: raiseHere("'in' expected after for-loop variables"),
  starredValue: raiseStartingFrom('cannot use a starred expression in a dictionary value'),
  expectedValue: raiseAt("expression expected after dictionary key and ':'"),
  colonAfterKey(pass, { a }) {
    const { tokens } = pass;
    const diagnostic = pass.range(a.end, a.end, "':' expected after dictionary key");
    return pass.raise({
      ...diagnostic,
      lineno: tokens.lines[a.start],
      offset: diagnostic.end_offset - 1,
      end_offset: 0,
    });
  },
  mixedTemplate(pass, { a, b }) {
    const last = a.items[a.items.length - 1];
    return pass.raise(pass.range(last.start, b.end, 'cannot mix t-string literals with string or bytes literals'));
  },

  // Assignments and targets.
  annotatedTarget: raiseNamed((name) => `only single target (not ${name}) can be annotated`),
  annotatedTuple: raiseAt('only single target (not tuple) can be annotated'),
  illegalAnnotation: raiseAt('illegal target for annotation'),
  starTarget: raiseTarget('star'),
  delTarget: raiseTarget('del'),
  forTarget: raiseTarget('for'),
  assignToYield: raiseAt('assignment to yield expression not possible'),
  illegalAugmented: raiseNamed((name) => `'${name}' is an illegal expression for augmented assignment`),

  // Parameters.
  parameterBeforeSlash: raiseAt('at least one argument must precede /'),
  slashOnce: raiseAt('/ may appear only once'),
  defaultOrder: raiseAt('parameter without a default follows parameter with a default'),
  parenthesizedParameters: raiseRange('Function parameters cannot be parenthesized'),
  parenthesizedLambdaParameters: raiseRange('Lambda expression parameters cannot be parenthesized'),
  slashBeforeStar: raiseAt('/ must be ahead of *'),
  commaBetweenSlashAndStar: raiseAt('expected comma between / and *'),
  expectedDefault: raiseAt('expected default value expression'),
  namedAfterStar: raiseAt('named arguments must follow bare *'),
  namedAfterStarHere: raiseHere('named arguments must follow bare *'),
  varPositionalDefault: raiseAt('var-positional argument cannot have default value'),
  starOnce: raiseAt('* argument may appear only once'),
  varKeywordDefault: raiseAt('var-keyword argument cannot have default value'),
  afterVarKeyword: raiseAt('arguments cannot follow var-keyword argument'),
  typeVarTupleBound: (pass, { a, b }) =>
    pass.raise(
      pass.startingFrom(a.start, `cannot use ${b.kind === 'Tuple' ? 'constraints' : 'bound'} with TypeVarTuple`),
    ),
  paramSpecBound: (pass, { a, b }) =>
    pass.raise(pass.startingFrom(a.start, `cannot use ${b.kind === 'Tuple' ? 'constraints' : 'bound'} with ParamSpec`)),
  emptyTypeParameters: raiseStartingFrom('Type parameter list cannot be empty'),

  // Statements.
  expectedBlock: (pass) => pass.raise(pass.atLastToken('expected an indented block', 'IndentationError')),
  expectedColon: raiseHere("expected ':'"),
  blockAfterStatement: raiseBlock((keyword) => `'${keyword}' statement`),
  blockAfterExceptStar: raiseBlock(() => "'except*' statement"),
  blockAfterFunction: raiseBlock(() => 'function definition'),
  blockAfterClass: raiseBlock(() => 'class definition'),
  importFromOrder: raiseStartingFrom("Did you mean to use 'from ... import ...' instead?"),
  importNames: raiseStartingFrom("Expected one or more names after 'import'"),
  importTarget: raiseNamed((name) => `cannot use ${name} as import target`),
  trailingComma: raiseHere('trailing comma not allowed without surrounding parentheses'),
  expectedExcept: raiseHere("expected 'except' or 'finally' block"),
  mixedExceptStar: raiseRange("cannot have both 'except' and 'except*' on the same 'try'"),
  mixedExcept: raiseAt("cannot have both 'except' and 'except*' on the same 'try'"),
  multipleTypes: raiseStartingFrom("multiple exception types must be parenthesized when using 'as'"),
  exceptTarget: raiseNamed((name) => `cannot use except statement with ${name}`),
  exceptStarTarget: raiseNamed((name) => `cannot use except* statement with ${name}`),
  expectedTypes: raiseHere('expected one or more exception types'),
  elifAfterElse: raiseHere("'elif' block follows an 'else' block"),

  // Patterns.
  underscoreTarget: raiseAt("cannot use '_' as a target"),
  patternTarget: raiseNamed((name) => `cannot use ${name} as pattern target`),
  patternOrder: raiseAt('positional patterns follow keyword patterns'),

  ...fieldActions('f', ''),
  ...fieldActions('t', 'T'),
};
