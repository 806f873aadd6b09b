import type { Value } from '../objects/object.ts';

const active: Value[] = [];

/** Notes that the repr of a container begins; false when it is being made already (Py_ReprEnter). */
export function enterRepr(container: Value): boolean {
  if (active.includes(container)) return false;
  active.push(container);
  return true;
}

/** Notes that it has ended (Py_ReprLeave). */
export function leaveRepr(container: Value): void {
  const at = active.lastIndexOf(container);
  if (at >= 0) active.splice(at, 1);
}
