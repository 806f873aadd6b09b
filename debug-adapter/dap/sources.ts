import { readFileSync } from 'node:fs';
import type { DebugProtocol } from '@vscode/debugprotocol';
import type { SourceInfo, SourceRange } from '../core/model.ts';

/** What `initialize` says of how the client counts. */
export interface ClientCounting {
  readonly linesStartAt1: boolean;
  readonly columnsStartAt1: boolean;
}

/** Positions as the client counts them, and references for sources that are not files. */
export class Sources {
  counting: ClientCounting = { linesStartAt1: true, columnsStartAt1: true };
  private readonly lines = new Map<string, readonly string[]>();
  private readonly references = new Map<string, number>();
  private readonly paths: string[] = [];

  /** Forgets cached texts: files may have changed since the last session. */
  clear(): void {
    this.lines.clear();
  }

  toDap(source: SourceInfo): DebugProtocol.Source {
    return {
      name: source.name,
      path: source.path,
      ...(source.virtual && { sourceReference: this.reference(source.path), origin: originText[source.origin] }),
      ...(source.origin === 'library' && { presentationHint: 'deemphasize' as const }),
    };
  }

  /** The path behind a source reference. */
  path(reference: number): string | undefined {
    return this.paths[reference - 1];
  }

  line(line: number): number {
    return this.counting.linesStartAt1 ? line : line - 1;
  }

  fromClientLine(line: number): number {
    return this.counting.linesStartAt1 ? line : line + 1;
  }

  /** A range with columns in UTF-16 units, as the client counts. */
  range(
    source: SourceInfo,
    range: SourceRange,
  ): { line: number; column: number; endLine?: number; endColumn?: number } {
    const first = this.counting.columnsStartAt1 ? 1 : 0;
    const column = (line: number, bytes: number) => first + this.utf16Column(source, line, bytes);
    return {
      line: this.line(range.line),
      column: range.column === undefined ? first : column(range.line, range.column),
      ...(range.endLine !== undefined && { endLine: this.line(range.endLine) }),
      ...(range.endLine !== undefined &&
        range.endColumn !== undefined && { endColumn: column(range.endLine, range.endColumn) }),
    };
  }

  private reference(path: string): number {
    let reference = this.references.get(path);
    if (reference === undefined) {
      reference = this.paths.push(path);
      this.references.set(path, reference);
    }
    return reference;
  }

  private utf16Column(source: SourceInfo, line: number, bytes: number): number {
    if (source.virtual) return bytes;
    const text = this.textLines(source.path)[line - 1];
    return text === undefined ? bytes : utf16Length(text, bytes);
  }

  private textLines(path: string): readonly string[] {
    let lines = this.lines.get(path);
    if (lines === undefined) {
      try {
        lines = readFileSync(path, 'utf8').split(/\r\n|\r|\n/);
      } catch {
        // The program may have deleted its own file; columns then stay as they are.
        lines = [];
      }
      this.lines.set(path, lines);
    }
    return lines;
  }
}

const originText = { library: "Coroscope's Python library", string: 'text given to exec or eval', user: '' };

/** Length in UTF-16 units of the first `bytes` UTF-8 bytes of a line. */
export function utf16Length(line: string, bytes: number): number {
  let index = 0;
  for (let left = bytes; left > 0 && index < line.length; ) {
    const codePoint = line.codePointAt(index)!;
    left -= codePoint < 0x80 ? 1 : codePoint < 0x800 ? 2 : codePoint < 0x10000 ? 3 : 4;
    index += codePoint < 0x10000 ? 1 : 2;
  }
  return index;
}
