import * as vscode from 'vscode';
import type { LanguageClient } from 'vscode-languageclient/node';

const scheme = 'coroscope-bytecode';

/** What the server answers to `coroscope/bytecode`: a listing, and where each of its lines comes from. */
interface BytecodeListing {
  readonly text: string;
  /** One entry per line of text: the range of source it was compiled from, or null. */
  readonly sources: readonly (SourceRange | null)[];
  /** The line of the listing at which the code of a function begins, by its first line in the source. */
  readonly functions: readonly { readonly sourceLine: number; readonly line: number }[];
}

interface SourceRange {
  readonly start: { readonly line: number; readonly character: number };
  readonly end: { readonly line: number; readonly character: number };
}

/** The listing of a file as a read-only document beside it; both show which code belongs to the cursor in the other. */
export function registerBytecodeDocuments(context: vscode.ExtensionContext, client: LanguageClient): void {
  const documents = new BytecodeDocuments(client);
  context.subscriptions.push(
    documents,
    vscode.workspace.registerTextDocumentContentProvider(scheme, documents),
    vscode.commands.registerCommand('coroscope.showBytecode', (uri?: vscode.Uri | string, line?: number) =>
      documents.show(uri, line),
    ),
    vscode.workspace.onDidChangeTextDocument(({ document }) => documents.sourceChanged(document.uri)),
    vscode.workspace.onDidCloseTextDocument((document) => documents.closed(document.uri)),
    vscode.workspace.onDidChangeConfiguration((event) => {
      if (event.affectsConfiguration('coroscope.target')) documents.allChanged();
    }),
    vscode.window.onDidChangeTextEditorSelection(({ textEditor }) => documents.follow(textEditor)),
  );
}

