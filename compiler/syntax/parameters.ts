import { type Arg, type Arguments, type Expr, NodeKind } from './ast.ts';
import { SyntaxFeature } from './availability.ts';
import { Cursor } from './cursor.ts';
import { TokenKind } from './token.ts';

/** Parameters of functions and lambdas (the grammar's `parameters` and `lambda_parameters`). */
export abstract class ParameterParser extends Cursor {
  protected abstract expression(): Expr;
  protected abstract starExpression(): Expr;

  protected noParameters(): Arguments {
    return {
      kind: NodeKind.arguments,
      posonlyargs: [],
      args: [],
      vararg: null,
      kwonlyargs: [],
      kw_defaults: [],
      kwarg: null,
      defaults: [],
    };
  }

  /** Up to, and without, the closing token: ')' for functions, ':' for lambdas, which have no annotations. */
  protected parameters(close: TokenKind.RPAR | TokenKind.COLON): Arguments {
    const result = this.noParameters();
    const annotated = close === TokenKind.RPAR;
    let slash = false;
    let star = false;
    while (this.kinds[this.p] !== close) {
      switch (this.kinds[this.p]) {
        case TokenKind.NAME: {
          const parameter = this.parameter(annotated);
          let value: Expr | null = null;
          if (this.accept(TokenKind.EQUAL)) value = this.expression();
          if (star) {
            result.kwonlyargs.push(parameter);
            result.kw_defaults.push(value);
          } else {
            result.args.push(parameter);
            if (value !== null) result.defaults.push(value);
            else if (result.defaults.length > 0) this.fail();
          }
          break;
        }
        case TokenKind.SLASH:
          if (slash || star || result.args.length === 0) this.fail();
          slash = true;
          this.p++;
          result.posonlyargs = result.args;
          result.args = [];
          break;
        case TokenKind.STAR:
          if (star) this.fail();
          star = true;
          this.p++;
          if (this.kinds[this.p] === TokenKind.COMMA) {
            if (this.kinds[this.p + 1] !== TokenKind.NAME) this.fail();
          } else {
            result.vararg = this.parameter(annotated, true);
          }
          break;
        case TokenKind.DOUBLESTAR:
          this.p++;
          result.kwarg = this.parameter(annotated);
          this.accept(TokenKind.COMMA);
          if (this.kinds[this.p] !== close) this.fail();
          return result;
        default:
          this.fail();
      }
      if (!this.accept(TokenKind.COMMA) && this.kinds[this.p] !== close) this.fail();
    }
    return result;
  }

  private parameter(annotated: boolean, starAnnotation = false): Arg {
    const start = this.p;
    const name = this.name();
    let annotation: Expr | null = null;
    if (annotated && this.accept(TokenKind.COLON)) {
      if (starAnnotation && this.kinds[this.p] === TokenKind.STAR) this.use(SyntaxFeature.StarredAnnotation, this.p);
      annotation = starAnnotation ? this.starExpression() : this.expression();
    }
    const end = this.p - 1;
    return {
      kind: NodeKind.arg,
      lineno: this.lines[start],
      col_offset: this.cols[start],
      end_lineno: this.endLines[end],
      end_col_offset: this.endCols[end],
      arg: name,
      annotation,
    };
  }
}
