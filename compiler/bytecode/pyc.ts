import { targets } from '../targets/registry.ts';
import type { Target } from '../targets/target.ts';
import type { CodeObject } from './code-object.ts';
import { isCodeObject } from './constants.ts';
import { dumps, loads, MarshalError } from './marshal.ts';

/** How a .pyc file says whether it still fits its source (PEP 552). */
export type PycCheck =
  /** Modification time in whole seconds since 1970 and length in bytes; CPython compares the low 32 bits of both. */
  | { readonly kind: 'timestamp'; readonly mtime: number; readonly size: number }
  /** The source's SipHash (importlib.util.source_hash), eight bytes; looked at only when `checked`. */
  | { readonly kind: 'hash'; readonly hash: Uint8Array; readonly checked: boolean };

export interface Pyc {
  readonly target: Target;
  readonly check: PycCheck;
  readonly code: CodeObject;
}

const HEADER = 16;
const HASH_BASED = 1;
const CHECK_SOURCE = 2;

/** Reads a .pyc file; its magic number says for which target. Throws MarshalError for what is none, or of no known target. */
export function readPyc(bytes: Uint8Array): Pyc {
  if (bytes.length < HEADER) throw new MarshalError('not a .pyc file: shorter than its header');
  const magic = hex(bytes.subarray(0, 4));
  const target = targets.find((candidate) => candidate.opcodes.table.magic === magic);
  if (target === undefined) throw new MarshalError(`not a .pyc file of a known Python version (magic number ${magic})`);
  const header = new DataView(bytes.buffer, bytes.byteOffset, HEADER);
  const flags = header.getUint32(4, true);
  const check: PycCheck =
    (flags & HASH_BASED) !== 0
      ? { kind: 'hash', hash: bytes.slice(8, 16), checked: (flags & CHECK_SOURCE) !== 0 }
      : { kind: 'timestamp', mtime: header.getUint32(8, true), size: header.getUint32(12, true) };
  const code = loads(bytes.subarray(HEADER), target);
  if (!isCodeObject(code)) throw new MarshalError('not a .pyc file: it holds no code object');
  return { target, check, code };
}

/** The bytes of a .pyc file as importlib writes them (_bootstrap_external, _code_to_timestamp_pyc, _code_to_hash_pyc). */
export function writePyc({ target, check, code }: Pyc): Uint8Array {
  const body = dumps(code, target);
  const bytes = new Uint8Array(HEADER + body.length);
  const header = new DataView(bytes.buffer);
  const { magic } = target.opcodes.table;
  for (let index = 0; index < 4; index++) bytes[index] = Number.parseInt(magic.slice(index * 2, index * 2 + 2), 16);
  if (check.kind === 'hash') {
    header.setUint32(4, check.checked ? HASH_BASED | CHECK_SOURCE : HASH_BASED, true);
    bytes.set(check.hash, 8);
  } else {
    header.setUint32(8, check.mtime, true);
    header.setUint32(12, check.size, true);
  }
  bytes.set(body, HEADER);
  return bytes;
}

const hex = (bytes: Uint8Array): string => Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
