import assert from 'node:assert/strict';
import { type Expr, type Node, NodeKind, type Stmt } from '../../../compiler/syntax/ast.ts';
import { parse } from '../../../compiler/syntax/parse.ts';
import { sourceFromString } from '../../../compiler/text/source.ts';

/** Functions and classes with their bodies' lines, and the lines of errors: `f[2 3] C[g[5]] !4`. */
function outline(program: string): string {
  const { tree, diagnostics } = parse(sourceFromString(program), { mode: 'exec' });
  assert.equal(tree.kind, NodeKind.Module);
  const errors = diagnostics.map((diagnostic) => `!${diagnostic.lineno}`);
  return [...(tree as Node & { body: Stmt[] }).body.map(statement), ...errors].join(' ');
}

function statement(node: Stmt | Expr): string {
  if ('name' in node && 'body' in node) return `${node.name}[${(node.body as Stmt[]).map(statement).join(' ')}]`;
  return String(node.lineno);
}

describe('recovery', () => {
  it('keeps the statements around a broken one', () => {
    assert.equal(outline('def a():\n  x = 1\n  y = = 2\n  z = 3\n\ndef b():\n  return 1\n'), 'a[2 4] b[7] !3');
  });
  it('keeps the body of a function whose header is broken, and reports each error', () => {
    assert.equal(
      outline('def a(x y):\n  x = 1\n  return x\n\ndef b():\n  return 1 +\n\ndef c(): pass\n'),
      'a[2 3] b[] c[8] !1 !6',
    );
  });
  it('ends an open bracket where the next statement begins', () => {
    assert.equal(outline('def a():\n  foo(1, 2\n  y = 1\n\ndef b():\n  return 1\n'), 'a[3] b[6] !2');
    assert.equal(outline('class A:\n  def f(self\n    x = 1\n  def g(self):\n    pass\nx = 1\n'), 'A[f[3] g[5]] 6 !2');
  });
  it('ends an open string where the next statement begins', () => {
    assert.equal(
      outline("class A:\n  def f(self):\n    x = '''a\n    y = 1\n  def g(self):\n    pass\nx = 1\n"),
      'A[f[4] g[6]] 7 !3',
    );
  });
  it('keeps the blocks of a statement that lacks a part', () => {
    assert.equal(outline('def a():\n  try:\n    def b(): pass\n    x = 1\n\ndef c(): pass\n'), 'a[b[3] 4] c[6] !6');
  });
  it('survives indentation that fits nowhere', () => {
    assert.equal(outline('x = 1\n  y = 2\nz = 3\n'), '1 2 3 !2');
    assert.equal(outline('def f():\n    a\n  b\ndef g(): pass\n'), 'f[2] g[4] !3');
  });
  it('reports several errors in one block', () => {
    assert.equal(outline('x = $\ny = ?\nz = 1\n'), '3 !1 !2');
  });
});
