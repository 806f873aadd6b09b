import { defaultTarget, targetNamed, targets } from '../compiler/targets/registry.ts';
import { packCode } from '../vm/importing/pack-code.ts';
import { compiled } from './compiled.ts';
import type { Source } from './source.ts';

// What `coroscope run` needs of the compiler: a bundle of its own, which is loaded while the program's thread starts.

/** A program's code as the thread takes it; undefined when it has an error. */
export interface ProgramCode {
  readonly packed: Uint8Array<ArrayBuffer> | undefined;
  /** For stderr: warnings, then the error if there is one. */
  readonly report: string;
}

/** Compiles a program for a known target. */
export function programCode(source: Source, version: string | undefined, optimize: 0 | 1 | 2): ProgramCode {
  const { code, report } = compiled(source, targetNamed(version ?? defaultTarget.version) ?? defaultTarget, optimize);
  return { packed: code === undefined ? undefined : packCode(code), report };
}

/** What --target may name. */
export function knownTargets(): string[] {
  return targets.map(({ version }) => version);
}
