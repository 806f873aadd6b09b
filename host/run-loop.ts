import { setFlagsFromString } from 'node:v8';

// Optimising the VM's run loop, a function of many thousand instructions, takes V8 some tenths of a second of a processor,
// several times over while it is still learning what the program does; and optimising what only the start uses never pays. A
// short program is done before that is of use.

/** What V8 may do at once, and while the program may still be a short one. */
const flags = [
  // The limit to the bytecode of functions that it optimises: below the run loop, above all other functions that matter.
  { name: '--max-optimized-bytecode-size', usual: 61_440, held: 8_000 },
  // How much bytecode a function runs until it is thought worth optimising.
  { name: '--interrupt-budget', usual: 67_584, held: 400_000 },
];

let held = false;

/** Has V8 leave the run loop as it is until optimizeRunLoop(), and wait longer with all else. */
export function holdRunLoop(): void {
  held = true;
  for (const flag of flags) setFlagsFromString(`${flag.name}=${flag.held}`);
}

export function optimizeRunLoop(): void {
  if (!held) return;
  held = false;
  for (const flag of flags) setFlagsFromString(`${flag.name}=${flag.usual}`);
}
