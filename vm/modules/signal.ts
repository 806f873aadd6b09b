import type { Frame } from '../interpreter/frame.ts';
import { vm } from '../interpreter/state.ts';
import { builtinFunction, type ModuleDefinition } from '../objects/define.ts';
import { keyboardInterruptType, newException, osErrorType, typeError, valueError } from '../objects/exception.ts';
import type { Slot, Value } from '../objects/object.ts';
import { addRoot } from '../objects/roots.ts';
import { PySet } from '../objects/set.ts';
import { index } from '../operations/arithmetic.ts';
import { call, isCallable } from '../operations/call.ts';

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
const SIGINT = 2;
const NSIG = 65;

const defaultIntHandler = builtinFunction('default_int_handler', [
  '(signalnum, frame, /)',
  () => {
    throw newException(keyboardInterruptType);
  },
  'The default handler for SIGINT installed by Python: raises KeyboardInterrupt.',
]);

const handlers = new Map<number, Value>();
addRoot(() => handlers);

function numberOf(value: Value): number {
  const number = Number(index(value));
  if (number < 1 || number >= NSIG) throw valueError('signal number out of range');
  return number;
}

const handlerOf = (number: number): Value => handlers.get(number) ?? (number === SIGINT ? defaultIntHandler : SIG_DFL);

function setHandler(signal: Value, handler: Value): Value {
  const number = numberOf(signal);
  if (handler !== SIG_DFL && handler !== SIG_IGN && !isCallable(handler)) {
    throw typeError('signal handler must be signal.SIG_IGN, signal.SIG_DFL, or a callable object');
  }
  if (number === 9 || number === 19) throw newException(osErrorType, 22, 'Invalid argument');
  const before = handlerOf(number);
  handlers.set(number, handler);
  return before;
}

/** Runs the handler of a signal that the host reports, in the frame that runs (_PyErr_CheckSignals). */
export function deliverSignal(number: number, frame: Frame | undefined = vm.frame): void {
  const handler = handlerOf(number);
  if (handler === SIG_IGN) return;
  if (handler === SIG_DFL) {
    if (number === SIGINT) throw newException(keyboardInterruptType);
    return;
  }
  call(handler, number, frame ?? null);
}

/** CPython 3.14's Modules/signalmodule.c. The only signal that comes from outside is Ctrl-C. */
export const signal = (): ModuleDefinition => {
  handlers.clear();
  return {
    name: '_signal',
    doc: 'This module provides mechanisms to use signal handlers in Python.',
    functions: {
      signal: ['(signalnum, handler, /)', setHandler],
      getsignal: ['(signalnum, /)', (number: Value) => handlerOf(numberOf(number))],
      raise_signal: ['(signalnum, /)', (number: Value) => deliverSignal(numberOf(number))],
      strsignal: [
        '(signalnum, /)',
        (value: Value) => {
          const number = numberOf(value);
          return signals.find(([, each]) => each === number)?.[2] ?? `Unknown signal ${number}`;
        },
      ],
      valid_signals: [
        '()',
        () => {
          const set = new PySet();
          for (let number = 1; number < NSIG; number++) if (number !== 32 && number !== 33) set.add(number);
          return set;
        },
      ],
      set_wakeup_fd: ['(fd, /, *, warn_on_full_buffer=True)', () => -1],
      siginterrupt: ['(signalnum, flag, /)', () => null],
      alarm: ['(seconds, /)', () => 0],
      pthread_sigmask: ['(how, mask, /)', (_how: Value, _mask: Slot) => new PySet()],
    },
    attributes: {
      ...Object.fromEntries(signals.map(([name, number]) => [name, number])),
      SIGCLD: 17,
      SIGPOLL: 29,
      NSIG,
      SIG_DFL,
      SIG_IGN,
      SIG_BLOCK: 0,
      SIG_UNBLOCK: 1,
      SIG_SETMASK: 2,
      default_int_handler: defaultIntHandler,
    },
  };
};
