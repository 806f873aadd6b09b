import { HostError, type HostStat } from '../host.ts';
import { vm } from '../interpreter/state.ts';
import { block } from '../interpreter/threads.ts';
import type { PyBaseException } from '../objects/exception.ts';
import type { Value } from '../objects/object.ts';
import { newOSError } from '../objects/os-error.ts';
import { withOSErrors } from '../operations/path.ts';
import { errorMessage } from './errno.ts';
import { network, PipeReader, PipeWriter, type VirtualSocket } from './socket/network.ts';

// Descriptors as os.read() and friends take them: of the host's files, or of pipes and sockets, which are the VM's own.

const EAGAIN = 11;
const EBADF = 9;
const ESPIPE = 29;
const S_IFIFO = 0o010000;
const S_IFSOCK = 0o140000;

const failure = (errno: number): PyBaseException => newOSError(errno, errorMessage(errno));

/** Does `act` once `isReady`: at once, after a wait in which other threads run, or not at all on a descriptor that doesn't block. */
function whenReady(end: VirtualSocket, what: string, isReady: () => boolean, act: () => Value): Value {
  if (isReady()) return act();
  if (!end.blocking) throw failure(EAGAIN);
  return block({ what, deadline: undefined, ready: isReady, finish: act });
}

/** Reads up to `count` bytes, none at the end, and gives what `use` makes of them. May end with block(). */
export function readDescriptor(fd: number, count: number, use: (data: Uint8Array) => Value): Value {
  const end = network.find(fd);
  if (end === undefined) return use(withOSErrors(() => vm.host.files.read(fd, count), undefined));
  if (end instanceof PipeWriter) throw failure(EBADF);
  const isReady = (): boolean => end.readable;
  return whenReady(end, 'os.read()', isReady, () => {
    if (end.closed) throw failure(EBADF);
    return use(end.takeAll(count));
  });
}

/**
 * Writes, and gives how many bytes. What is written to a pipe goes piece by piece as its reader makes room; other ends that are
 * full are waited for until there is room for some, and then take all. May end with block().
 */
export function writeDescriptor(fd: number, data: Uint8Array): Value {
  const end = network.find(fd);
  if (end === undefined) return withOSErrors(() => vm.host.files.write(fd, data), undefined);
  if (end instanceof PipeReader) throw failure(EBADF);
  let written = 0;
  const push = (count: number): void => {
    if (end.closed) throw failure(EBADF);
    const problem = end.sendingFails();
    if (problem !== undefined) throw failure(problem);
    if (count > 0) end.peer?.deliver(data.slice(written, written + count), '');
    written += count;
  };
  const isWritable = (): boolean => end.closed || end.writable;
  if (!(end instanceof PipeWriter) || !end.blocking) {
    return whenReady(end, 'os.write()', isWritable, () => {
      push(end.blocking ? data.length : Math.min(data.length, end.room));
      return written;
    });
  }
  const isDone = (): boolean => {
    const isBroken = end.closed || end.muted || end.peer === undefined || end.peer.closed;
    if (!isBroken) push(Math.min(data.length - written, end.room));
    return isBroken || written === data.length;
  };
  return whenReady(end, 'os.write()', isDone, () => {
    if (written === 0) push(0);
    return written;
  });
}

export function closeDescriptor(fd: number): void {
  const end = network.find(fd);
  if (end === undefined) withOSErrors(() => vm.host.files.close(fd), undefined);
  else network.close(fd);
}

/** As HostFiles.fstat; throws HostError. */
export function statDescriptor(fd: number): HostStat {
  const end = network.find(fd);
  if (end === undefined) return vm.host.files.fstat(fd);
  const isPipe = end instanceof PipeReader || end instanceof PipeWriter;
  return statOf(isPipe ? S_IFIFO | 0o600 : S_IFSOCK | 0o777, end.fd);
}

/** What stat() gives for the path of a Unix socket, which is no file of the host; undefined for any other path. */
export function statSocketFile(path: string): HostStat | undefined {
  const number = network.fileAt(path);
  return number === undefined ? undefined : statOf(S_IFSOCK | 0o755, number);
}

function statOf(mode: number, number: number): HostStat {
  return {
    mode,
    ino: BigInt(number),
    dev: 0n,
    nlink: 1,
    uid: 0,
    gid: 0,
    size: 0,
    atime: 0n,
    mtime: 0n,
    ctime: 0n,
  };
}

/** As HostFiles.seek; throws HostError. */
export function seekDescriptor(fd: number, offset: number, whence: number): number {
  if (network.find(fd) !== undefined) throw new HostError(ESPIPE, 'Illegal seek');
  return vm.host.files.seek(fd, offset, whence);
}

export function isTerminal(fd: number): boolean {
  return network.find(fd) === undefined && vm.host.files.isatty(fd);
}

export function setBlocking(fd: number, blocking: boolean): void {
  const end = network.find(fd);
  if (end !== undefined) end.blocking = blocking;
}

export const isBlocking = (fd: number): boolean => network.find(fd)?.blocking ?? true;
