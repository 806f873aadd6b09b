/** The words most like a given one, best first (difflib.get_close_matches). `cutoff` is the least ratio, 0 to 1. */
export function closeMatches(word: string, words: readonly string[], most: number, cutoff: number): string[] {
  const scored = words.map((each) => ({ each, score: ratio(each, word) })).filter(({ score }) => score >= cutoff);
  scored.sort((a, b) => b.score - a.score || (a.each < b.each ? 1 : -1));
  return scored.slice(0, most).map(({ each }) => each);
}

/** difflib.SequenceMatcher(None, a, b).ratio(). */
export function ratio(a: string, b: string): number {
  const length = a.length + b.length;
  return length === 0 ? 1 : (2 * matching(a, b)) / length;
}

/** How many characters the longest common run has, and those left and right of it, and so on. */
function matching(a: string, b: string): number {
  let size = 0;
  let startA = 0;
  let startB = 0;
  for (let i = 0; i < a.length; i++) {
    for (let j = 0; j < b.length; j++) {
      let run = 0;
      while (i + run < a.length && j + run < b.length && a[i + run] === b[j + run]) run++;
      if (run > size) {
        size = run;
        startA = i;
        startB = j;
      }
    }
  }
  if (size === 0) return 0;
  const before = matching(a.slice(0, startA), b.slice(0, startB));
  return before + size + matching(a.slice(startA + size), b.slice(startB + size));
}
