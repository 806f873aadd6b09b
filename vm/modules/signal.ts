import { vm } from '../interpreter/state.ts';
import { block, visibleFrame, waits } from '../interpreter/threads.ts';
import { builtinFunction, defineType, type ModuleDefinition } from '../objects/define.ts';
import { keyboardInterruptType, newException, osErrorType, typeError, valueError } from '../objects/exception.ts';
import { floatOf, PyFloat } from '../objects/float.ts';
import { newType, type Slot, typeOf, type Value } from '../objects/object.ts';
import { newOSError } from '../objects/os-error.ts';
import { addRoot } from '../objects/roots.ts';
import { PySet } from '../objects/set.ts';
import { tupleOf } from '../objects/tuple.ts';
import { index } from '../operations/arithmetic.ts';
import { call, isCallable } from '../operations/call.ts';
import { toArray } from '../operations/iterate.ts';
import { ProcessEnd } from '../process-end.ts';
import { errorMessage } from './errno.ts';
import { network } from './socket/network.ts';
import { deadlineAfter } from './thread/timeout.ts';

/** Linux's signals, with what strsignal() says of them. */
const signals: readonly (readonly [name: string, number: number, text: string])[] = [
  ['SIGHUP', 1, 'Hangup'],
  ['SIGINT', 2, 'Interrupt'],
  ['SIGQUIT', 3, 'Quit'],
  ['SIGILL', 4, 'Illegal instruction'],
  ['SIGTRAP', 5, 'Trace/breakpoint trap'],
  ['SIGABRT', 6, 'Aborted'],
  ['SIGBUS', 7, 'Bus error'],
  ['SIGFPE', 8, 'Floating point exception'],
  ['SIGKILL', 9, 'Killed'],
  ['SIGUSR1', 10, 'User defined signal 1'],
  ['SIGSEGV', 11, 'Segmentation fault'],
  ['SIGUSR2', 12, 'User defined signal 2'],
  ['SIGPIPE', 13, 'Broken pipe'],
  ['SIGALRM', 14, 'Alarm clock'],
  ['SIGTERM', 15, 'Terminated'],
  ['SIGSTKFLT', 16, 'Stack fault'],
  ['SIGCHLD', 17, 'Child exited'],
  ['SIGCONT', 18, 'Continued'],
  ['SIGSTOP', 19, 'Stopped (signal)'],
  ['SIGTSTP', 20, 'Stopped'],
  ['SIGTTIN', 21, 'Stopped (tty input)'],
  ['SIGTTOU', 22, 'Stopped (tty output)'],
  ['SIGURG', 23, 'Urgent I/O condition'],
  ['SIGXCPU', 24, 'CPU time limit exceeded'],
  ['SIGXFSZ', 25, 'File size limit exceeded'],
  ['SIGVTALRM', 26, 'Virtual timer expired'],
  ['SIGPROF', 27, 'Profiling timer expired'],
  ['SIGWINCH', 28, 'Window changed'],
  ['SIGIO', 29, 'I/O possible'],
  ['SIGPWR', 30, 'Power failure'],
  ['SIGSYS', 31, 'Bad system call'],
  ['SIGRTMIN', 34, 'Real-time signal 0'],
  ['SIGRTMAX', 64, 'Real-time signal 30'],
];

const SIG_DFL = 0;
const SIG_IGN = 1;
const SIG_BLOCK = 0;
const SIG_UNBLOCK = 1;
const SIG_SETMASK = 2;
const SIGINT = 2;
const SIGKILL = 9;
const SIGPIPE = 13;
const SIGSTOP = 19;
const SIGXFSZ = 25;
const NSIG = 65;
/** Signals that end no process by default: SIGCHLD, SIGCONT and those that stop it, SIGURG and SIGWINCH. */
const harmless = new Set([17, 18, 19, 20, 21, 22, 23, 28]);
/** Numbers that Linux's threads use themselves. */
const reserved = new Set([32, 33]);

const EBADF = 9;
const ESRCH = 3;
const EINVAL = 22;

const failure = (errno: number) => newOSError(errno, errorMessage(errno));

