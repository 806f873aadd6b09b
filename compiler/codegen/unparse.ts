import type { Constant } from '../bytecode/constants.ts';
import {
  type Arg,
  type Arguments,
  BoolOperator,
  type Call,
  CompareOperator,
  type Comprehension,
  type Expr,
  type FormattedValue,
  type Interpolation,
  type JoinedStr,
  NodeKind,
  Operator,
  type Slice,
  type TemplateStr,
  UnaryOperator,
} from '../syntax/ast.ts';

/** CPython's PR_ levels: how tightly an expression binds. */
const enum Precedence {
  Tuple,
  Test,
  Or,
  And,
  Not,
  Compare,
  BitOr,
  BitXor,
  BitAnd,
  Shift,
  Arith,
  Term,
  Factor,
  Power,
  Await,
  Atom,
}

type Repr = (value: Constant) => string;

/**
 * The text of an expression as CPython writes it for `from __future__ import annotations` (`_PyAST_ExprAsUnicode`,
 * ast_unparse.c, 3.14). `repr` shows constants.
 */
export function unparse(e: Expr, repr: Repr): string {
  return new Unparser(repr).expr(e, Precedence.Tuple + 1);
}

/** 1e309: how an infinite float is written so that it can be read back. */
const INFINITY = '1e309';

const binary: Readonly<Record<Operator, readonly [string, Precedence]>> = {
  [Operator.Add]: [' + ', Precedence.Arith],
  [Operator.Sub]: [' - ', Precedence.Arith],
  [Operator.Mult]: [' * ', Precedence.Term],
  [Operator.MatMult]: [' @ ', Precedence.Term],
  [Operator.Div]: [' / ', Precedence.Term],
  [Operator.Mod]: [' % ', Precedence.Term],
  [Operator.LShift]: [' << ', Precedence.Shift],
  [Operator.RShift]: [' >> ', Precedence.Shift],
  [Operator.BitOr]: [' | ', Precedence.BitOr],
  [Operator.BitXor]: [' ^ ', Precedence.BitXor],
  [Operator.BitAnd]: [' & ', Precedence.BitAnd],
  [Operator.FloorDiv]: [' // ', Precedence.Term],
  [Operator.Pow]: [' ** ', Precedence.Power],
};

const unary: Readonly<Record<UnaryOperator, readonly [string, Precedence]>> = {
  [UnaryOperator.Invert]: ['~', Precedence.Factor],
  [UnaryOperator.Not]: ['not ', Precedence.Not],
  [UnaryOperator.UAdd]: ['+', Precedence.Factor],
  [UnaryOperator.USub]: ['-', Precedence.Factor],
};

const comparison: Readonly<Record<CompareOperator, string>> = {
  [CompareOperator.Eq]: ' == ',
  [CompareOperator.NotEq]: ' != ',
  [CompareOperator.Lt]: ' < ',
  [CompareOperator.LtE]: ' <= ',
  [CompareOperator.Gt]: ' > ',
  [CompareOperator.GtE]: ' >= ',
  [CompareOperator.Is]: ' is ',
  [CompareOperator.IsNot]: ' is not ',
  [CompareOperator.In]: ' in ',
  [CompareOperator.NotIn]: ' not in ',
};

const parenthesized = (text: string, wanted: boolean): string => (wanted ? `(${text})` : text);

class Unparser {
  private readonly repr: Repr;

  constructor(repr: Repr) {
    this.repr = repr;
  }

