import { vm } from '../interpreter/state.ts';
import { PyBytes } from '../objects/bytes.ts';
import { isException, osErrorType, typeError, valueError } from '../objects/exception.ts';
import { floatOf } from '../objects/float.ts';
import { integerOf } from '../objects/int.ts';
import type { Slot, Value } from '../objects/object.ts';
import { structSequence, structSequenceOf } from '../objects/struct-sequence.ts';
import { PyTuple } from '../objects/tuple.ts';
import { index } from '../operations/arithmetic.ts';
import { filesystemPath, withOSErrors } from '../operations/path.ts';
import { isTrue } from '../operations/truth.ts';
import { closeDescriptor, seekDescriptor } from './descriptors.ts';
import { bytesOf } from './io/base.ts';

// What os does with files beyond opening, naming and listing them: times, sizes, positions, the file system's figures.

const O_WRONLY = 1;
const LONGEST_NAME = 255;

export const statvfsResult = structSequence(
  'os.statvfs_result',
  [
    'f_bsize',
    'f_frsize',
    'f_blocks',
    'f_bfree',
    'f_bavail',
    'f_files',
    'f_ffree',
    'f_favail',
    'f_flag',
    'f_namemax',
    'f_fsid',
  ],
  10,
);

/** Asks the host for a path; its errors become OSErrors that name it, and the second one where there are two. */
export const files = <T>(path: Value, act: (text: string) => T, second?: Value): T => {
  const text = filesystemPath(path);
  return withOSErrors(() => act(text), path, second);
};

/** Seconds as nanoseconds, rounded down (_PyTime_ObjectToTimespec). */
function nanosecondsOf(value: Value): bigint {
  const whole = integerOf(value);
  if (whole !== undefined) return BigInt(whole) * 1_000_000_000n;
  const number = floatOf(value);
  if (number === undefined) return BigInt(index(value)) * 1_000_000_000n;
  if (!Number.isFinite(number)) throw valueError('Invalid value NaN (not a number)');
  const second = Math.floor(number);
  return BigInt(second) * 1_000_000_000n + BigInt(Math.floor((number - second) * 1e9));
}

/** os.utime(): times in seconds, `ns` in nanoseconds, or now. */
export function setTimes(path: Value, times: Slot, ns: Slot, _dirFd: Slot, follow: Slot): void {
  const given = times === undefined ? null : times;
  if (ns !== undefined && given !== null) {
    throw valueError("utime: you may specify either 'times' or 'ns' but not both");
  }
  const pair = ns ?? given;
  let [accessed, modified] = [vm.host.time(), vm.host.time()];
  if (pair !== null) {
    if (!(pair instanceof PyTuple) || pair.items.length !== 2) {
      const what =
        ns === undefined ? "'times' must be either a tuple of two ints or None" : "'ns' must be a tuple of two ints";
      throw typeError(`utime: ${what}`);
    }
    [accessed, modified] = pair.items.map((item) => (ns === undefined ? nanosecondsOf(item) : BigInt(index(item))));
  }
  files(path, (text) => vm.host.files.setTimes(text, accessed, modified, follow === undefined || isTrue(follow)));
}

export function truncate(path: Value, length: Value): void {
  const size = Number(index(length));
  const given = integerOf(path);
  if (given !== undefined) {
    withOSErrors(() => vm.host.files.truncate(Number(given), size), undefined);
    return;
  }
  files(path, (text) => {
    const fd = vm.host.files.open(text, O_WRONLY, 0);
    try {
      vm.host.files.truncate(fd, size);
    } finally {
      vm.host.files.close(fd);
    }
  });
}

export function fileSystem(path: Value): Value {
  const system = files(path, (text) => vm.host.files.fileSystem(text));
  const { blockSize, blocks, freeBlocks, availableBlocks, files: count, freeFiles } = system;
  return structSequenceOf(statvfsResult, [
    blockSize,
    blockSize,
    blocks,
    freeBlocks,
    availableBlocks,
    count,
    freeFiles,
    freeFiles,
    0,
    LONGEST_NAME,
    0,
  ]);
}

/** Closes all descriptors from one to before another; those that aren't open don't matter. */
export function closeRange(low: Value, high: Value): void {
  for (let fd = Number(index(low)); fd < Number(index(high)); fd++) {
    try {
      closeDescriptor(fd);
    } catch (error) {
      if (!isException(error, osErrorType)) throw error;
    }
  }
}

/** Does something at a position of a file, and leaves the file's own position where it was. */
function at<T>(fd: Value, offset: Value, act: (fd: number) => T): T {
  const number = Number(index(fd));
  return withOSErrors(() => {
    const before = seekDescriptor(number, 0, 1);
    seekDescriptor(number, Number(index(offset)), 0);
    try {
      return act(number);
    } finally {
      seekDescriptor(number, before, 0);
    }
  }, undefined);
}

export const readAt = (fd: Value, length: Value, offset: Value): Value =>
  at(fd, offset, (number) => new PyBytes(vm.host.files.read(number, Number(index(length))).slice()));
export const writeAt = (fd: Value, data: Value, offset: Value): Value =>
  at(fd, offset, (number) => vm.host.files.write(number, bytesOf(data)));