const defaultIntHandler = builtinFunction('default_int_handler', [
  '(signalnum, frame, /)',
  () => {
    throw newException(keyboardInterruptType);
  },
  'The default handler for SIGINT installed by Python: raises KeyboardInterrupt.',
]);

const handlers = new Map<number, Value>();
addRoot(() => handlers);

/** How many handlers have been called. */
let handled = 0;
/** Signals that have come and whose handlers have not been called. */
const pending = new Set<number>();
/** The descriptor that a byte is written to for each signal; -1 for none. */
let wakeupFd = -1;

function numberOf(value: Value): number {
  const number = Number(index(value));
  if (number < 1 || number >= NSIG) throw valueError('signal number out of range');
  return number;
}

function handlerOf(number: number): Value {
  const handler = handlers.get(number);
  if (handler !== undefined) return handler;
  if (number === SIGINT) return defaultIntHandler;
  // What Python sets when it starts.
  return number === SIGPIPE || number === SIGXFSZ ? SIG_IGN : SIG_DFL;
}

const isMainThread = (): boolean => vm.thread === vm.mainThread;

function setHandler(signal: Value, handler: Value): Value {
  const number = numberOf(signal);
  if (handler !== SIG_DFL && handler !== SIG_IGN && !isCallable(handler)) {
    throw typeError('signal handler must be signal.SIG_IGN, signal.SIG_DFL, or a callable object');
  }
  if (!isMainThread()) throw valueError('signal only works in main thread of the main interpreter');
  if (number === SIGKILL || number === SIGSTOP || reserved.has(number)) throw failure(EINVAL);
  vm.checkSignals?.();
  const before = handlerOf(number);
  handlers.set(number, handler);
  return before;
}

/** A signal comes: its handler is to be called by the main thread (trip_signal). May end the process. */
export function tripSignal(number: number): void {
  if (!vm.thread.blockedSignals.has(number)) {
    const handler = handlerOf(number);
    if (handler === SIG_IGN) return;
    if (handler === SIG_DFL) {
      if (harmless.has(number)) return;
      throw new ProcessEnd(128 + number);
    }
  }
  pending.add(number);
  vm.signalsPending = true;
  vm.interruptFuel();
  network.find(wakeupFd)?.peer?.deliver(Uint8Array.of(number), '');
}

/** Calls the handlers of signals that have come, when the main thread runs (_PyErr_CheckSignalsTstate). */
vm.checkSignals = (): void => {
  if (timers.size > 0) sendDueSignals();
  if (!vm.signalsPending || !isMainThread()) return;
  for (const number of [...pending].sort((a, b) => a - b)) {
    if (vm.thread.blockedSignals.has(number) || !pending.delete(number)) continue;
    const handler = handlerOf(number);
    if (handler === SIG_IGN) continue;
    if (handler === SIG_DFL) {
      if (!harmless.has(number)) throw new ProcessEnd(128 + number);
      continue;
    }
    handled++;
    const frame = visibleFrame(vm.frame);
    if (frame === undefined && handler === defaultIntHandler) throw newException(keyboardInterruptType);
    call(handler, number, frame ?? null);
  }
  vm.signalsPending = false;
};

/** Forgets what an interpreter before this one had. */
export function resetSignals(): void {
  handlers.clear();
  pending.clear();
  timers.clear();
  wakeupFd = -1;
}

// Sending signals to oneself.

function raiseSignal(signal: Value): void {
  tripSignal(numberOf(signal));
  vm.checkSignals?.();
}

/** _thread.interrupt_main(): as if Ctrl-C, or another signal, had come (PyErr_SetInterruptEx). */
export function interruptMain(signal: Slot): void {
  const number = signal === undefined ? SIGINT : Number(index(signal));
  if (number < 1 || number >= NSIG) throw valueError('signal number out of range');
  const handler = handlerOf(number);
  if (handler === SIG_IGN || handler === SIG_DFL) return;
  tripSignal(number);
  vm.checkSignals?.();
}

/** os.kill() of this process itself; there are no others. */
export function kill(pid: Value, signal: Value): void {
  const process = Number(index(pid));
  const number = Number(index(signal));
  if (process !== vm.host.pid && process !== 0 && process !== -vm.host.pid) throw failure(ESRCH);
  if (number === 0) return;
  if (number < 0 || number >= NSIG) throw failure(EINVAL);
  raiseSignal(number);
}

