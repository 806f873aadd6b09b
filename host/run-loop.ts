import { setFlagsFromString } from 'node:v8';

// Optimising the VM's run loop, a function of many thousand instructions, takes V8 some tenths of a second of a processor,
// several times over while it is still learning what the program does. A short program is done before that is of use.

/** V8's own limit to the bytecode of functions that it optimises. */
const DEFAULT_LIMIT = 61_440;
/** Below the run loop, above all other functions that matter. */
const WITHOUT_RUN_LOOP = 8_000;

let held = false;

/** Has V8 leave the run loop as it is until optimizeRunLoop(). */
export function holdRunLoop(): void {
  held = true;
  setFlagsFromString(`--max-optimized-bytecode-size=${WITHOUT_RUN_LOOP}`);
}

export function optimizeRunLoop(): void {
  if (!held) return;
  held = false;
  setFlagsFromString(`--max-optimized-bytecode-size=${DEFAULT_LIMIT}`);
}
