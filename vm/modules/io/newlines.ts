import { PyBytes } from '../../objects/bytes.ts';
import { defineType } from '../../objects/define.ts';
import { typeError } from '../../objects/exception.ts';
import { type KwNames, newType, PyObject, type PyType, type Slot, typeOf, type Value } from '../../objects/object.ts';
import { BuiltinDef } from '../../objects/signature.ts';
import { stringOf } from '../../objects/str.ts';
import { PyTuple, tupleOf } from '../../objects/tuple.ts';
import { index } from '../../operations/arithmetic.ts';
import { callMethod } from '../../operations/attribute.ts';
import { isTrue } from '../../operations/truth.ts';

/** Bits of what line endings have been seen. */
export const enum SeenNewline {
  CR = 1,
  LF = 2,
  CRLF = 4,
}

/** Universal newlines: notes line endings, and makes them all '\n' when it translates. Plain text in, plain text out. */
export class NewlineTranslator {
  seen = 0;
  /** A '\r' at the end of the last input, kept since a '\n' may follow. */
  pendingCR = false;
  readonly translate: boolean;
  constructor(translate: boolean) {
    this.translate = translate;
  }

  decode(input: string, final: boolean): string {
    let text = input;
    if (this.pendingCR && (text.length > 0 || final)) {
      text = `\r${text}`;
      this.pendingCR = false;
    }
    if (!final && text.endsWith('\r')) {
      text = text.slice(0, -1);
      this.pendingCR = true;
    }
    if (!text.includes('\r')) {
      if (text.includes('\n')) this.seen |= SeenNewline.LF;
      return text;
    }
    if (text.includes('\r\n')) this.seen |= SeenNewline.CRLF;
    if (/(?:^|[^\r])\n/.test(text)) this.seen |= SeenNewline.LF;
    if (/\r(?!\n)/.test(text)) this.seen |= SeenNewline.CR;
    return this.translate ? text.replace(/\r\n?/g, '\n') : text;
  }

  reset(): void {
    this.seen = 0;
    this.pendingCR = false;
  }

  /** The `newlines` attribute. */
  get newlines(): Value {
    const kinds: string[] = [];
    if (this.seen & SeenNewline.CR) kinds.push('\r');
    if (this.seen & SeenNewline.LF) kinds.push('\n');
    if (this.seen & SeenNewline.CRLF) kinds.push('\r\n');
    if (kinds.length === 0) return null;
    return kinds.length === 1 ? kinds[0] : tupleOf(kinds);
  }
}

class IncrementalNewlineDecoder extends PyObject {
  decoder: Value = null;
  translator = new NewlineTranslator(false);
}

const binder = new BuiltinDef(
  'IncrementalNewlineDecoder',
  'IncrementalNewlineDecoder',
  "(decoder, translate, errors='strict')",
  () => null,
  false,
  null,
);

export const incrementalNewlineDecoderType = defineType(newType('_io.IncrementalNewlineDecoder'), {
  module: '_io',
  doc: 'Codec used when reading a file in universal newlines mode.',
  signature: "(decoder, translate, errors='strict')",
  allocate: (type) => new IncrementalNewlineDecoder(type),
  tp_new: (type: PyType) => new IncrementalNewlineDecoder(type),
  tp_init(self: IncrementalNewlineDecoder, args: Value[], kwNames: KwNames) {
    const [decoder, translate] = binder.bind(args, kwNames) as Value[];
    self.decoder = decoder;
    self.translator = new NewlineTranslator(isTrue(translate));
  },
  methods: {
    decode: [
      '($self, input, final=False)',
      (self: IncrementalNewlineDecoder, input: Value, final: Slot) => {
        const isFinal = final !== undefined && isTrue(final);
        const decoded = self.decoder === null ? input : callMethod(self.decoder, 'decode', input, isFinal);
        const text = stringOf(decoded);
        if (text === undefined)
          throw typeError(`decoder should return a string result, not '${typeOf(decoded).tp_name}'`);
        return self.translator.decode(text, isFinal);
      },
    ],
    getstate: [
      '($self, /)',
      (self: IncrementalNewlineDecoder) => {
        let buffer: Value = new PyBytes(new Uint8Array(0));
        let flag: number | bigint = 0;
        if (self.decoder !== null) {
          const state = callMethod(self.decoder, 'getstate');
          if (!(state instanceof PyTuple)) throw typeError('illegal decoder state');
          [buffer] = state.items;
          flag = index(state.items[1]);
        }
        return tupleOf([buffer, Number(flag) * 2 + Number(self.translator.pendingCR)]);
      },
    ],
    setstate: [
      '($self, state, /)',
      (self: IncrementalNewlineDecoder, state: Value) => {
        if (!(state instanceof PyTuple) || state.items.length !== 2) throw typeError('state argument must be a tuple');
        const flag = Number(index(state.items[1]));
        self.translator.pendingCR = (flag & 1) === 1;
        if (self.decoder !== null) {
          callMethod(self.decoder, 'setstate', tupleOf([state.items[0], Math.floor(flag / 2)]));
        }
      },
    ],
    reset: [
      '($self, /)',
      (self: IncrementalNewlineDecoder) => {
        self.translator.reset();
        if (self.decoder !== null) callMethod(self.decoder, 'reset');
      },
    ],
  },
  getset: {
    newlines: [(self: IncrementalNewlineDecoder) => self.translator.newlines],
  },
});

/** Length in units of the line that starts at `from`, its end included; -1 when no end is in sight. */
export function lineEnd(text: string, from: number, newline: string | null, translated: boolean): number {
  if (newline === null || newline === '\n' || translated) {
    const at = text.indexOf('\n', from);
    return at < 0 ? -1 : at + 1;
  }
  if (newline !== '') {
    const at = text.indexOf(newline, from);
    return at < 0 ? -1 : at + newline.length;
  }
  for (let at = from; at < text.length; at++) {
    const unit = text.charCodeAt(at);
    if (unit === 10) return at + 1;
    if (unit === 13) return text.charCodeAt(at + 1) === 10 ? at + 2 : at + 1;
  }
  return -1;
}