function killThread(ident: Value, signal: Value): void {
  const thread = vm.threads.find((each) => each.ident === index(ident));
  const number = Number(index(signal));
  if (thread === undefined) throw failure(ESRCH);
  if (number === 0) return;
  if (number < 0 || number >= NSIG) throw valueError('signal number out of range');
  raiseSignal(number);
}

// Masks, and waiting for signals.

function setOf(numbers: Iterable<number>): PySet {
  const set = new PySet();
  for (const number of [...numbers].sort((a, b) => a - b)) set.add(number);
  return set;
}

function numbersOf(signals: Value): number[] {
  return toArray(signals).map((value) => {
    const number = Number(index(value));
    if (number < 1 || number >= NSIG) {
      throw valueError(`signal number ${number} out of range [1; ${NSIG - 1}]`);
    }
    return number;
  });
}

function changeMask(how: Value, signals: Value): Value {
  const numbers = numbersOf(signals);
  const thread = vm.thread;
  const before = setOf(thread.blockedSignals);
  const which = Number(index(how));
  if (which !== SIG_BLOCK && which !== SIG_UNBLOCK && which !== SIG_SETMASK) throw failure(EINVAL);
  if (which === SIG_SETMASK) thread.blockedSignals.clear();
  for (const number of numbers) {
    if (which === SIG_UNBLOCK) thread.blockedSignals.delete(number);
    else if (number !== SIGKILL && number !== SIGSTOP) thread.blockedSignals.add(number);
  }
  if (pending.size > 0) vm.signalsPending = true;
  vm.checkSignals?.();
  return before;
}

/** Signals that come while they are blocked, or that nobody has looked at, can be waited for. */
const waitForSignal = waits((signals: Value): Value => {
  const numbers = numbersOf(signals);
  const find = (): number | undefined => numbers.find((number) => pending.has(number));
  return block({
    what: 'signal.sigwait()',
    deadline: undefined,
    ready: () => find() !== undefined,
    finish: () => {
      const number = find() as number;
      pending.delete(number);
      return number;
    },
  });
});

/** signal.pause(): until a handler has been called. */
const pause = waits((): Value => {
  const before = handled;
  return block({ what: 'signal.pause()', deadline: undefined, ready: () => handled !== before, finish: () => null });
});

// Timers.

interface Timer {
  /** Of host.monotonic(), or of host.processTime(). */
  deadline: bigint;
  readonly interval: bigint;
}

const ITIMER_REAL = 0;
/** The signal of each timer: real time, the program's own, the processor's. */
const timerSignals = [14, 26, 27];
const timers = new Map<number, Timer>();

const clockOf = (which: number): bigint => (which === ITIMER_REAL ? vm.host.monotonic() : vm.host.processTime());

function sendDueSignals(): void {
  for (const [which, timer] of timers) {
    const now = clockOf(which);
    if (timer.deadline > now) continue;
    if (timer.interval === 0n) timers.delete(which);
    else timer.deadline += ((now - timer.deadline) / timer.interval + 1n) * timer.interval;
    tripSignal(timerSignals[which]);
  }
}

vm.nextTimer = (): bigint | undefined => {
  if (timers.size > 0) sendDueSignals();
  return timers.get(ITIMER_REAL)?.deadline;
};

const nanoseconds = (value: Value): bigint => {
  const seconds = floatOf(value);
  if (seconds === undefined) throw typeError(`must be real number, not ${typeOf(value).tp_name}`);
  return BigInt(Math.round(seconds * 1e9));
};

const itimerError = defineType(newType('signal.itimer_error', osErrorType), { module: 'signal' });

/** A timer as (seconds left, interval). */
function timerValue(which: number): Value {
  const timer = timers.get(which);
  const left = timer === undefined ? 0n : timer.deadline - clockOf(which);
  return tupleOf([left > 0n ? left : 0n, timer?.interval ?? 0n].map((time) => new PyFloat(Number(time) / 1e9)));
}

