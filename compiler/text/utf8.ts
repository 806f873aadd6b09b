/** Length of the valid UTF-8 sequence at `at`, or 0. */
export function utf8Sequence(bytes: Uint8Array, at: number): number {
  const first = bytes[at];
  if (first < 0x80) return 1;
  if (first < 0xc2 || first > 0xf4) return 0;
  const second = bytes[at + 1];
  const length = first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
  if (first === 0xe0 && second < 0xa0) return 0;
  if (first === 0xed && second >= 0xa0) return 0;
  if (first === 0xf0 && second < 0x90) return 0;
  if (first === 0xf4 && second >= 0x90) return 0;
  for (let i = 1; i < length; i++) {
    if (!((bytes[at + i] & 0xc0) === 0x80)) return 0;
  }
  return length;
}

/** Index of the first byte that begins no valid UTF-8 sequence, or -1. */
export function firstInvalidUtf8(bytes: Uint8Array): number {
  for (let i = 0; i < bytes.length; ) {
    const length = bytes[i] < 0x80 ? 1 : utf8Sequence(bytes, i);
    if (length === 0) return i;
    i += length;
  }
  return -1;
}
