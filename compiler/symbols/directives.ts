import type { Location } from '../syntax/ast.ts';
import type { Directive, Scope } from './scope.ts';

/** Remembers where a block declares `name`, already mangled (`symtable_record_directive`). */
export function recordDirective(scope: Scope, name: string, location: Location): void {
  scope.directives ??= [];
  scope.directives.push({ name, location });
}

export function findDirective(scope: Scope, name: string): Directive | undefined {
  return scope.directives?.find((directive) => directive.name === name);
}
