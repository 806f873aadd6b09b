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

export interface ParserStack {
  /** How many levels there are. */
  readonly levels: number;
  /** How many of them each further `elif` of a statement takes. */
  readonly elif: number;
}

/**
 * How deeply a version's parser nests before it gives up, measured by asking it. The levels that a construct takes are
 * 3.8's: one for each rule of its table-driven parser. Brackets, limited to 200, take a third more in the newer one.
 */
export function parserStack(version: string | undefined): ParserStack {
  return version === '3.8' ? { levels: 1679, elif: 0 } : { levels: 5969, elif: 1 };
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
