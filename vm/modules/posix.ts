import { encodeHandlers } from '../codecs/errors.ts';
import { encodeUtf8 } from '../codecs/utf8.ts';
import type { HostStat } from '../host.ts';
import { vm } from '../interpreter/state.ts';
import { waits } from '../interpreter/threads.ts';
import { PyBytes } from '../objects/bytes.ts';
import { defineType, type ModuleDefinition } from '../objects/define.ts';
import { PyDict } from '../objects/dict.ts';
import { osErrorType, typeError, valueError } from '../objects/exception.ts';
import { PyFloat } from '../objects/float.ts';
import { newGenericAlias } from '../objects/generic-alias.ts';
import { integerOf } from '../objects/int.ts';
import { PyList } from '../objects/list.ts';
import { newType, PyObject, type Slot, typeOf, type Value } from '../objects/object.ts';
import { newOSError } from '../objects/os-error.ts';
import { stringOf } from '../objects/str.ts';
import { structSequence, structSequenceOf } from '../objects/struct-sequence.ts';
import { tupleOf } from '../objects/tuple.ts';
import { index } from '../operations/arithmetic.ts';
import { filesystemPath, fspath, withOSErrors } from '../operations/path.ts';
import { repr } from '../operations/text.ts';
import { isTrue } from '../operations/truth.ts';
import { ProcessEnd } from '../process-end.ts';
import {
  closeDescriptor,
  isBlocking,
  isTerminal,
  readDescriptor,
  seekDescriptor,
  setBlocking,
  statDescriptor,
  statSocketFile,
  writeDescriptor,
} from './descriptors.ts';
import { errorMessage } from './errno.ts';
import { bytesOf, withWritable } from './io/base.ts';
import { closeRange, fileSystem, files, readAt, setTimes, statvfsResult, truncate, writeAt } from './posix-files.ts';
import { configurationNames, processTimes, systemConfiguration, timesResult } from './posix-system.ts';
import { kill } from './signal.ts';
import { network } from './socket/network.ts';

const statResult = structSequence(
  'os.stat_result',
  [
    'st_mode',
    'st_ino',
    'st_dev',
    'st_nlink',
    'st_uid',
    'st_gid',
    'st_size',
    '_integer_atime',
    '_integer_mtime',
    '_integer_ctime',
    'st_atime',
    'st_mtime',
    'st_ctime',
    'st_atime_ns',
    'st_mtime_ns',
    'st_ctime_ns',
    'st_blksize',
    'st_blocks',
    'st_rdev',
  ],
  10,
  'stat_result: Result from stat, fstat, or lstat.',
);

const unameResult = structSequence('posix.uname_result', ['sysname', 'nodename', 'release', 'version', 'machine']);
const terminalSize = structSequence('os.terminal_size', ['columns', 'lines']);

const small = (value: bigint): Value => (value <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(value) : value);
const wholeSeconds = (nanoseconds: bigint): Value => Number(nanoseconds / 1_000_000_000n);
const seconds = (nanoseconds: bigint): Value => new PyFloat(Number(nanoseconds) / 1e9);

function statValue(stat: HostStat): Value {
  const { mode, ino, dev, nlink, uid, gid, size, atime, mtime, ctime } = stat;
  return structSequenceOf(statResult, [
    mode,
    small(ino),
    small(dev),
    nlink,
    uid,
    gid,
    size,
    wholeSeconds(atime),
    wholeSeconds(mtime),
    wholeSeconds(ctime),
    seconds(atime),
    seconds(mtime),
    seconds(ctime),
    small(atime),
    small(mtime),
    small(ctime),
    4096,
    Math.ceil(size / 512),
    0,
  ]);
}

/** A path argument that may also be a descriptor. */
function statOf(path: Value, follow: boolean): HostStat {
  const fd = integerOf(path);
  if (fd !== undefined) return withOSErrors(() => statDescriptor(Number(fd)), undefined);
  if (stringOf(path) === undefined && !(path instanceof PyBytes) && typeOf(path).lookup('__fspath__') === undefined) {
    throw typeError(`stat: path should be string, bytes, os.PathLike or integer, not ${typeOf(path).tp_name}`);
  }
  const text = filesystemPath(path);
  return withOSErrors(() => statSocketFile(text) ?? vm.host.files.stat(text, follow), path);
}

