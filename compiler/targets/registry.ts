import type { CodeObject } from '../bytecode/code-object.ts';
import { py38 } from './py38.ts';
import { py314 } from './py314.ts';
import type { Target } from './target.ts';

/** Every CPython version that Coroscope compiles for, oldest first. */
export const targets: readonly Target[] = [py38, py314];

/** What is meant when nobody says which. */
export const defaultTarget: Target = py314;

/** The target called '3.14' or the like; undefined for a version that Coroscope does not know. */
export function targetNamed(version: string): Target | undefined {
  return targets.find((target) => target.version === version);
}

/** The target that a code object was compiled for. Throws for one that Coroscope does not know. */
export function targetOf(code: CodeObject): Target {
  const target = targetNamed(code.target);
  if (target === undefined) throw new Error(`code object of an unknown target ${code.target}`);
  return target;
}
