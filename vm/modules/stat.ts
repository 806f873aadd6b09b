import type { Declaration, ModuleDefinition } from '../objects/define.ts';
import { overflowError, typeError } from '../objects/exception.ts';
import { typeOf, type Value } from '../objects/object.ts';
import { index } from '../operations/arithmetic.ts';

const enum FileType {
  Mask = 0o170000,
  Fifo = 0o010000,
  Character = 0o020000,
  Directory = 0o040000,
  Block = 0o060000,
  Regular = 0o100000,
  Link = 0o120000,
  Socket = 0o140000,
}

function modeOf(value: Value): number {
  if (typeOf(value).nb_index === undefined) throw typeError('an integer is required');
  const mode = index(value);
  if (mode < 0) throw overflowError("can't convert negative value to unsigned int");
  if (mode > 0xffffffff) throw overflowError('mode out of range');
  return Number(mode);
}

/** A test of a mode's type; of type 0 when the system has no such files. */
const isOf = (type: number): Declaration => [
  '($module, mode, /)',
  (mode: Value) => type !== 0 && (modeOf(mode) & FileType.Mask) === type,
];

const LETTERS: readonly (readonly [type: number, letter: string])[] = [
  [FileType.Regular, '-'],
  [FileType.Directory, 'd'],
  [FileType.Link, 'l'],
  [FileType.Block, 'b'],
  [FileType.Character, 'c'],
  [FileType.Fifo, 'p'],
  [FileType.Socket, 's'],
];

/** Three letters of permissions; the last says too whether the special bit is set. */
function permissions(bits: number, special: boolean, letter: string): string {
  const executable = (bits & 1) !== 0;
  const last = special ? (executable ? letter : letter.toUpperCase()) : executable ? 'x' : '-';
  return (bits & 4 ? 'r' : '-') + (bits & 2 ? 'w' : '-') + last;
}

function fileMode(value: Value): Value {
  const mode = modeOf(value);
  const type = LETTERS.find(([bits]) => bits === (mode & FileType.Mask))?.[1] ?? '?';
  return (
    type +
    permissions(mode >> 6, (mode & 0o4000) !== 0, 's') +
    permissions(mode >> 3, (mode & 0o2000) !== 0, 's') +
    permissions(mode, (mode & 0o1000) !== 0, 't')
  );
}

/** CPython 3.14's Modules/_stat.c. */
export const stat: ModuleDefinition = {
  name: '_stat',
  doc: 'Constants and functions for interpreting results of os.stat().',
  functions: {
    S_ISDIR: isOf(FileType.Directory),
    S_ISCHR: isOf(FileType.Character),
    S_ISBLK: isOf(FileType.Block),
    S_ISREG: isOf(FileType.Regular),
    S_ISFIFO: isOf(FileType.Fifo),
    S_ISLNK: isOf(FileType.Link),
    S_ISSOCK: isOf(FileType.Socket),
    S_ISDOOR: isOf(0),
    S_ISPORT: isOf(0),
    S_ISWHT: isOf(0),
    S_IMODE: ['($module, mode, /)', (mode: Value) => modeOf(mode) & 0o7777],
    S_IFMT: ['($module, mode, /)', (mode: Value) => modeOf(mode) & FileType.Mask],
    filemode: ['($module, mode, /)', fileMode],
  },
  attributes: {
    S_IFDIR: FileType.Directory,
    S_IFCHR: FileType.Character,
    S_IFBLK: FileType.Block,
    S_IFREG: FileType.Regular,
    S_IFIFO: FileType.Fifo,
    S_IFLNK: FileType.Link,
    S_IFSOCK: FileType.Socket,
    S_IFDOOR: 0,
    S_IFPORT: 0,
    S_IFWHT: 0,
    S_ISUID: 0o4000,
    S_ISGID: 0o2000,
    S_ISVTX: 0o1000,
    S_ENFMT: 0o2000,
    S_IREAD: 0o400,
    S_IWRITE: 0o200,
    S_IEXEC: 0o100,
    S_IRWXU: 0o700,
    S_IRUSR: 0o400,
    S_IWUSR: 0o200,
    S_IXUSR: 0o100,
    S_IRWXG: 0o070,
    S_IRGRP: 0o040,
    S_IWGRP: 0o020,
    S_IXGRP: 0o010,
    S_IRWXO: 0o007,
    S_IROTH: 0o004,
    S_IWOTH: 0o002,
    S_IXOTH: 0o001,
    UF_SETTABLE: 0x0000ffff,
    UF_NODUMP: 0x00000001,
    UF_IMMUTABLE: 0x00000002,
    UF_APPEND: 0x00000004,
    UF_OPAQUE: 0x00000008,
    UF_NOUNLINK: 0x00000010,
    UF_COMPRESSED: 0x00000020,
    UF_TRACKED: 0x00000040,
    UF_DATAVAULT: 0x00000080,
    UF_HIDDEN: 0x00008000,
    SF_SETTABLE: 0xffff0000,
    SF_ARCHIVED: 0x00010000,
    SF_IMMUTABLE: 0x00020000,
    SF_APPEND: 0x00040000,
    SF_NOUNLINK: 0x00100000,
    SF_FIRMLINK: 0x00800000,
    SF_SNAPSHOT: 0x01000000,
    SF_DATALESS: 0x40000000,
    ST_MODE: 0,
    ST_INO: 1,
    ST_DEV: 2,
    ST_NLINK: 3,
    ST_UID: 4,
    ST_GID: 5,
    ST_SIZE: 6,
    ST_ATIME: 7,
    ST_MTIME: 8,
    ST_CTIME: 9,
  },
};