  expr(e: Expr, level: Precedence): string {
    switch (e.kind) {
      case NodeKind.BoolOp: {
        const [operator, own] = e.op === BoolOperator.And ? [' and ', Precedence.And] : [' or ', Precedence.Or];
        return parenthesized(e.values.map((value) => this.expr(value, own + 1)).join(operator), level > own);
      }
      case NodeKind.BinOp: {
        const [operator, own] = binary[e.op];
        const right = e.op === Operator.Pow;
        const text = this.expr(e.left, right ? own + 1 : own) + operator + this.expr(e.right, right ? own : own + 1);
        return parenthesized(text, level > own);
      }
      case NodeKind.UnaryOp: {
        const [operator, own] = unary[e.op];
        return parenthesized(operator + this.expr(e.operand, own), level > own);
      }
      case NodeKind.Lambda: {
        const args = this.args(e.args);
        const head = args === '' ? 'lambda' : `lambda ${args}`;
        return parenthesized(`${head}: ${this.test(e.body)}`, level > Precedence.Test);
      }
      case NodeKind.IfExp: {
        const body = this.expr(e.body, Precedence.Test + 1);
        const test = this.expr(e.test, Precedence.Test + 1);
        return parenthesized(`${body} if ${test} else ${this.test(e.orelse)}`, level > Precedence.Test);
      }
      case NodeKind.Dict:
        return `{${e.values.map((value, i) => this.dictItem(e.keys[i]!, value)).join(', ')}}`;
      case NodeKind.Set:
        return `{${e.elts.map((elt) => this.test(elt)).join(', ')}}`;
      case NodeKind.GeneratorExp:
        return `(${this.comprehension(e.elt, e.generators)})`;
      case NodeKind.ListComp:
        return `[${this.comprehension(e.elt, e.generators)}]`;
      case NodeKind.SetComp:
        return `{${this.comprehension(e.elt, e.generators)}}`;
      case NodeKind.DictComp:
        return `{${this.test(e.key)}: ${this.test(e.value)}${this.generators(e.generators)}}`;
      case NodeKind.Yield:
        return e.value === null ? '(yield)' : `(yield ${this.test(e.value)})`;
      case NodeKind.YieldFrom:
        return `(yield from ${this.test(e.value)})`;
      case NodeKind.Await:
        return parenthesized(`await ${this.expr(e.value, Precedence.Atom)}`, level > Precedence.Await);
      case NodeKind.Compare: {
        let text = this.expr(e.left, Precedence.Compare + 1);
        e.ops.forEach((operator, i) => {
          text += comparison[operator] + this.expr(e.comparators[i]!, Precedence.Compare + 1);
        });
        return parenthesized(text, level > Precedence.Compare);
      }
      case NodeKind.Call:
        return this.call(e);
      case NodeKind.Constant:
        return this.constant(e.value, e.literalKind);
      case NodeKind.JoinedStr:
      case NodeKind.TemplateStr:
        return this.interpolated(e);
      case NodeKind.FormattedValue:
      case NodeKind.Interpolation:
        return this.replacement(e);
      case NodeKind.Attribute: {
        const value = this.expr(e.value, Precedence.Atom);
        // A dot right after an integer would make it a float.
        const isInt = e.value.kind === NodeKind.Constant && isInteger(e.value.value);
        return `${value}${isInt ? ' .' : '.'}${e.attr}`;
      }
      case NodeKind.Starred:
        return `*${this.expr(e.value, Precedence.BitOr)}`;
      case NodeKind.Name:
        return e.id;
      case NodeKind.List:
        return `[${e.elts.map((elt) => this.test(elt)).join(', ')}]`;
      case NodeKind.Tuple: {
        if (e.elts.length === 0) return '()';
        const items = e.elts.map((elt) => this.test(elt)).join(', ');
        return parenthesized(e.elts.length === 1 ? `${items},` : items, level > Precedence.Tuple);
      }
      case NodeKind.Subscript:
        return `${this.expr(e.value, Precedence.Atom)}[${this.expr(e.slice, Precedence.Tuple)}]`;
      case NodeKind.Slice:
        return this.slice(e);
      case NodeKind.NamedExpr: {
        const text = `${this.expr(e.target, Precedence.Atom)} := ${this.expr(e.value, Precedence.Atom)}`;
        return parenthesized(text, level > Precedence.Tuple);
      }
    }
  }

  private test(e: Expr): string {
    return this.expr(e, Precedence.Test);
  }

  private dictItem(key: Expr | null, value: Expr): string {
    return key === null ? `**${this.expr(value, Precedence.BitOr)}` : `${this.test(key)}: ${this.test(value)}`;
  }

  private constant(value: Constant, literalKind: string | null): string {
    if (value !== null && typeof value === 'object') {
      if (value.type === 'ellipsis') return '...';
      if (value.type === 'tuple') {
        const items = value.items.map((item) => this.constant(item, null));
        return items.length === 1 ? `(${items[0]},)` : `(${items.join(', ')})`;
      }
      if (value.type === 'float' || value.type === 'complex') return this.repr(value).replaceAll('inf', INFINITY);
    }
    return (literalKind === 'u' ? 'u' : '') + this.repr(value);
  }

