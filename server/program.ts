import type { CodeObject } from '../compiler/bytecode/code-object.ts';
import { stableCodeRepr } from '../compiler/bytecode/constant-repr.ts';
import { type Listing, listing } from '../compiler/bytecode/listing.ts';
import { codeObjectsInSourceOrder } from '../compiler/bytecode/nested-code.ts';
import { type Compilation, compile } from '../compiler/compile.ts';
import type { Target } from '../compiler/targets/target.ts';
import { type CodeSite, codeSites } from './code-sites.ts';

/** One version of a document, compiled. What features ask for is computed once, when first asked for. */
export class Program {
  readonly uri: string;
  readonly text: string;
  readonly target: Target;
  readonly compilation: Compilation;
  #codes: readonly CodeObject[] | undefined;
  #sites: readonly CodeSite[] | undefined;
  #lineStarts: readonly number[] | undefined;
  readonly #listings = new Map<CodeObject, Listing>();
  readonly #codeRepr = stableCodeRepr();

  constructor(uri: string, filename: string, text: string, target: Target) {
    this.uri = uri;
    this.text = text;
    this.target = target;
    this.compilation = compile(text, { filename, target });
  }

  /** Every code object of the file, in the order of the source; none where nothing could be compiled. */
  get codes(): readonly CodeObject[] {
    const { code } = this.compilation;
    this.#codes ??= code ? codeObjectsInSourceOrder(code) : [];
    return this.#codes;
  }

  /** Where in the source the code objects have their names and keywords. */
  get sites(): readonly CodeSite[] {
    this.#sites ??= codeSites(this);
    return this.#sites;
  }

  listing(code: CodeObject): Listing {
    let found = this.#listings.get(code);
    if (found === undefined) {
      found = listing(code, this.#codeRepr);
      this.#listings.set(code, found);
    }
    return found;
  }

  get lineCount(): number {
    return this.#starts.length;
  }

  /** A line's text without its end, counted from 1 as CPython does; empty beyond the file. */
  line(number: number): string {
    const start = this.#starts[number - 1];
    if (start === undefined) return '';
    const text = this.text.slice(start, this.#starts[number] ?? this.text.length);
    return text.replace(/\r?\n$|\r$/, '');
  }

  get #starts(): readonly number[] {
    if (this.#lineStarts === undefined) {
      const starts = [0];
      for (const { index, 0: end } of this.text.matchAll(/\r\n|\n|\r/g)) starts.push(index + end.length);
      this.#lineStarts = starts;
    }
    return this.#lineStarts;
  }
}
