import { vm } from '../interpreter/state.ts';

const sources = new Map<string, readonly string[] | undefined>();

/** The lines of a source file, without their ends; undefined where it can't be read. They are read once. */
export function sourceLines(filename: string): readonly string[] | undefined {
  if (!sources.has(filename)) sources.set(filename, vm.host.sourceText(filename)?.split('\n'));
  return sources.get(filename);
}

/** The characters of a line: code points, as Python counts them. */
export const characters = (line: string): string[] => Array.from(line);

/** How many characters the first `bytes` bytes of a line's UTF-8 are; one that they cut counts (_byte_offset_to_character_offset). */
export function charactersBefore(line: string, bytes: number): number {
  let count = 0;
  let used = 0;
  for (const character of line) {
    if (used >= bytes) break;
    const code = character.codePointAt(0) as number;
    used += code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
    count++;
  }
  return count;
}
