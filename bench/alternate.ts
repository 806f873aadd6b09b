import { readFileSync } from 'node:fs';

/**
 * Runs two measurements in turns, after one warm-up of each, and gives the seconds of every round. Alternating keeps
 * a machine whose speed drifts from favouring either side.
 */
export async function alternate(
  first: () => Promise<number>,
  second: () => Promise<number>,
  rounds: number,
): Promise<{ a: number[]; b: number[] }> {
  const a: number[] = [];
  const b: number[] = [];
  for (let round = -1; round < rounds; round++) {
    const x = await first();
    const y = await second();
    if (round >= 0) {
      a.push(x);
      b.push(y);
    }
  }
  return { a, b };
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((x, y) => x - y);
  const middle = sorted.length >> 1;
  return sorted.length % 2 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

/**
 * Seconds that the main thread has run, which don't grow with what else the machine does: from Linux's own account (to some
 * 4 ms), elsewhere by the clock.
 */
export function threadSeconds(): number {
  try {
    const account = readFileSync(`/proc/self/task/${process.pid}/schedstat`, 'latin1');
    return Number(account.slice(0, account.indexOf(' '))) / 1e9;
  } catch {
    return performance.now() / 1000;
  }
}
