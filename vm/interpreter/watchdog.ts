import { vm } from './state.ts';

/** What is to be done when a program hasn't called it off in time, wherever it then is (faulthandler.dump_traceback_later). */
export interface Watchdog {
  /** By host.monotonic(). */
  readonly deadline: bigint;
  /** May set another one, and may end the process. */
  expire(): void;
}

/** Lets the watchdog act when its time has come. Called when fuel has run out, and before and after sleeping. */
export function checkWatchdog(): void {
  const { watchdog } = vm;
  if (watchdog === undefined || watchdog.deadline > vm.host.monotonic()) return;
  vm.watchdog = undefined;
  watchdog.expire();
}
