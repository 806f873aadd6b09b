const MOVE_COST = 2;
const CASE_COST = 1;
const MAX_NAME = 40;
const MAX_CANDIDATES = 750;

/** The name of `names` most like `wrong`, if any is like enough (Python/suggestions.c, _Py_CalculateSuggestions). */
export function suggestName(wrong: string, names: readonly string[]): string | undefined {
  if (names.length >= MAX_CANDIDATES || wrong.length > MAX_NAME) return undefined;
  let best: string | undefined;
  let bestDistance = Number.MAX_SAFE_INTEGER;
  for (const name of names) {
    if (name === wrong) continue;
    const most = Math.min(Math.trunc(((wrong.length + name.length + 3) * MOVE_COST) / 6), bestDistance - 1);
    const distance = editDistance(wrong, name, most);
    if (distance > most) continue;
    if (best === undefined || distance < bestDistance) {
      best = name;
      bestDistance = distance;
    }
  }
  return best;
}

export const suggestKeyword = suggestName;

function substitutionCost(a: string, b: string): number {
  if (a === b) return 0;
  return a.toLowerCase() === b.toLowerCase() ? CASE_COST : MOVE_COST;
}

/** Levenshtein distance where a change of case costs half; anything above `most` gives `most + 1`. */
function editDistance(a: string, b: string, most: number): number {
  if (a === b) return 0;
  let start = 0;
  while (start < a.length && start < b.length && a[start] === b[start]) start++;
  let left = a.slice(start);
  let right = b.slice(start);
  let tail = 0;
  while (tail < left.length && tail < right.length && left[left.length - 1 - tail] === right[right.length - 1 - tail]) {
    tail++;
  }
  if (tail > 0) {
    left = left.slice(0, -tail);
    right = right.slice(0, -tail);
  }
  if (left.length === 0 || right.length === 0) return (left.length + right.length) * MOVE_COST;
  if (left.length > MAX_NAME || right.length > MAX_NAME) return most + 1;
  if (right.length < left.length) [left, right] = [right, left];
  if ((right.length - left.length) * MOVE_COST > most) return most + 1;
  const row = Array.from({ length: left.length }, (_, i) => (i + 1) * MOVE_COST);
  let result = 0;
  for (let j = 0; j < right.length; j++) {
    let distance = j * MOVE_COST;
    result = distance;
    let minimum = Number.MAX_SAFE_INTEGER;
    for (let i = 0; i < left.length; i++) {
      const substitute = distance + substitutionCost(right[j], left[i]);
      distance = row[i];
      const insertDelete = Math.min(result, distance) + MOVE_COST;
      result = Math.min(insertDelete, substitute);
      row[i] = result;
      if (result < minimum) minimum = result;
    }
    if (minimum > most) return most + 1;
  }
  return result;
}
