import { PyDict } from '../../vm/objects/dict.ts';
import { PyList } from '../../vm/objects/list.ts';
import { type Slot, typeOf, type Value } from '../../vm/objects/object.ts';
import { PySet } from '../../vm/objects/set.ts';
import { PyTuple } from '../../vm/objects/tuple.ts';
import { repr } from '../../vm/operations/text.ts';
import { DebuggerError } from './errors.ts';
import type { Evaluator } from './evaluate.ts';

/** A value's text in a view is cut after about this many characters; `clipboard` gives all of it. */
const TEXT_LIMIT = 300;
/** How long a single __repr__ of the program's may take. */
const REPR_SECONDS = 1;

/** Texts of values as the views show them: repr(), cut short, never raising, never for long. */
export class Presenter {
  private readonly evaluator: Evaluator;
  constructor(evaluator: Evaluator) {
    this.evaluator = evaluator;
  }

  /** `undefined` is an empty place: an unbound local, or NULL on the stack. */
  text(value: Slot): string {
    if (value === undefined) return 'NULL';
    const out = new Writer(TEXT_LIMIT);
    this.write(value, out, []);
    return out.text();
  }

  /** All of repr(value). */
  fullText(value: Value): string {
    return this.evaluator.guarded(Number.POSITIVE_INFINITY, () => repr(value));
  }

  typeName(value: Slot): string | undefined {
    return value === undefined ? undefined : typeOf(value).tp_name;
  }

  private write(value: Value, out: Writer, above: Value[]): void {
    if (typeof value === 'string') {
      out.add(value.length > TEXT_LIMIT ? `${repr(value.slice(0, TEXT_LIMIT))}…` : repr(value));
      return;
    }
    if (typeof value === 'bigint') {
      out.add(bigintText(value));
      return;
    }
    if (typeof value !== 'object' || value === null || value.type.heap) {
      out.add(this.ownRepr(value));
      return;
    }
    if (value instanceof PyList) this.writeAll(value, '[', value.items, ']', out, above);
    else if (value instanceof PyTuple) {
      this.writeAll(value, '(', value.items, value.items.length === 1 ? ',)' : ')', out, above);
    } else if (value instanceof PyDict) this.writeDict(value, out, above);
    else if (value instanceof PySet && value.size > 20) this.writeSet(value, out, above);
    else out.add(this.ownRepr(value));
  }

  private writeAll(
    container: Value,
    open: string,
    items: Iterable<Value>,
    close: string,
    out: Writer,
    above: Value[],
  ): void {
    if (above.includes(container)) {
      out.add(`${open}...${close}`);
      return;
    }
    const within = [...above, container];
    out.add(open);
    let first = true;
    for (const item of items) {
      if (!first) out.add(', ');
      first = false;
      this.write(item, out, within);
      if (out.full) break;
    }
    out.add(close);
  }

  private writeDict(dict: PyDict, out: Writer, above: Value[]): void {
    if (above.includes(dict)) {
      out.add('{...}');
      return;
    }
    const within = [...above, dict];
    out.add('{');
    let first = true;
    for (const [key, value] of dict.entries()) {
      if (!first) out.add(', ');
      first = false;
      this.write(key, out, within);
      out.add(': ');
      this.write(value, out, within);
      if (out.full) break;
    }
    out.add('}');
  }

  private writeSet(set: PySet, out: Writer, above: Value[]): void {
    const frozen = set.type.tp_name === 'frozenset';
    this.writeAll(set, frozen ? 'frozenset({' : '{', set.items(), frozen ? '})' : '}', out, above);
  }

  /** The object's own repr(), which may be the program's code. */
  private ownRepr(value: Value): string {
    try {
      return this.evaluator.guarded(REPR_SECONDS, () => repr(value));
    } catch (error) {
      if (!(error instanceof DebuggerError)) throw error;
      return `<${typeOf(value).tp_name} object, whose __repr__ failed: ${error.message}>`;
    }
  }
}

/** Collects text up to a limit, then one ellipsis. */
class Writer {
  private readonly limit: number;
  private parts = '';
  constructor(limit: number) {
    this.limit = limit;
  }
  get full(): boolean {
    return this.parts.length > this.limit;
  }
  add(text: string): void {
    if (!this.full) this.parts += text;
  }
  text(): string {
    return this.full ? `${this.parts.slice(0, this.limit)}…` : this.parts;
  }
}

/** Decimal digits, or the size of what has too many to be worth computing. */
function bigintText(value: bigint): string {
  const bits = value.toString(16).length * 4;
  return bits > 12_000 ? `<int of about ${bits} bits>` : value.toString();
}
