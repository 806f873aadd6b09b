import { defaultTarget, targetNamed } from '../compiler/targets/registry.ts';
import type { Target } from '../compiler/targets/target.ts';
import type { InlineBytecode } from './features/inline-bytecode.ts';

/** The user's settings under `coroscope`. */
export interface Settings {
  readonly target: Target;
  readonly inlineBytecode: InlineBytecode;
  readonly codeLens: boolean;
}

const inlineModes: readonly string[] = ['off', 'summary', 'full'] satisfies InlineBytecode[];

/** Settings as an editor sends them; what is missing or unknown has its default. */
export function readSettings(given: unknown): Settings {
  const values: Readonly<Record<string, unknown>> = typeof given === 'object' && given !== null ? { ...given } : {};
  const { target, inlineBytecode, codeLens } = values;
  return {
    target: (typeof target === 'string' ? targetNamed(target) : undefined) ?? defaultTarget,
    inlineBytecode: inlineModes.includes(inlineBytecode as string) ? (inlineBytecode as InlineBytecode) : 'off',
    codeLens: codeLens !== false,
  };
}
