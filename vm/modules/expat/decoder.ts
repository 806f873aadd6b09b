import { PyBytes } from '../../objects/bytes.ts';
import { valueError } from '../../objects/exception.ts';
import { stringOf } from '../../objects/str.ts';
import { callMethod } from '../../operations/attribute.ts';

/** Decodes a document piece by piece, by the encoding that was given, its byte order mark, or its declaration. */
export class XmlDecoder {
  private readonly given: string | undefined;
  private decode_: ((bytes: Uint8Array, final: boolean) => string) | undefined;
  private head: Uint8Array = new Uint8Array(0);
  /** Bytes have come that stand for nothing: what came before them was given out. */
  broken = false;

  constructor(encoding: string | undefined) {
    this.given = encoding;
  }

  decode(bytes: Uint8Array, final: boolean): string {
    if (this.decode_ !== undefined) return this.decode_(bytes, final);
    const head = new Uint8Array(this.head.length + bytes.length);
    head.set(this.head);
    head.set(bytes, this.head.length);
    this.head = head;
    const encoding = this.given ?? encodingOf(head, final);
    if (encoding === undefined) return '';
    this.decode_ = this.decoderOf(encoding);
    return this.decode_(head, final);
  }

  private decoderOf(encoding: string): (bytes: Uint8Array, final: boolean) => string {
    const name = encoding.toLowerCase();
    if (name === 'utf-8' || name === 'utf8' || name === 'us-ascii' || name === 'ascii') return this.streaming('utf-8');
    if (name.startsWith('utf-16')) {
      const isBig = name.endsWith('be') || (this.head[0] === 0xfe && this.head[1] === 0xff) || this.head[0] === 0;
      return this.streaming(isBig ? 'utf-16be' : 'utf-16le');
    }
    const table = tableOf(encoding);
    return (bytes) => Array.from(bytes, (byte) => table[byte]).join('');
  }

  private streaming(name: string): (bytes: Uint8Array, final: boolean) => string {
    const decoder = new TextDecoder(name, { fatal: true });
    return (bytes, final) => {
      try {
        return decoder.decode(bytes, { stream: !final });
      } catch {
        // What is right before the wrong bytes is read first, so that the error has its place.
        this.broken = true;
        return name === 'utf-8' ? soundStart(bytes) : '';
      }
    };
  }
}

/** The text before the first bytes that aren't UTF-8. */
function soundStart(bytes: Uint8Array): string {
  const text = new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes);
  return text.slice(0, Math.max(0, text.indexOf('\ufffd')));
}

/** The encoding by what a document begins with; undefined while that can't be said. */
function encodingOf(head: Uint8Array, final: boolean): string | undefined {
  if (head.length < 4 && !final) return undefined;
  if ((head[0] === 0xfe && head[1] === 0xff) || (head[0] === 0 && head[1] === 0x3c)) return 'utf-16be';
  if ((head[0] === 0xff && head[1] === 0xfe) || (head[0] === 0x3c && head[1] === 0)) return 'utf-16le';
  const start = String.fromCharCode(...head.subarray(0, 256));
  if (start.startsWith('\xef\xbb\xbf')) return 'utf-8';
  if (!start.startsWith('<?xml')) return 'utf-8';
  const end = start.indexOf('?>');
  if (end < 0 && !final && head.length < 256) return undefined;
  return /\sencoding\s*=\s*["']([A-Za-z][\w.-]*)["']/.exec(end < 0 ? start : start.slice(0, end))?.[1] ?? 'utf-8';
}

/** What each byte stands for in one of Python's own encodings (PyUnknownEncodingHandler). */
function tableOf(encoding: string): string {
  const all = new PyBytes(Uint8Array.from({ length: 256 }, (_, byte) => byte));
  const table = stringOf(callMethod(all, 'decode', encoding, 'replace')) ?? '';
  if (table.length !== 256) throw valueError('multi-byte encodings are not supported');
  return table;
}