  private call(e: Call): string {
    const func = this.expr(e.func, Precedence.Atom);
    const only = e.args.length === 1 && e.keywords.length === 0 ? e.args[0]! : undefined;
    // A lone generator expression brings its own parentheses.
    if (only?.kind === NodeKind.GeneratorExp) return func + this.test(only);
    const args = e.args.map((arg) => this.test(arg));
    for (const keyword of e.keywords) {
      args.push((keyword.arg === null ? '**' : `${keyword.arg}=`) + this.test(keyword.value));
    }
    return `${func}(${args.join(', ')})`;
  }

  private comprehension(elt: Expr, generators: readonly Comprehension[]): string {
    return this.test(elt) + this.generators(generators);
  }

  private generators(generators: readonly Comprehension[]): string {
    return generators
      .map((generator) => {
        const head = generator.is_async ? ' async for ' : ' for ';
        const target = this.expr(generator.target, Precedence.Tuple);
        const iter = this.expr(generator.iter, Precedence.Test + 1);
        const ifs = generator.ifs.map((test) => ` if ${this.expr(test, Precedence.Test + 1)}`).join('');
        return `${head}${target} in ${iter}${ifs}`;
      })
      .join('');
  }

  private args(args: Arguments): string {
    const parts: string[] = [];
    const positional = [...args.posonlyargs, ...args.args];
    const firstDefault = positional.length - args.defaults.length;
    positional.forEach((arg, i) => {
      const value = args.defaults[i - firstDefault];
      parts.push(this.arg(arg) + (value === undefined ? '' : `=${this.test(value)}`));
      if (i + 1 === args.posonlyargs.length) parts.push('/');
    });
    if (args.vararg !== null) parts.push(`*${this.arg(args.vararg)}`);
    else if (args.kwonlyargs.length > 0) parts.push('*');
    args.kwonlyargs.forEach((arg, i) => {
      const value = args.kw_defaults[i] ?? null;
      parts.push(this.arg(arg) + (value === null ? '' : `=${this.test(value)}`));
    });
    if (args.kwarg !== null) parts.push(`**${this.arg(args.kwarg)}`);
    return parts.join(', ');
  }

  private arg(arg: Arg): string {
    return arg.annotation === null ? arg.arg : `${arg.arg}: ${this.test(arg.annotation)}`;
  }

  private slice(e: Slice): string {
    const lower = e.lower === null ? '' : this.test(e.lower);
    const upper = e.upper === null ? '' : this.test(e.upper);
    const step = e.step === null ? '' : `:${this.test(e.step)}`;
    return `${lower}:${upper}${step}`;
  }

  // --- f-strings and t-strings -----------------------------------------------------------------------------------

  private interpolated(e: JoinedStr | TemplateStr): string {
    return (e.kind === NodeKind.JoinedStr ? 'f' : 't') + this.repr(this.literal(e));
  }

  /** The text between the quotes, before it is escaped. */
  private literal(e: JoinedStr | TemplateStr): string {
    return e.values.map((value) => this.literalPart(value)).join('');
  }

  private literalPart(e: Expr): string {
    switch (e.kind) {
      case NodeKind.Constant:
        return typeof e.value === 'string' ? e.value.replaceAll('{', '{{').replaceAll('}', '}}') : '';
      case NodeKind.JoinedStr:
      case NodeKind.TemplateStr:
        return this.literal(e);
      default:
        return this.expr(e, Precedence.Test);
    }
  }

  private replacement(e: FormattedValue | Interpolation): string {
    const value = e.kind === NodeKind.Interpolation ? e.str : this.expr(e.value, Precedence.Test + 1);
    const conversion = e.conversion > 0 ? `!${String.fromCharCode(e.conversion)}` : '';
    const spec = e.format_spec === null ? '' : `:${this.literal(e.format_spec)}`;
    // An expression that begins with a brace needs a blank, or it would be an escaped one.
    return `{${value.startsWith('{') ? ' ' : ''}${value}${conversion}${spec}}`;
  }
}

function isInteger(value: Constant): boolean {
  return typeof value === 'number' || typeof value === 'bigint';
}
