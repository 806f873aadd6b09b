/** Constructs of the language that some target lacks. The parser reads them all and reports those. */
export const enum SyntaxFeature {
  RelaxedDecorators,
  StarredInFor,
  StarredInAugmentedAssignment,
  ParenthesizedWithItems,
  MatchStatement,
  WalrusInIndex,
  WalrusInSet,
  ExceptStar,
  StarredInIndex,
  StarredAnnotation,
  TypeParameters,
  TypeAlias,
  FormattedStringGrammar,
  ExceptWithoutParentheses,
  TemplateStrings,
}

interface Change {
  /** The version that brought these. */
  readonly version: string;
  readonly features: readonly SyntaxFeature[];
}

/** What each version added, in order. */
const changes: readonly Change[] = [
  { version: '3.8', features: [] },
  {
    version: '3.9',
    features: [
      SyntaxFeature.RelaxedDecorators,
      SyntaxFeature.StarredInFor,
      SyntaxFeature.StarredInAugmentedAssignment,
      SyntaxFeature.ParenthesizedWithItems,
      SyntaxFeature.WalrusInSet,
    ],
  },
  { version: '3.10', features: [SyntaxFeature.MatchStatement, SyntaxFeature.WalrusInIndex] },
  {
    version: '3.11',
    features: [SyntaxFeature.ExceptStar, SyntaxFeature.StarredInIndex, SyntaxFeature.StarredAnnotation],
  },
  {
    version: '3.12',
    features: [SyntaxFeature.TypeParameters, SyntaxFeature.TypeAlias, SyntaxFeature.FormattedStringGrammar],
  },
  { version: '3.13', features: [] },
  { version: '3.14', features: [SyntaxFeature.ExceptWithoutParentheses, SyntaxFeature.TemplateStrings] },
];

/** What the parser of a version does otherwise than by lacking syntax. */
export interface ParserRules {
  /**
   * How many levels its stack has, measured by asking it. A construct takes as many as it does in 3.8, one for each rule
   * of a table-driven parser; brackets, of which no more than 200 nest, take a third more in the newer one.
   */
  readonly stackLevels: number;
  /** The levels that each further `elif` of a statement takes. */
  readonly elifLevels: number;
  /** The levels that each `for` of a comprehension takes. */
  readonly clauseLevels: number;
  /** `(*a)` is read as if the parentheses were not there. */
  readonly starredInParentheses: boolean;
  /** `from __future__ import barry_as_FLUFL` in a text changes how the rest of it is read. */
  readonly readsFlufl: boolean;
}

const newest: ParserRules = {
  stackLevels: 5969,
  elifLevels: 1,
  clauseLevels: 0,
  starredInParentheses: false,
  readsFlufl: true,
};

const older: Readonly<Record<string, ParserRules>> = {
  '3.8': { stackLevels: 1679, elifLevels: 0, clauseLevels: 3, starredInParentheses: true, readsFlufl: false },
};

export function parserRules(version?: string): ParserRules {
  return (version !== undefined ? older[version] : undefined) ?? newest;
}

/** What a construct is called in a message. */
const names: Record<SyntaxFeature, string> = {
  [SyntaxFeature.RelaxedDecorators]: 'decorators of any form are',
  [SyntaxFeature.StarredInFor]: 'unpacking in the iterable of a for statement is',
  [SyntaxFeature.StarredInAugmentedAssignment]: 'unpacking in an augmented assignment is',
  [SyntaxFeature.ParenthesizedWithItems]: 'parenthesized context managers are',
  [SyntaxFeature.MatchStatement]: 'the match statement is',
  [SyntaxFeature.WalrusInIndex]: 'assignment expressions in a subscript without parentheses are',
  [SyntaxFeature.WalrusInSet]: 'assignment expressions in a set without parentheses are',
  [SyntaxFeature.ExceptStar]: 'except* is',
  [SyntaxFeature.StarredInIndex]: 'unpacking in a subscript is',
  [SyntaxFeature.StarredAnnotation]: 'unpacking in an annotation is',
  [SyntaxFeature.TypeParameters]: 'type parameter lists are',
  [SyntaxFeature.TypeAlias]: 'the type statement is',
  [SyntaxFeature.FormattedStringGrammar]: 'f-strings with this content are',
  [SyntaxFeature.ExceptWithoutParentheses]: 'except expressions without parentheses are',
  [SyntaxFeature.TemplateStrings]: 't-strings are',
};

/** What a version lacks of the newest syntax. Unknown versions lack nothing. */
export function lackingSyntax(version: string): ReadonlySet<SyntaxFeature> {
  const at = changes.findIndex((change) => change.version === version);
  const later = at < 0 ? [] : changes.slice(at + 1);
  return new Set(later.flatMap((change) => change.features));
}

/** In the words of CPython's parser with a feature_version. */
export function lackingMessage(feature: SyntaxFeature): string {
  const { version } = changes.find((change) => change.features.includes(feature))!;
  const name = names[feature];
  return `${name[0].toUpperCase()}${name.slice(1)} only supported in Python ${version} and greater`;
}
