import type { CodeObject } from '../compiler/bytecode/code-object.ts';
import type { Constant } from '../compiler/bytecode/constants.ts';
import { opNames } from '../compiler/bytecode/op.ts';
import { constantKey } from '../compiler/flowgraph/constant-key.ts';
import { targetOf } from '../compiler/targets/registry.ts';

/** One part of a code object that differs from CPython's. */
export interface Difference {
  /** Qualified name of the code object, such as 'Class.method', with its line. */
  readonly where: string;
  /** The field, such as 'co_stacksize'. */
  readonly part: string;
  readonly detail: string;
}

const numbers = [
  'co_argcount',
  'co_posonlyargcount',
  'co_kwonlyargcount',
  'co_nlocals',
  'co_stacksize',
  'co_flags',
  'co_firstlineno',
  'co_name',
  'co_qualname',
] as const;
const names = ['co_names', 'co_localsplusnames'] as const;
const bytes = ['co_localspluskinds', 'co_linetable', 'co_exceptiontable'] as const;

/** Every part in which two code objects, and those inside them, differ: design.md's «byte-exact». Empty when equal. */
export function codeDifferences(ours: CodeObject, theirs: CodeObject): Difference[] {
  const found: Difference[] = [];
  const where = `${theirs.co_qualname} (line ${theirs.co_firstlineno})`;
  const differ = (part: string, detail: string) => found.push({ where, part, detail });
  if (!sameBytes(ours.co_code, theirs.co_code)) differ('co_code', codeDetail(ours, theirs));
  const { features } = targetOf(theirs);
  for (const part of numbers) {
    // Before 3.11 it is no field of a code object, but a constant where the function is made.
    if (part === 'co_qualname' && !features.has('localsPlus')) continue;
    if (ours[part] !== theirs[part]) differ(part, `ours ${ours[part]}, theirs ${theirs[part]}`);
  }
  for (const part of names) {
    if (ours[part].join('\0') !== theirs[part].join('\0')) differ(part, `ours ${ours[part]}, theirs ${theirs[part]}`);
  }
  for (const part of bytes) {
    if (!sameBytes(ours[part], theirs[part])) differ(part, `ours ${hex(ours[part])}, theirs ${hex(theirs[part])}`);
  }
  if (ours.co_consts.length !== theirs.co_consts.length) {
    differ('co_consts', `ours ${ours.co_consts.map(show).join(' ')}, theirs ${theirs.co_consts.map(show).join(' ')}`);
    return found;
  }
  theirs.co_consts.forEach((constant, i) => {
    const our = ours.co_consts[i]!;
    if (isCode(constant) && isCode(our)) found.push(...codeDifferences(our, constant));
    else if (isCode(constant) || isCode(our) || identity(our) !== identity(constant)) {
      differ('co_consts', `[${i}]: ours ${show(our)}, theirs ${show(constant)}`);
    }
  });
  return found;
}

function isCode(constant: Constant): constant is CodeObject {
  return constant !== null && typeof constant === 'object' && constant.type === 'code';
}

/** Equal for equal constants; a frozenset of strings has no order, for CPython's depends on the day's hash seed. */
function identity(constant: Constant): Constant | undefined {
  return constant !== null && typeof constant === 'object' && constant.type === 'float' && Number.isNaN(constant.value)
    ? 'nan'
    : constantKey(constant);
}

function show(constant: Constant): string {
  return isCode(constant) ? `<code ${constant.co_name}>` : JSON.stringify(identity(constant)?.toString() ?? null);
}

function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, i) => byte === b[i]);
}

function hex(data: Uint8Array): string {
  return Buffer.from(data).toString('hex');
}

/** The instructions around the first unit of code that differs. */
function codeDetail(ours: CodeObject, theirs: CodeObject): string {
  const length = Math.max(ours.co_code.length, theirs.co_code.length);
  let at = 0;
  while (at < length && ours.co_code[at] === theirs.co_code[at]) at++;
  const start = Math.max(0, (at & ~1) - 12);
  return `at ${at & ~1}\n      ours   ${instructions(ours, start)}\n      theirs ${instructions(theirs, start)}`;
}

function instructions(code: CodeObject, start: number): string {
  const { op } = targetOf(code).opcodes;
  const shown: string[] = [];
  for (let at = start; at < start + 28 && at < code.co_code.length; at += 2) {
    shown.push(`${opNames[op[code.co_code[at]!]!] ?? code.co_code[at]} ${code.co_code[at + 1]}`);
  }
  return shown.join(', ');
}
