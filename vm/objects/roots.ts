const roots: (() => unknown)[] = [];

/** Declares that what `held` gives is reachable: for state of ours that can't stand in a module object or in `vm`. */
export function addRoot(held: () => unknown): void {
  roots.push(held);
}

/** What modules of ours keep in variables, for the collector. */
export function declaredRoots(): readonly (() => unknown)[] {
  return roots;
}
