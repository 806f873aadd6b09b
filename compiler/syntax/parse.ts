import type { Diagnostic } from '../text/diagnostic.ts';
import type { SourceText } from '../text/source.ts';
import { type Mod, NodeKind, type Stmt } from './ast.ts';
import { ParseFailure } from './cursor.ts';
import { SecondPass } from './errors/second-pass.ts';
import { StatementParser } from './statements.ts';
import { TokenKind } from './token.ts';
import { tokenize } from './tokenizer.ts';
import { Tokens } from './tokens.ts';

export interface ParseOptions {
  /** As compile()'s mode. */
  readonly mode: 'exec' | 'eval' | 'single';
}

export interface Parsed {
  /** What was understood, also of a broken text. */
  readonly tree: Mod;
  /** CPython's one error first, then what only an editor wants, then warnings. */
  readonly diagnostics: Diagnostic[];
}

/** Parses Python source to the tree of `ast.parse` (CPython 3.14). Never throws for bad input. */
export function parse(source: SourceText, options: ParseOptions): Parsed {
  if (source.error !== undefined) return { tree: emptyTree(), diagnostics: [source.error] };
  const tokens = takeTokens(source.text.length);
  tokenize(source.text, tokens);
  const result = new ModuleParser(tokens).run(options);
  spare = tokens;
  return result;
}

const emptyTree = (): Mod => ({ kind: NodeKind.Module, body: [] });

/** The columns of the last parse, kept for the next: they are large, and only one parse runs at a time. */
let spare: Tokens | undefined;

/** Columns above this size are not kept. */
const largestSpare = 1 << 20;

function takeTokens(length: number): Tokens {
  const estimate = Math.max(1024, length >> 2);
  const tokens = spare;
  spare = undefined;
  return tokens !== undefined && tokens.capacity >= estimate && tokens.capacity <= largestSpare
    ? tokens
    : new Tokens(estimate);
}

class ModuleParser extends StatementParser {
  run({ mode }: ParseOptions): Parsed {
    const diagnostics: Diagnostic[] = [];
    let tree: Mod = emptyTree();
    try {
      tree = mode === 'exec' ? this.file() : mode === 'eval' ? this.eval() : this.interactive();
    } catch (failure) {
      if (!(failure instanceof ParseFailure || failure instanceof RangeError)) throw failure;
      diagnostics.push(this.explain(mode));
    }
    diagnostics.push(...this.tokens.warnings, ...this.stringWarnings);
    return { tree, diagnostics };
  }

  /** First token of the last whole statement of the file: what is wrong may be how the next one continues it. */
  private statementStart = 0;

  /** The error that CPython reports. What came before the last whole statement is known to be right. */
  private explain(mode: ParseOptions['mode']): Diagnostic {
    const rule = mode === 'exec' ? 'file' : mode === 'eval' ? 'eval' : 'interactive';
    try {
      const pass = new SecondPass(this.tokens, this, this.statementStart, this.barryAtStart);
      return pass.run(rule) ?? this.generic();
    } catch (failure) {
      // The text nests deeper than the stack is.
      if (!(failure instanceof RangeError)) throw failure;
      return this.generic();
    }
  }

  private generic(): Diagnostic {
    return this.tokens.error ?? this.diagnosticAt(this.p, 'invalid syntax');
  }

  private barryAtStart = false;

  private file(): Mod {
    const body: Stmt[] = [];
    while (this.kinds[this.p] !== TokenKind.ENDMARKER) {
      const start = this.p;
      const barry = this.barryAsBdfl;
      this.statement(body);
      this.statementStart = start;
      this.barryAtStart = barry;
    }
    return { kind: NodeKind.Module, body };
  }

  private eval(): Mod {
    const body = this.expressions();
    while (this.accept(TokenKind.NEWLINE));
    this.expect(TokenKind.ENDMARKER);
    return { kind: NodeKind.Expression, body };
  }

  private interactive(): Mod {
    const body: Stmt[] = [];
    this.statement(body);
    while (this.accept(TokenKind.NEWLINE));
    this.expect(TokenKind.ENDMARKER);
    return { kind: NodeKind.Interactive, body };
  }
}
