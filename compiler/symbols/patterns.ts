import { ExprContext, type MatchClass, NodeKind, type Pattern } from '../syntax/ast.ts';
import { AnnotationVisitor } from './annotations.ts';
import { Def } from './scope.ts';

/** What the patterns of `match` bind. */
export class PatternVisitor extends AnnotationVisitor {
  protected patterns(patterns: readonly Pattern[]): void {
    for (const pattern of patterns) this.pattern(pattern);
  }

  protected pattern(p: Pattern): void {
    switch (p.kind) {
      case NodeKind.MatchValue:
        this.expr(p.value);
        break;
      case NodeKind.MatchSingleton:
        break;
      case NodeKind.MatchSequence:
      case NodeKind.MatchOr:
        this.patterns(p.patterns);
        break;
      case NodeKind.MatchStar:
        if (p.name !== null) this.addDef(p.name, Def.LOCAL, p);
        break;
      case NodeKind.MatchMapping:
        this.exprs(p.keys);
        this.patterns(p.patterns);
        if (p.rest !== null) this.addDef(p.rest, Def.LOCAL, p);
        break;
      case NodeKind.MatchClass:
        this.expr(p.cls);
        this.patterns(p.patterns);
        this.keywordPatterns(p);
        break;
      case NodeKind.MatchAs:
        if (p.pattern !== null) this.pattern(p.pattern);
        if (p.name !== null) this.addDef(p.name, Def.LOCAL, p);
        break;
    }
  }

  protected keywordPatterns(p: MatchClass): void {
    p.kwd_attrs.forEach((attr, i) => {
      this.checkName(attr, p.kwd_patterns[i]!, ExprContext.Store);
    });
    this.patterns(p.kwd_patterns);
  }
}
