import assert from 'node:assert/strict';
import { buildSymbolTable } from '../../../compiler/symbols/build.ts';
import { futureFeatures } from '../../../compiler/symbols/future.ts';
import { mangle } from '../../../compiler/symbols/mangle.ts';
import { NameScope, type Scope, scopeOf } from '../../../compiler/symbols/scope.ts';
import { parse } from '../../../compiler/syntax/parse.ts';
import { py38 } from '../../../compiler/targets/py38.ts';
import { py314 } from '../../../compiler/targets/py314.ts';
import type { Target } from '../../../compiler/targets/target.ts';
import { sourceFromString } from '../../../compiler/text/source.ts';

function scopesOf(source: string, target: Target = py314): Scope {
  const { tree, names } = parse(sourceFromString(source), { mode: 'exec' });
  const reporter = {
    error: (message: string) => assert.fail(message),
    warn: () => {},
    tooDeep: () => assert.fail('too deep'),
  };
  return buildSymbolTable(tree, names, futureFeatures(tree, reporter), target.symbolRules, reporter).top;
}

const childNamed = (scope: Scope, name: string): Scope => {
  const child = scope.children.find((candidate) => candidate.name === name);
  assert.ok(child, `no block ${name}`);
  return child;
};

describe('symbol table', () => {
  it('makes a cell of a local that an inner function uses', () => {
    const f = childNamed(scopesOf('def f():\n    x = 1\n    def g(): return x\n'), 'f');
    assert.equal(scopeOf(f, 'x'), NameScope.CELL);
    assert.equal(scopeOf(childNamed(f, 'g'), 'x'), NameScope.FREE);
  });

  it('lets a method that calls super() close over __class__', () => {
    const c = childNamed(scopesOf('class C:\n    def m(self): return super().m()\n'), 'C');
    assert.equal(c.needsClassClosure, true);
    assert.equal(scopeOf(childNamed(c, 'm'), '__class__'), NameScope.FREE);
  });

  it('inlines a list comprehension in 3.14 and not in 3.8', () => {
    const source = 'def f():\n    return [x for x in y]\n';
    const inlined = childNamed(scopesOf(source), 'f');
    assert.deepEqual(
      inlined.children.map(({ name }) => name).filter((name) => name === 'listcomp'),
      [],
    );
    assert.equal(scopeOf(inlined, 'x'), NameScope.LOCAL);
    const separate = childNamed(scopesOf(source, py38), 'f');
    assert.equal(scopeOf(separate, 'x'), NameScope.Unknown);
    assert.equal(scopeOf(childNamed(separate, 'listcomp'), 'x'), NameScope.LOCAL);
  });

  it('mangles private names of a class', () => {
    assert.equal(mangle('_Spam', '__eggs'), '_Spam__eggs');
    assert.equal(mangle('Spam', '__eggs__'), '__eggs__');
    assert.equal(mangle('__', '__eggs'), '__eggs');
    assert.equal(mangle(null, '__eggs'), '__eggs');
    const c = childNamed(scopesOf('class C:\n    __x = 1\n'), 'C');
    assert.equal(scopeOf(c, '_C__x'), NameScope.LOCAL);
  });

  it('keeps the names of a type parameter scope to itself', () => {
    const top = scopesOf('def f[T](x: T): return T\n');
    assert.equal(scopeOf(top, 'T'), NameScope.Unknown);
    const [generic] = top.children;
    assert.equal(scopeOf(generic as Scope, 'T'), NameScope.CELL);
  });
});
