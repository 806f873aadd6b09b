const interned = new Map<string, string>();

/** One string object for each text of a name, so that comparisons and Map look-ups hit identity first. */
export function intern(text: string): string {
  const known = interned.get(text);
  if (known !== undefined) return known;
  interned.set(text, text);
  return text;
}
