import { programOf } from '../interpreter/decode.ts';
import type { Frame } from '../interpreter/frame.ts';
import { vm } from '../interpreter/state.ts';
import { setTrap, Trap } from '../interpreter/traps.ts';
import { PyBytes } from '../objects/bytes.ts';
import { PyDict } from '../objects/dict.ts';
import { PyFunction } from '../objects/function.ts';
import { PyList } from '../objects/list.ts';
import { PyModule } from '../objects/module.ts';
import type { Slot, Value } from '../objects/object.ts';
import { tupleOf } from '../objects/tuple.ts';
import { callMethod } from '../operations/attribute.ts';

// Modules of the library compile regular expressions when they are imported, by the library's own compiler in Python. The build has
// done that once (tools/pack-texts.ts): re._compiler.compile() takes what it made of a pattern, where it has met it.

/** What `_sre.compile()` is given, as the build keeps it. */
export interface PackedPattern {
  readonly flags: number;
  readonly code: readonly number[];
  readonly groups: number;
  readonly groupindex: readonly (readonly [name: string, group: number])[];
  readonly indexgroup: readonly (string | null)[];
}

/** The module of the library that compiles patterns. */
export const PATTERN_COMPILER = 're._compiler';

/** What compile() uses of its module: as long as a program leaves that as it is, the outcome is the same. */
const used = ['isstring', '_code', '_sre', '_parser'];

/** Has re._compiler.compile() look for patterns that the build knows; `namespace` is the module's, just run. */
export function knowPatterns(namespace: PyDict): void {
  const compile = namespace.getString('compile');
  const parser = namespace.getString('_parser');
  if (!(compile instanceof PyFunction) || !(parser instanceof PyModule)) return;
  const before = used.map((name) => namespace.getString(name));
  const parse = parser.dict.getString('parse');
  const unchanged = (): boolean =>
    parser.dict.getString('parse') === parse && used.every((name, i) => namespace.getString(name) === before[i]);
  const program = programOf(compile.code);
  setTrap(program, program.entry, Trap.KNOWN_RESULT);
  const sre = namespace.getString('_sre') as Value;
  vm.knownResult = (frame) => (frame.program === program && unchanged() ? knownPattern(frame, sre) : undefined);
}

function knownPattern({ stack }: Frame, sre: Value): Slot {
  const { 0: pattern, 1: flags } = stack;
  if (typeof flags !== 'number' || pattern === undefined) return undefined;
  const packed = packedText(pattern, flags);
  if (packed === undefined) return undefined;
  const known = JSON.parse(new TextDecoder().decode(packed)) as PackedPattern;
  const groupindex = new PyDict();
  for (const [name, group] of known.groupindex) groupindex.setString(name, group);
  const code = new PyList([...known.code]);
  return callMethod(sre, 'compile', pattern, known.flags, code, known.groups, groupindex, tupleOf(known.indexgroup));
}

function packedText(pattern: Value, flags: number): Uint8Array | undefined {
  if (typeof pattern === 'string') return vm.host.libraryText('str pattern', `${flags}\n${pattern}`);
  if (!(pattern instanceof PyBytes) || pattern.type.heap) return undefined;
  return vm.host.libraryText('bytes pattern', `${flags}\n${String.fromCharCode(...pattern.bytes)}`);
}
