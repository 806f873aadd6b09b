import { ByteWriter } from './byte-writer.ts';
import { type DecodeHandler, type EncodeHandler, UnicodeProblem } from './errors.ts';
import type { Decoded } from './utf8.ts';

/** Little or big, or as a byte order mark says (little without one). */
export const enum ByteOrder {
  Little = -1,
  Native = 0,
  Big = 1,
}

export interface DecodedWithOrder extends Decoded {
  order: ByteOrder;
}

const suffix = (order: ByteOrder): string =>
  order === ByteOrder.Little ? '-le' : order === ByteOrder.Big ? '-be' : '';

/** Decodes UTF-16 (PyUnicode_DecodeUTF16Stateful, 3.14). */
export function decodeUtf16(
  bytes: Uint8Array,
  order: ByteOrder,
  onError: DecodeHandler,
  final = true,
): DecodedWithOrder {
  let at = 0;
  let found = order;
  if (order === ByteOrder.Native && bytes.length >= 2) {
    const mark = bytes[0] | (bytes[1] << 8);
    if (mark === 0xfeff || mark === 0xfffe) {
      found = mark === 0xfeff ? ByteOrder.Little : ByteOrder.Big;
      at = 2;
    }
  }
  const encoding = found === ByteOrder.Big ? 'utf-16-be' : 'utf-16-le';
  const high = found === ByteOrder.Big ? 0 : 1;
  const unitAt = (offset: number): number => (bytes[offset + high] << 8) | bytes[offset + 1 - high];
  let text = '';
  while (at < bytes.length) {
    let end: number;
    let reason: string;
    if (bytes.length - at < 2) {
      if (!final) break;
      end = bytes.length;
      reason = 'truncated data';
    } else {
      const unit = unitAt(at);
      if ((unit & 0xf800) !== 0xd800) {
        text += String.fromCharCode(unit);
        at += 2;
        continue;
      }
      end = at + 2;
      if (unit >= 0xdc00) {
        reason = 'illegal encoding';
      } else if (bytes.length - at < 4) {
        if (!final) break;
        end = bytes.length;
        reason = 'unexpected end of data';
      } else {
        const second = unitAt(at + 2);
        if ((second & 0xfc00) === 0xdc00) {
          text += String.fromCharCode(unit, second);
          at += 4;
          continue;
        }
        reason = 'illegal UTF-16 surrogate';
      }
    }
    const repair = onError(new UnicodeProblem(encoding, bytes, at, end, reason));
    text += repair.replacement;
    at = repair.position;
  }
  return { text, consumed: at, order: found };
}

/** Decodes UTF-32 (PyUnicode_DecodeUTF32Stateful, 3.14). */
export function decodeUtf32(
  bytes: Uint8Array,
  order: ByteOrder,
  onError: DecodeHandler,
  final = true,
): DecodedWithOrder {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  let at = 0;
  let found = order;
  if (order === ByteOrder.Native && bytes.length >= 4) {
    const mark = view.getUint32(0, true);
    if (mark === 0xfeff || mark === 0xfffe0000) {
      found = mark === 0xfeff ? ByteOrder.Little : ByteOrder.Big;
      at = 4;
    }
  }
  const encoding = found === ByteOrder.Big ? 'utf-32-be' : 'utf-32-le';
  let text = '';
  while (at < bytes.length) {
    let end = at + 4;
    let reason: string;
    if (end > bytes.length) {
      if (!final) break;
      end = bytes.length;
      reason = 'truncated data';
    } else {
      const codePoint = view.getUint32(at, found !== ByteOrder.Big);
      if (codePoint < 0x110000 && (codePoint & ~0x7ff) !== 0xd800) {
        text += String.fromCodePoint(codePoint);
        at += 4;
        continue;
      }
      reason =
        codePoint < 0x110000
          ? 'code point in surrogate code point range(0xd800, 0xe000)'
          : 'code point not in range(0x110000)';
    }
    const repair = onError(new UnicodeProblem(encoding, bytes, at, end, reason));
    text += repair.replacement;
    at = repair.position;
  }
  return { text, consumed: at, order: found };
}

/** Encodes UTF-16, with a byte order mark when the order is native (_PyUnicode_EncodeUTF16). */
export function encodeUtf16(text: string, order: ByteOrder, onError: EncodeHandler): Uint8Array<ArrayBuffer> {
  return encodeWide(text, order, 2, onError);
}

/** Encodes UTF-32. */
export function encodeUtf32(text: string, order: ByteOrder, onError: EncodeHandler): Uint8Array<ArrayBuffer> {
  return encodeWide(text, order, 4, onError);
}

function encodeWide(text: string, order: ByteOrder, width: 2 | 4, onError: EncodeHandler): Uint8Array<ArrayBuffer> {
  const points = Array.from(text, (character) => character.codePointAt(0)!);
  const writer = new ByteWriter(width * (points.length + 1));
  const bigEndian = order === ByteOrder.Big;
  const pushUnit = (unit: number): void => {
    for (let i = 0; i < width; i++) writer.push((unit >>> (8 * (bigEndian ? width - 1 - i : i))) & 0xff);
  };
  const push = (codePoint: number): void => {
    if (width === 4 || codePoint < 0x10000) {
      pushUnit(codePoint);
    } else {
      pushUnit(0xd800 | ((codePoint - 0x10000) >> 10));
      pushUnit(0xdc00 | (codePoint & 0x3ff));
    }
  };
  if (order === ByteOrder.Native) pushUnit(0xfeff);
  for (let i = 0; i < points.length; ) {
    if ((points[i] & ~0x7ff) !== 0xd800) {
      push(points[i++]);
      continue;
    }
    const encoding = `utf-${8 * width}${suffix(order)}`;
    const problem = new UnicodeProblem(encoding, text, i, i + 1, 'surrogates not allowed');
    const { replacement, position } = onError(problem);
    if (typeof replacement !== 'string') {
      if (replacement.length % width !== 0) throw problem;
      writer.pushAll(replacement);
    } else {
      for (let k = 0; k < replacement.length; k++) {
        if (replacement.charCodeAt(k) > 0x7f) throw problem;
        pushUnit(replacement.charCodeAt(k));
      }
    }
    i = position;
  }
  return writer.finish();
}