class BytecodeDocuments implements vscode.TextDocumentContentProvider, vscode.Disposable {
  readonly #client: LanguageClient;
  readonly #changed = new vscode.EventEmitter<vscode.Uri>();
  readonly #listings = new Map<string, BytecodeListing>();
  readonly #pending = new Map<string, NodeJS.Timeout>();
  readonly #related = vscode.window.createTextEditorDecorationType({
    backgroundColor: new vscode.ThemeColor('editor.wordHighlightBackground'),
    overviewRulerColor: new vscode.ThemeColor('editorOverviewRuler.wordHighlightForeground'),
  });
  readonly #relatedLines = vscode.window.createTextEditorDecorationType({
    backgroundColor: new vscode.ThemeColor('editor.wordHighlightBackground'),
    isWholeLine: true,
  });

  readonly onDidChange = this.#changed.event;

  constructor(client: LanguageClient) {
    this.#client = client;
  }

  async provideTextDocumentContent(uri: vscode.Uri): Promise<string> {
    const source = sourceOf(uri);
    await vscode.workspace.openTextDocument(source);
    const listing = await this.#client.sendRequest<BytecodeListing>('coroscope/bytecode', {
      textDocument: { uri: this.#client.code2ProtocolConverter.asUri(source) },
    });
    this.#listings.set(uri.toString(), listing);
    return listing.text;
  }

  /** Opens the listing beside the source, at the function that begins in `line` (from 0) of the source, if told. */
  async show(given?: vscode.Uri | string, line?: number): Promise<void> {
    const source =
      typeof given === 'string' ? vscode.Uri.parse(given) : (given ?? vscode.window.activeTextEditor?.document.uri);
    if (source === undefined) return;
    const uri = listingOf(source);
    const document = await vscode.workspace.openTextDocument(uri);
    const editor = await vscode.window.showTextDocument(document, {
      viewColumn: vscode.ViewColumn.Beside,
      preserveFocus: true,
      preview: true,
    });
    const at = this.#listings.get(uri.toString())?.functions.find(({ sourceLine }) => sourceLine === line)?.line;
    if (at !== undefined) {
      const range = new vscode.Range(at, 0, at, 0);
      editor.revealRange(range, vscode.TextEditorRevealType.AtTop);
    }
    const sourceEditor = editorOf(source);
    if (sourceEditor && at === undefined) this.follow(sourceEditor);
  }

  /** Refreshes the listing of a source once its author pauses. */
  sourceChanged(source: vscode.Uri): void {
    if (source.scheme === scheme) return;
    const uri = listingOf(source);
    const key = uri.toString();
    if (!this.#listings.has(key)) return;
    clearTimeout(this.#pending.get(key));
    this.#pending.set(
      key,
      setTimeout(() => this.#changed.fire(uri), 300),
    );
  }

  allChanged(): void {
    for (const key of this.#listings.keys()) this.#changed.fire(vscode.Uri.parse(key));
  }

  closed(uri: vscode.Uri): void {
    const key = uri.toString();
    this.#listings.delete(key);
    clearTimeout(this.#pending.get(key));
    this.#pending.delete(key);
  }

  /** Marks in the other editor what belongs to the cursor in this one. */
  follow(editor: vscode.TextEditor): void {
    const { uri } = editor.document;
    if (uri.scheme === scheme) this.#followListing(editor, uri);
    else if (editor.document.languageId === 'python') this.#followSource(editor, uri);
  }

  #followListing(editor: vscode.TextEditor, uri: vscode.Uri): void {
    const source = editorOf(sourceOf(uri));
    const from = this.#listings.get(uri.toString())?.sources[editor.selection.active.line];
    editor.setDecorations(this.#relatedLines, []);
    if (source === undefined) return;
    const range = from && rangeOf(from);
    source.setDecorations(this.#related, range ? [range] : []);
    if (range) source.revealRange(range, vscode.TextEditorRevealType.InCenterIfOutsideViewport);
  }

  #followSource(editor: vscode.TextEditor, uri: vscode.Uri): void {
    const listingEditor = editorOf(listingOf(uri));
    const listing = this.#listings.get(listingOf(uri).toString());
    editor.setDecorations(this.#related, []);
    if (listingEditor === undefined || listing === undefined) return;
    const lines = belongingTo(listing, editor.selection.active);
    const ranges = lines.map((line) => new vscode.Range(line, 0, line, 0));
    listingEditor.setDecorations(this.#relatedLines, ranges);
    if (ranges.length > 0) {
      listingEditor.revealRange(
        ranges[0].union(ranges.at(-1) ?? ranges[0]),
        vscode.TextEditorRevealType.InCenterIfOutsideViewport,
      );
    }
  }

  dispose(): void {
    for (const timeout of this.#pending.values()) clearTimeout(timeout);
    this.#changed.dispose();
    this.#related.dispose();
    this.#relatedLines.dispose();
  }
}

/**
 * Lines of the listing for a position in the source: those of the smallest piece around it that begins in its line and has code;
 * between such pieces, all that begin in its line.
 */
function belongingTo({ sources }: BytecodeListing, position: vscode.Position): number[] {
  let smallest: vscode.Range | undefined;
  for (const source of sources) {
    const range = source && rangeOf(source);
    if (range?.start.line !== position.line) continue;
    if (range.contains(position) && (smallest === undefined || smallest.contains(range))) smallest = range;
  }
  const lines: number[] = [];
  sources.forEach((source, line) => {
    if (source === null) return;
    const belongs = smallest ? rangeOf(source).isEqual(smallest) : source.start.line === position.line;
    if (belongs) lines.push(line);
  });
  return lines;
}

const rangeOf = ({ start, end }: SourceRange): vscode.Range =>
  new vscode.Range(start.line, start.character, end.line, end.character);

const editorOf = (uri: vscode.Uri): vscode.TextEditor | undefined =>
  vscode.window.visibleTextEditors.find(({ document }) => document.uri.toString() === uri.toString());

/** `file:///a/b.py` is listed by `coroscope-bytecode:/a/b.py.bytecode?file:///a/b.py`. */
const listingOf = (source: vscode.Uri): vscode.Uri =>
  vscode.Uri.from({ scheme, path: `${source.path}.bytecode`, query: source.toString() });

const sourceOf = (listing: vscode.Uri): vscode.Uri => vscode.Uri.parse(listing.query);