/** Names in the type of the path that was asked with: str, or bytes for bytes. */
function likePath(path: Slot, name: string): Value {
  return path instanceof PyBytes ? new PyBytes(encodeUtf8(name, encodeHandlers.surrogateescape)) : name;
}

class DirEntry extends PyObject {
  name = '';
  path = '';
  asBytes = false;
  cached: HostStat | undefined = undefined;

  get wrapped(): (text: string) => Value {
    return (text) => (this.asBytes ? new PyBytes(encodeUtf8(text, encodeHandlers.surrogateescape)) : text);
  }

  stat(follow: boolean): HostStat {
    return withOSErrors(() => vm.host.files.stat(this.path, follow), this.path);
  }

  /** Whether it is of this kind of file; a broken link is of none. */
  is(kind: number, follow: boolean): boolean {
    try {
      return (vm.host.files.stat(this.path, follow).mode & 0o170000) === kind;
    } catch (error) {
      if ((error as { errno?: number }).errno === 2) return false;
      return withOSErrors(() => {
        throw error;
      }, this.path);
    }
  }
}

const followed = (value: Slot): boolean => value === undefined || isTrue(value);

const dirEntryType = defineType(newType('posix.DirEntry'), {
  module: 'posix',
  subclassable: false,
  tp_repr: (self: DirEntry) => `<DirEntry ${repr(self.wrapped(self.name))}>`,
  methods: {
    is_dir: [
      '($self, /, *, follow_symlinks=True)',
      (self: DirEntry, follow: Slot) => self.is(0o040000, followed(follow)),
    ],
    is_file: [
      '($self, /, *, follow_symlinks=True)',
      (self: DirEntry, follow: Slot) => self.is(0o100000, followed(follow)),
    ],
    is_symlink: ['($self, /)', (self: DirEntry) => self.is(0o120000, false)],
    is_junction: ['($self, /)', () => false],
    stat: [
      '($self, /, *, follow_symlinks=True)',
      (self: DirEntry, follow: Slot) => statValue(self.stat(followed(follow))),
    ],
    inode: ['($self, /)', (self: DirEntry) => small(self.stat(false).ino)],
    __fspath__: ['($self, /)', (self: DirEntry) => self.wrapped(self.path)],
  },
  classMethods: { __class_getitem__: ['($type, object, /)', newGenericAlias, 'See PEP 585'] },
  getset: {
    name: [(self: DirEntry) => self.wrapped(self.name)],
    path: [(self: DirEntry) => self.wrapped(self.path)],
  },
});

class ScandirIterator extends PyObject {
  entries: DirEntry[] = [];
  at = 0;
}

const scandirIteratorType = defineType(newType('posix.ScandirIterator'), {
  module: 'posix',
  subclassable: false,
  tp_iter: (self: Value) => self,
  tp_iternext: (self: ScandirIterator) => self.entries[self.at++],
  methods: {
    close: [
      '($self, /)',
      (self: ScandirIterator) => {
        self.entries = [];
      },
    ],
    __enter__: ['($self, /)', (self: ScandirIterator) => self],
    __exit__: [
      '($self, /, *args)',
      (self: ScandirIterator) => {
        self.entries = [];
      },
    ],
  },
});

function scandir(path: Slot): Value {
  const given = path === undefined || path === null ? '.' : path;
  const folder = filesystemPath(given);
  const iterator = new ScandirIterator(scandirIteratorType);
  for (const name of withOSErrors(() => vm.host.files.readDirectory(folder), given)) {
    const entry = new DirEntry(dirEntryType);
    entry.name = name;
    entry.path = folder.endsWith('/') ? folder + name : `${folder}/${name}`;
    entry.asBytes = fspath(given) instanceof PyBytes;
    iterator.entries.push(entry);
  }
  return iterator;
}

function open(path: Value, flags: Value, mode: Slot): Value {
  const text = filesystemPath(path);
  const bits = mode === undefined ? 0o777 : Number(index(mode));
  return withOSErrors(() => vm.host.files.open(text, Number(index(flags)), bits), path);
}

function environ(): PyDict {
  const dict = new PyDict();
  for (const [name, value] of vm.host.environment) {
    const bytes = (text: string) => new PyBytes(encodeUtf8(text, encodeHandlers.surrogateescape));
    dict.set(bytes(name), bytes(value));
  }
  return dict;
}