function timerNumber(which: Value): number {
  const number = Number(index(which));
  if (timerSignals[number] === undefined) throw newException(itimerError, EINVAL, errorMessage(EINVAL));
  return number;
}

function setTimer(which: Value, seconds: Value, interval?: Slot): Value {
  const delay = nanoseconds(seconds);
  const repeat = interval === undefined ? 0n : nanoseconds(interval);
  const number = timerNumber(which);
  if (delay < 0n || repeat < 0n) throw newException(itimerError, EINVAL, errorMessage(EINVAL));
  const before = timerValue(number);
  if (delay === 0n) timers.delete(number);
  else timers.set(number, { deadline: clockOf(number) + delay, interval: repeat });
  return before;
}

function alarm(seconds: Value): Value {
  const whole = Number(index(seconds));
  const timer = timers.get(ITIMER_REAL);
  const left = timer === undefined ? 0 : Math.ceil(Number(timer.deadline - vm.host.monotonic()) / 1e9);
  if (whole === 0) timers.delete(ITIMER_REAL);
  else timers.set(ITIMER_REAL, { deadline: deadlineAfter(whole) as bigint, interval: 0n });
  return Math.max(left, timer === undefined ? 0 : 1);
}

function setWakeupFd(fd: Value): Value {
  const number = Number(index(fd));
  if (!isMainThread()) throw valueError('set_wakeup_fd only works in main thread of the main interpreter');
  if (number !== -1) {
    const socket = network.find(number);
    if (socket === undefined) {
      if (number < -1) throw failure(EBADF);
      try {
        vm.host.files.fstat(number);
      } catch {
        throw failure(EBADF);
      }
    }
    if (socket === undefined || socket.blocking) throw valueError(`the fd ${number} must be in non-blocking mode`);
  }
  const before = wakeupFd;
  wakeupFd = number;
  return before;
}

/** CPython 3.14's Modules/signalmodule.c. What comes from outside is Ctrl-C alone; all else the program sends itself. */
export const signal = (): ModuleDefinition => ({
  name: '_signal',
  doc: 'This module provides mechanisms to use signal handlers in Python.',
  functions: {
    signal: ['(signalnum, handler, /)', setHandler],
    getsignal: [
      '(signalnum, /)',
      (value: Value) => {
        const number = numberOf(value);
        return reserved.has(number) ? null : handlerOf(number);
      },
    ],
    raise_signal: ['(signalnum, /)', raiseSignal],
    pthread_kill: ['(thread_id, signalnum, /)', killThread],
    strsignal: [
      '(signalnum, /)',
      (value: Value) => {
        const number = numberOf(value);
        const known = signals.find(([, each]) => each === number)?.[2];
        if (known !== undefined) return known;
        return number > 34 ? `Real-time signal ${number - 34}` : null;
      },
    ],
    valid_signals: [
      '()',
      () => setOf(Array.from({ length: NSIG - 1 }, (_, i) => i + 1).filter((number) => !reserved.has(number))),
    ],
    set_wakeup_fd: ['(fd, /, *, warn_on_full_buffer=True)', setWakeupFd],
    siginterrupt: [
      '(signalnum, flag, /)',
      (value: Value) => {
        numberOf(value);
      },
    ],
    alarm: ['(seconds, /)', alarm],
    pause: ['()', pause],
    setitimer: ['(which, seconds, interval=0.0, /)', setTimer],
    getitimer: ['(which, /)', (which: Value) => timerValue(timerNumber(which))],
    pthread_sigmask: ['(how, mask, /)', changeMask],
    sigpending: ['()', () => setOf([...pending].filter((number) => vm.thread.blockedSignals.has(number)))],
    sigwait: ['(sigset, /)', waitForSignal],
  },
  attributes: {
    ...Object.fromEntries(signals.map(([name, number]) => [name, number])),
    SIGCLD: 17,
    SIGPOLL: 29,
    NSIG,
    SIG_DFL,
    SIG_IGN,
    SIG_BLOCK,
    SIG_UNBLOCK,
    SIG_SETMASK,
    ITIMER_REAL,
    ITIMER_VIRTUAL: 1,
    ITIMER_PROF: 2,
    ItimerError: itimerError,
    default_int_handler: defaultIntHandler,
  },
});
