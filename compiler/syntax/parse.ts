import type { Diagnostic } from '../text/diagnostic.ts';
import type { SourceText } from '../text/source.ts';
import { Spare } from '../text/spare.ts';
import { type Mod, NodeKind, type Stmt } from './ast.ts';
import { lackingSyntax, parserRules } from './availability.ts';
import { ParseFailure, tooDeep } from './cursor.ts';
import { NameTable } from './name-table.ts';
import { GaveUp, RecoveringParser } from './recovery.ts';
import { TokenKind } from './token.ts';
import { tokenize } from './tokenizer.ts';
import { Tokens } from './tokens.ts';

export interface ParseOptions {
  /** As compile()'s mode. */
  readonly mode: 'exec' | 'eval' | 'single';
  /** The target's version, such as '3.8': what it lacks is reported, what it reads otherwise is read so. Default: the newest. */
  readonly version?: string;
}

export interface Parsed {
  /** What was understood, also of a broken text. */
  readonly tree: Mod;
  /** CPython's one error first, then what only an editor wants, then warnings. */
  readonly diagnostics: Diagnostic[];
  /** Whether the SyntaxError.text of the first error has the end of its line (see SecondPass.seesLineEnd). */
  readonly textHasLineEnd: boolean;
  /** The names of the text; nodes refer to them by number. */
  readonly names: NameTable;
}

/** Parses Python source to the tree of `ast.parse` (CPython 3.14). Never throws for bad input. */
export function parse(source: SourceText, options: ParseOptions): Parsed {
  if (source.error !== undefined) {
    return { tree: emptyTree(), diagnostics: [source.error], textHasLineEnd: true, names: new NameTable() };
  }
  const tokens = takeTokens(source.text.length);
  tokenize(source.text, tokens);
  if (options.mode !== 'exec') endAsTyped(tokens, options.mode, source.addedLineEnd);
  const result = new ModuleParser(tokens).run(options);
  tokens.clear();
  spare.leave(tokens, tokens.capacity > LARGEST_KEPT);
  return result;
}

const emptyTree = (): Mod => ({ kind: NodeKind.Module, body: [] });

/** The columns of the last parse, for the next: they are large, and only one parse runs at a time. */
const spare = new Spare<Tokens>();

/** Columns above this size may be collected. */
const LARGEST_KEPT = 1 << 18;

function takeTokens(length: number): Tokens {
  const estimate = Math.max(1024, length >> 2);
  const tokens = spare.take(estimate > LARGEST_KEPT);
  return tokens !== undefined && tokens.capacity >= estimate ? tokens : new Tokens(estimate);
}

/**
 * The last tokens of an expression or of a single statement. An absent last line end stays absent; at the end of a single
 * statement CPython supplies a NEWLINE by itself (initialize_token, Parser/pegen.c).
 */
function endAsTyped(tokens: Tokens, mode: 'eval' | 'single', addedLineEnd: boolean): void {
  const { kinds } = tokens;
  let last = tokens.count - 1;
  if (kinds[last] !== TokenKind.ENDMARKER) return;
  const line = tokens.text === '' ? 0 : tokens.lines[last];
  let dedents = 0;
  while (dedents < last && kinds[last - dedents - 1] === TokenKind.DEDENT) dedents++;
  const newline = last - dedents - 1;
  const dropNewline = addedLineEnd && newline >= 0 && kinds[newline] === TokenKind.NEWLINE;
  const hasTokens = newline >= 0;
  tokens.count = dropNewline ? newline : last;
  const end = tokens.text.length - (addedLineEnd ? 1 : 0);
  const add = (kind: TokenKind): void => {
    if (tokens.count === tokens.capacity) tokens.grow();
    last = tokens.count++;
    tokens.kinds[last] = kind;
    tokens.starts[last] = tokens.ends[last] = end;
    tokens.cols[last] = tokens.endCols[last] = -1;
    tokens.lines[last] = tokens.endLines[last] = line;
    tokens.values[last] = 0;
  };
  if (mode === 'single' && hasTokens) {
    add(TokenKind.NEWLINE);
    if (dropNewline && dedents > 0) {
      for (let i = 0; i < dedents; i++) add(TokenKind.DEDENT);
      add(TokenKind.NEWLINE);
    }
  }
  add(TokenKind.ENDMARKER);
}

class ModuleParser extends RecoveringParser {
  run({ mode, version }: ParseOptions): Parsed {
    if (version !== undefined) {
      this.lacking = lackingSyntax(version);
      this.rules = parserRules(version);
    }
    const tree: Mod = mode === 'exec' ? this.file() : this.single(mode);
    const warnings = this.warningsBeforeError ?? [...this.tokens.warnings, ...this.stringWarnings];
    const { textHasLineEnd } = this;
    const diagnostics = [...this.errors, ...this.lacks, ...warnings];
    return { tree, diagnostics, textHasLineEnd, names: this.tokens.nameTable! };
  }

  private file(): Mod {
    const body: Stmt[] = [];
    try {
      while (this.kinds[this.p] !== TokenKind.ENDMARKER) this.topLevelStatement(body);
    } catch (failure) {
      if (!(failure instanceof GaveUp)) throw failure;
    }
    return { kind: NodeKind.Module, body };
  }

  private topLevelStatement(body: Stmt[]): void {
    const start = this.p;
    const barry = this.barryAsBdfl;
    try {
      this.statement(body);
      this.tokens.statementEnds[start] = this.p;
      this.wholeStatement = start;
      this.barryAtWholeStatement = barry;
    } catch (failure) {
      this.depth = 0;
      this.indents.length = 1;
      this.recover(start, body, failure, 0);
      // A block that was opened before the error ends here.
      while (this.accept(TokenKind.DEDENT));
    }
    if (this.salvage.length > 0) this.salvage.length = 0;
  }

  /** One expression, or one statement as it is typed; nothing is left to go on with after an error. */
  private single(mode: 'eval' | 'single'): Mod {
    try {
      return mode === 'eval' ? this.eval() : this.interactive();
    } catch (failure) {
      if (failure instanceof RangeError || (failure instanceof ParseFailure && failure.diagnostic === tooDeep)) {
        this.errors.push(tooDeep);
      } else if (failure instanceof ParseFailure) {
        if (this.errors.length === 0)
          this.errors.push(this.explain(mode === 'eval' ? 'eval' : 'interactive', 0, false));
      } else if (!(failure instanceof GaveUp)) {
        throw failure;
      }
      return emptyTree();
    }
  }

  private eval(): Mod {
    const body = this.expressions();
    while (this.accept(TokenKind.NEWLINE));
    this.expect(TokenKind.ENDMARKER);
    return { kind: NodeKind.Expression, body };
  }

  private interactive(): Mod {
    const body: Stmt[] = [];
    if (this.kinds[this.p] === TokenKind.NEWLINE) {
      this.fail();
    } else {
      const compound = this.compoundStatement();
      if (compound === undefined) {
        this.simpleStatements(body);
      } else {
        body.push(compound);
        this.expect(TokenKind.NEWLINE);
      }
    }
    // CPython's bad_single_statement: nothing but comments may follow.
    const last = this.p - 1;
    if (/^[^#\n]*[^#\s]/m.test(this.text.slice(this.ends[last]))) {
      const message = 'multiple statements found while compiling a single statement';
      const diagnostic = this.diagnosticAt(last, message);
      this.errors.push({ ...diagnostic, end_offset: diagnostic.end_offset + 1 });
    }
    return { kind: NodeKind.Interactive, body };
  }
}
