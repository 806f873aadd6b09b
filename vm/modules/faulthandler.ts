import type { Frame } from '../interpreter/frame.ts';
import { vm } from '../interpreter/state.ts';
import type { ThreadState } from '../interpreter/thread-state.ts';
import { frameOf, visibleFrame } from '../interpreter/threads.ts';
import type { ModuleDefinition } from '../objects/define.ts';
import { PyBaseException, runtimeError, valueError } from '../objects/exception.ts';
import { integerOf } from '../objects/int.ts';
import type { PyModule } from '../objects/module.ts';
import type { Slot, Value } from '../objects/object.ts';
import { index } from '../operations/arithmetic.ts';
import { callMethod } from '../operations/attribute.ts';
import { withOSErrors } from '../operations/path.ts';
import { isTrue } from '../operations/truth.ts';
import { ProcessEnd } from '../process-end.ts';
import { secondsOf } from './thread/timeout.ts';

/** More frames or threads than these aren't shown, nor longer names. */
const MAX_FRAMES = 100;
const MAX_THREADS = 100;
const MAX_NAME = 500;

/** The descriptor of a file argument, and the file where it is an object (faulthandler_get_fileno). */
function descriptorOf(given: Slot): number {
  const file =
    given === undefined || given === null ? (vm.modules.getString('sys') as PyModule).dict.getString('stderr') : given;
  if (file === undefined) throw runtimeError('lost sys.stderr');
  if (file === null) throw runtimeError('sys.stderr is None');
  const plain = integerOf(file);
  if (plain !== undefined) {
    if (plain < 0) throw valueError('file is not a valid file descriptor');
    return Number(plain);
  }
  const fd = integerOf(callMethod(file, 'fileno'));
  if (fd === undefined || fd < 0) throw runtimeError('file.fileno() is not a valid file descriptor');
  try {
    callMethod(file, 'flush');
  } catch (error) {
    // As in CPython: what the file can't write now is not the traceback's concern.
    if (!(error instanceof PyBaseException)) throw error;
  }
  return Number(fd);
}

/** A name in ASCII (_Py_DumpASCII). */
function ascii(text: string): string {
  const points = Array.from(text);
  const shown = points.slice(0, MAX_NAME).map((char) => {
    const point = char.codePointAt(0) as number;
    if (point >= 0x20 && point < 0x7f) return char;
    const hex = point.toString(16);
    if (point < 0x100) return `\\x${hex.padStart(2, '0')}`;
    return point < 0x10000 ? `\\u${hex.padStart(4, '0')}` : `\\U${hex.padStart(8, '0')}`;
  });
  return shown.join('') + (points.length > MAX_NAME ? '...' : '');
}

/** The lines of a thread's frames (dump_traceback). */
function framesText(innermost: Frame | undefined): string {
  if (innermost === undefined) return '  <no Python frame>\n';
  let text = '';
  let count = 0;
  for (let frame: Frame | undefined = innermost; frame !== undefined; frame = visibleFrame(frame.back)) {
    if (count++ === MAX_FRAMES) return `${text}  ...\n`;
    const { co_filename, co_name } = frame.code.code;
    text += `  File "${ascii(co_filename)}", line ${frame.line ?? '???'} in ${ascii(co_name)}\n`;
  }
  return text;
}

function threadText(thread: ThreadState, current: ThreadState | undefined): string {
  const who = thread === current ? 'Current thread' : 'Thread';
  const ident = thread.ident.toString(16).padStart(16, '0');
  return `${who} 0x${ident} (most recent call first):\n${framesText(frameOf(thread))}`;
}

/** The youngest thread comes first, as in CPython's list of them (_Py_DumpTracebackThreads). */
function threadsText(current: ThreadState | undefined): string {
  const threads = vm.threads.slice(-MAX_THREADS).reverse();
  const shown = threads.map((thread) => threadText(thread, current)).join('\n');
  return vm.threads.length > MAX_THREADS ? `${shown}...\n` : shown;
}

function dumpTraceback(file: Slot, allThreads: Slot): Value {
  const fd = descriptorOf(file);
  const all = allThreads === undefined || isTrue(allThreads);
  writeTo(fd, all ? threadsText(vm.thread) : `Stack (most recent call first):\n${framesText(vm.frame)}`);
  return null;
}

function writeTo(fd: number, text: string): void {
  vm.host.flush();
  let bytes: Uint8Array = new TextEncoder().encode(text);
  while (bytes.length > 0) {
    const rest = bytes;
    bytes = rest.subarray(withOSErrors(() => vm.host.files.write(fd, rest), undefined));
  }
}

// The watchdog. CPython's is a thread of its own; here the machine looks at the clock whenever a ration of fuel is used up, and before it
// sleeps, so that one call that runs long in native code delays it.

function dumpTracebackLater(timeout: Value, repeat: Slot, file: Slot, exit: Slot): void {
  const seconds = secondsOf(timeout);
  const time = BigInt(Math.ceil(seconds * 1e6)) * 1000n;
  if (time <= 0n) throw valueError('timeout must be greater than 0');
  const repeats = repeat !== undefined && index(repeat) !== 0;
  const exits = exit !== undefined && index(exit) !== 0;
  const fd = descriptorOf(file);
  const header = `Timeout (${durationText(time / 1000n)})!\n`;
  const set = (): void => {
    vm.watchdog = { deadline: vm.host.monotonic() + time, expire };
  };
  const expire = (): void => {
    writeTo(fd, header + threadsText(undefined));
    if (exits) throw new ProcessEnd(1);
    if (repeats) set();
  };
  set();
}

/** H:MM:SS, with microseconds where there are some (format_timeout). */
function durationText(microseconds: bigint): string {
  const seconds = microseconds / 1_000_000n;
  const rest = microseconds % 1_000_000n;
  const two = (part: bigint): string => String(part).padStart(2, '0');
  const text = `${seconds / 3600n}:${two((seconds / 60n) % 60n)}:${two(seconds % 60n)}`;
  return rest === 0n ? text : `${text}.${String(rest).padStart(6, '0')}`;
}

/**
 * CPython 3.14's Modules/faulthandler.c, as far as a virtual machine needs it: tracebacks on demand. Faults of memory don't occur here, so
 * enable() has nothing to catch. As on Windows there is no register(): signals are handled between instructions, by signal.signal().
 */
export const faulthandler = (): ModuleDefinition => {
  let enabled = false;
  return {
    name: 'faulthandler',
    doc: 'faulthandler module.',
    functions: {
      enable: [
        '($module, /, file=sys.stderr, all_threads=True)',
        (file: Slot) => {
          descriptorOf(file);
          enabled = true;
        },
        'Enable the fault handler.',
      ],
      disable: [
        '($module, /)',
        () => {
          const before = enabled;
          enabled = false;
          return before;
        },
        'Disable the fault handler.',
      ],
      is_enabled: ['($module, /)', () => enabled, 'Check if the handler is enabled.'],
      dump_traceback: [
        '($module, /, file=sys.stderr, all_threads=True)',
        dumpTraceback,
        'Dump the traceback of the current thread, or of all threads if all_threads is True, into file.',
      ],
      dump_traceback_later: [
        '($module, /, timeout, repeat=False, file=sys.stderr, exit=False)',
        dumpTracebackLater,
        'Dump the traceback of all threads in timeout seconds,\nor each timeout seconds if repeat is True. If exit is True, call _exit(1) which is not safe.',
      ],
      cancel_dump_traceback_later: [
        '($module, /)',
        () => {
          vm.watchdog = undefined;
        },
        'Cancel the previous call to dump_traceback_later().',
      ],
    },
  };
};