function access(path: Value, mode: Value): Value {
  const wanted = Number(index(mode));
  try {
    const stat = vm.host.files.stat(filesystemPath(path), true);
    const bits = stat.mode & 0o777;
    const allowed = (bits >> 6) | (bits >> 3) | bits;
    return (allowed & wanted) === wanted;
  } catch (error) {
    if ((error as { errno?: number }).errno === undefined) throw error;
    return false;
  }
}

function unsupported(name: string): () => never {
  return () => {
    throw newOSError(38, `${name}: Coroscope's virtual machine has no processes of its own`);
  };
}

const rename = (from: Value, to: Value): Value =>
  files(
    from,
    (text) => {
      vm.host.files.rename(text, filesystemPath(to));
      return null;
    },
    to,
  );

/** Removes a file; that of a socket is only in the VM. */
function unlink(path: string): void {
  if (!network.unlink(path)) vm.host.files.unlink(path);
}

const ignore = (): null => null;

/** CPython 3.14's Modules/posixmodule.c, as far as the host has it; what needs processes isn't there. */
export const posix = (): ModuleDefinition => {
  network.reset();
  return definition();
};

const definition = (): ModuleDefinition => ({
  name: 'posix',
  doc: 'This module provides access to operating system functionality that is standardized by the C Standard and the POSIX standard.',
  functions: {
    stat: [
      '(path, *, dir_fd=None, follow_symlinks=True)',
      (path: Value, _dirFd: Slot, follow: Slot) => statValue(statOf(path, followed(follow))),
    ],
    lstat: ['(path, *, dir_fd=None)', (path: Value) => statValue(statOf(path, false))],
    fstat: ['(fd)', (fd: Value) => statValue(withOSErrors(() => statDescriptor(Number(index(fd))), undefined))],
    listdir: [
      '(path=None)',
      (path: Slot) => {
        const given = path === undefined || path === null ? '.' : path;
        const names = files(given, (text) => vm.host.files.readDirectory(text));
        return new PyList(names.map((name) => likePath(given, name)));
      },
    ],
    scandir: ['(path=None)', scandir],
    mkdir: [
      '(path, mode=511, *, dir_fd=None)',
      (path: Value, mode: Slot) =>
        files(path, (text) => vm.host.files.makeDirectory(text, mode === undefined ? 0o777 : Number(index(mode)))),
    ],
    rmdir: ['(path, *, dir_fd=None)', (path: Value) => files(path, (text) => vm.host.files.removeDirectory(text))],
    unlink: ['(path, *, dir_fd=None)', (path: Value) => files(path, unlink)],
    remove: ['(path, *, dir_fd=None)', (path: Value) => files(path, unlink)],
    rename: ['(src, dst, *, src_dir_fd=None, dst_dir_fd=None)', rename],
    replace: ['(src, dst, *, src_dir_fd=None, dst_dir_fd=None)', rename],
    readlink: [
      '(path, *, dir_fd=None)',
      (path: Value) =>
        likePath(
          path,
          files(path, (text) => vm.host.files.readLink(text)),
        ),
    ],
    symlink: [
      '(src, dst, target_is_directory=False, *, dir_fd=None)',
      (target: Value, path: Value) => files(target, (text) => vm.host.files.symlink(text, filesystemPath(path)), path),
    ],
    link: [
      '(src, dst, *, src_dir_fd=None, dst_dir_fd=None, follow_symlinks=True)',
      (from: Value, to: Value) => files(from, (text) => vm.host.files.link(text, filesystemPath(to)), to),
    ],
    chown: [
      '(path, uid, gid, *, dir_fd=None, follow_symlinks=True)',
      (path: Value, user: Value, group: Value, _dirFd: Slot, follow: Slot) =>
        files(path, (text) => vm.host.files.chown(text, Number(index(user)), Number(index(group)), followed(follow))),
    ],
    lchown: [
      '(path, uid, gid)',
      (path: Value, user: Value, group: Value) =>
        files(path, (text) => vm.host.files.chown(text, Number(index(user)), Number(index(group)), false)),
    ],
    utime: ['(path, times=None, *, ns=<unrepresentable>, dir_fd=None, follow_symlinks=True)', setTimes],
    truncate: ['(path, length)', truncate],
    statvfs: ['(path)', fileSystem],
    chmod: [
      '(path, mode, *, dir_fd=None, follow_symlinks=True)',
      (path: Value, mode: Value) => files(path, (text) => vm.host.files.chmod(text, Number(index(mode)))),
    ],
    access: ['(path, mode, *, dir_fd=None, effective_ids=False, follow_symlinks=True)', access],
    getcwd: ['()', () => vm.host.files.currentDirectory()],
    getcwdb: ['()', () => new PyBytes(encodeUtf8(vm.host.files.currentDirectory(), encodeHandlers.surrogateescape))],
    chdir: ['(path)', (path: Value) => files(path, (text) => vm.host.files.changeDirectory(text))],
    open: ['(path, flags, mode=511, *, dir_fd=None)', open],
    close: ['(fd)', (fd: Value) => closeDescriptor(Number(index(fd)))],
    pipe: ['()', () => tupleOf(network.pipe().map(({ fd }) => fd)), 'Create a pipe.'],
    read: [
      '(fd, length, /)',
      waits((fd: Value, length: Value) =>
        readDescriptor(Number(index(fd)), Number(index(length)), (data) => new PyBytes(data.slice())),
      ),
    ],
    readinto: [
      '(fd, buffer, /)',
      waits((fd: Value, target: Value) => {
        const length = withWritable(target, (bytes) => bytes.length);
        return readDescriptor(Number(index(fd)), length, (data) =>
          withWritable(target, (bytes) => {
            bytes.set(data);
            return data.length;
          }),
        );
      }),
    ],
    write: ['(fd, data, /)', waits((fd: Value, data: Value) => writeDescriptor(Number(index(fd)), bytesOf(data)))],
    lseek: [
      '(fd, position, whence, /)',
      (fd: Value, position: Value, whence: Value) =>
        withOSErrors(
          () => seekDescriptor(Number(index(fd)), Number(index(position)), Number(index(whence))),
          undefined,
        ),
    ],
    ftruncate: [
      '(fd, length, /)',
      (fd: Value, length: Value) =>
        withOSErrors(() => vm.host.files.truncate(Number(index(fd)), Number(index(length))), undefined),
    ],
    fsync: ['(fd)', ignore],
    isatty: ['(fd, /)', (fd: Value) => isTerminal(Number(index(fd)))],
    get_inheritable: ['(fd, /)', () => false],
    set_inheritable: ['(fd, inheritable, /)', ignore],
    set_blocking: [
      '(fd, blocking, /)',
      (fd: Value, blocking: Value) => setBlocking(Number(index(fd)), isTrue(blocking)),
    ],
    get_blocking: ['(fd, /)', (fd: Value) => isBlocking(Number(index(fd)))],
    get_terminal_size: [
      '(fd=<unrepresentable>, /)',
      (fd: Slot) => {
        const number = fd === undefined ? 1 : Number(index(fd));
        if (!vm.host.files.isatty(number)) throw newOSError(25, errorMessage(25));
        const size = (name: string, missing: number) => Number(vm.host.environment.get(name) ?? missing);
        return structSequenceOf(terminalSize, [size('COLUMNS', 80), size('LINES', 24)]);
      },
    ],
    fspath: ['(path)', fspath],
    strerror: ['(code, /)', (code: Value) => errorMessage(Number(index(code)))],
    urandom: [
      '(size, /)',
      (size: Value) => {
        const count = Number(index(size));
        if (count < 0) throw valueError('negative argument not allowed');
        return new PyBytes(vm.host.randomBytes(count));
      },
    ],
    getpid: ['()', () => vm.host.pid],
    getppid: ['()', () => 1],
    getuid: ['()', () => 0],
    geteuid: ['()', () => 0],
    getgid: ['()', () => 0],
    getegid: ['()', () => 0],
    umask: ['(mask, /)', () => 0o022],
    cpu_count: ['()', () => 1],
    getgroups: ['()', () => new PyList([0])],
    getpgrp: ['()', () => vm.host.pid],
    getpgid: ['(pid)', () => vm.host.pid],
    getsid: ['(pid, /)', () => vm.host.pid],
    getloadavg: ['()', () => tupleOf([new PyFloat(0), new PyFloat(0), new PyFloat(0)])],
    sched_yield: ['()', ignore],
    sync: ['()', ignore],
    times: ['()', processTimes],
    closerange: ['(fd_low, fd_high, /)', closeRange],
    pread: ['(fd, length, offset, /)', readAt],
    pwrite: ['(fd, buffer, offset, /)', writeAt],
    device_encoding: ['(fd)', (fd: Value) => (isTerminal(Number(index(fd))) ? 'utf-8' : null)],
    getrandom: ['(size, flags=0)', (size: Value) => new PyBytes(vm.host.randomBytes(Number(index(size))))],
    sysconf: ['(name, /)', systemConfiguration],
    getlogin: ['()', () => vm.host.environment.get('USER') ?? 'user'],
    uname: ['()', () => structSequenceOf(unameResult, ['Linux', 'localhost', '0.1.0', '#1 Coroscope', 'x86_64'])],
    putenv: ['(name, value, /)', ignore],
    unsetenv: ['(name, /)', ignore],
    _exit: [
      '(status)',
      (status: Value) => {
        throw new ProcessEnd(Number(index(status)) & 0xff);
      },
    ],
    abort: [
      '()',
      () => {
        throw new ProcessEnd(134);
      },
    ],
    fork: ['()', unsupported('fork')],
    execv: ['(path, argv, /)', unsupported('execv')],
    execve: ['(path, argv, env)', unsupported('execve')],
    system: ['(command)', unsupported('system')],
    kill: ['(pid, signal, /)', kill],
    waitpid: ['(pid, options, /)', unsupported('waitpid')],
    waitstatus_to_exitcode: [
      '(status)',
      (status: Value) => {
        const code = Number(index(status));
        return (code & 0x7f) === 0 ? (code >> 8) & 0xff : -(code & 0x7f);
      },
    ],
    WIFSTOPPED: ['(status)', (status: Value) => (Number(index(status)) & 0xff) === 0x7f],
    WSTOPSIG: ['(status)', (status: Value) => (Number(index(status)) >> 8) & 0xff],
    WIFEXITED: ['(status)', (status: Value) => (Number(index(status)) & 0x7f) === 0],
    WEXITSTATUS: ['(status)', (status: Value) => (Number(index(status)) >> 8) & 0xff],
    register_at_fork: ['(*, before=None, after_in_child=None, after_in_parent=None)', ignore],
    _path_normpath: ['(path)', (path: Value) => normalized(path)],
    _path_splitroot_ex: ['(path, /)', splitRoot],
    _inputhook: ['()', ignore],
  },
  attributes: {
    environ: environ(),
    error: osErrorType,
    stat_result: statResult,
    uname_result: unameResult,
    terminal_size: terminalSize,
    statvfs_result: statvfsResult,
    times_result: timesResult,
    DirEntry: dirEntryType,
    // What os.py makes supports_follow_symlinks and its like of.
    _have_functions: new PyList(['HAVE_FTRUNCATE', 'HAVE_LCHOWN', 'HAVE_LSTAT', 'HAVE_LUTIMES']),
    sysconf_names: configurationNames(),
    F_OK: 0,
    R_OK: 4,
    W_OK: 2,
    X_OK: 1,
    O_RDONLY: 0,
    O_WRONLY: 1,
    O_RDWR: 2,
    O_CREAT: 0o100,
    O_EXCL: 0o200,
    O_NOCTTY: 0o400,
    O_TRUNC: 0o1000,
    O_APPEND: 0o2000,
    O_NONBLOCK: 0o4000,
    O_SYNC: 0o4010000,
    O_DIRECTORY: 0o200000,
    O_NOFOLLOW: 0o400000,
    O_CLOEXEC: 0o2000000,
    SEEK_DATA: 3,
    SEEK_HOLE: 4,
    EX_OK: 0,
    EX_USAGE: 64,
    EX_SOFTWARE: 70,
    WNOHANG: 1,
    TMP_MAX: 238328,
  },
});

/** posixpath.normpath() of a str or bytes path. */
function normalized(path: Value): Value {
  const text = filesystemPath(path);
  if (text === '') return likePath(path, '.');
  const slashes = text.startsWith('//') && !text.startsWith('///') ? '//' : text.startsWith('/') ? '/' : '';
  const parts: string[] = [];
  for (const part of text.split('/')) {
    if (part === '' || part === '.') continue;
    if (part !== '..' || (slashes === '' && parts.length === 0) || parts.at(-1) === '..') parts.push(part);
    else if (parts.length > 0) parts.pop();
  }
  return likePath(path, slashes + parts.join('/') || '.');
}

/** posixpath.splitroot(). */
function splitRoot(path: Value): Value {
  const text = filesystemPath(path);
  const root = text.startsWith('//') && !text.startsWith('///') ? '//' : text.startsWith('/') ? '/' : '';
  return tupleOf(['', root, text.slice(root.length)].map((part) => likePath(path, part)));
}
