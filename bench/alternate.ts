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
