import { fileURLToPath } from 'node:url';
import {
  type CancellationToken,
  createConnection,
  LSPErrorCodes,
  ProposedFeatures,
  ResponseError,
  type TextDocumentIdentifier,
  TextDocumentSyncKind,
  TextDocuments,
} from 'vscode-languageserver/node';
import { TextDocument } from 'vscode-languageserver-textdocument';
import { fromPosition, linkIn, toBytecodeAnswer, toCodeLens, toDiagnostic, toHover, toInlayHint } from './convert.ts';
import { bytecodeText } from './features/bytecode-document.ts';
import { hover } from './features/hover.ts';
import { inlineBytecode } from './features/inline-bytecode.ts';
import { lenses } from './features/lenses.ts';
import { Program } from './program.ts';
import { readSettings } from './settings.ts';

/** How long a document must rest before its diagnostics are renewed. */
const DIAGNOSTICS_DELAY = 150;

const connection = createConnection(ProposedFeatures.all);
const documents = new TextDocuments(TextDocument);
const programs = new Map<string, { version: number; program: Program }>();
const pendingDiagnostics = new Map<string, NodeJS.Timeout>();
let settings = readSettings(undefined);
let canRefreshHints = false;
let canRefreshLenses = false;

connection.onInitialize(({ capabilities, initializationOptions }) => {
  settings = readSettings(initializationOptions?.settings);
  canRefreshHints = capabilities.workspace?.inlayHint?.refreshSupport ?? false;
  canRefreshLenses = capabilities.workspace?.codeLens?.refreshSupport ?? false;
  return {
    serverInfo: { name: 'coroscope' },
    capabilities: {
      textDocumentSync: TextDocumentSyncKind.Incremental,
      hoverProvider: true,
      inlayHintProvider: true,
      codeLensProvider: {},
    },
  };
});

connection.onDidChangeConfiguration(({ settings: given }) => {
  settings = readSettings(given?.coroscope);
  for (const document of documents.all()) scheduleDiagnostics(document, 0);
  if (canRefreshHints) connection.languages.inlayHint.refresh();
  if (canRefreshLenses) connection.sendRequest('workspace/codeLens/refresh');
});

documents.onDidChangeContent(({ document }) => scheduleDiagnostics(document, DIAGNOSTICS_DELAY));
documents.onDidClose(({ document: { uri } }) => {
  clearTimeout(pendingDiagnostics.get(uri));
  pendingDiagnostics.delete(uri);
  programs.delete(uri);
  connection.sendDiagnostics({ uri, diagnostics: [] });
});

connection.onHover(({ textDocument, position }, token) =>
  answer(textDocument, token, null, (program) => {
    const { line, column } = fromPosition(program, position);
    const found = hover(program, line, column, linkIn(program));
    return found ? toHover(program, found) : null;
  }),
);

connection.languages.inlayHint.on(({ textDocument, range }, token) =>
  answer(textDocument, token, [], (program) =>
    inlineBytecode(program, settings.inlineBytecode, range.start.line + 1, range.end.line + 1).map((hint) =>
      toInlayHint(program, hint),
    ),
  ),
);

connection.onCodeLens(({ textDocument }, token) =>
  answer(textDocument, token, [], (program) =>
    settings.codeLens ? lenses(program).map((lens) => toCodeLens(program, lens)) : [],
  ),
);

connection.onRequest('coroscope/bytecode', ({ textDocument }: { textDocument: TextDocumentIdentifier }, token) =>
  answer(textDocument, token, { text: '', sources: [], functions: [] }, (program) =>
    toBytecodeAnswer(program, bytecodeText(program)),
  ),
);

documents.listen(connection);
connection.listen();

/**
 * Computes an answer from a document's program. What has been cancelled by now, or asked of a text that has changed
 * meanwhile, is not computed.
 */
async function answer<T>(
  { uri }: TextDocumentIdentifier,
  token: CancellationToken,
  unknown: T,
  compute: (program: Program) => T,
): Promise<T> {
  const asked = documents.get(uri);
  if (asked === undefined) return unknown;
  const { version } = asked;
  // Lets messages that wait in the pipe, such as cancellations, take effect first.
  await new Promise(setImmediate);
  if (token.isCancellationRequested) throw new ResponseError(LSPErrorCodes.RequestCancelled, 'cancelled');
  const document = documents.get(uri);
  if (document?.version !== version) throw new ResponseError(LSPErrorCodes.ContentModified, 'the document has changed');
  return compute(programOf(document));
}

function programOf(document: TextDocument): Program {
  const { uri, version } = document;
  const known = programs.get(uri);
  if (known?.version === version && known.program.target === settings.target) return known.program;
  const filename = uri.startsWith('file:') ? fileURLToPath(uri) : uri;
  const program = new Program(uri, filename, document.getText(), settings.target);
  programs.set(uri, { version, program });
  return program;
}

function scheduleDiagnostics({ uri }: TextDocument, delay: number): void {
  clearTimeout(pendingDiagnostics.get(uri));
  pendingDiagnostics.set(
    uri,
    setTimeout(() => {
      const document = documents.get(uri);
      pendingDiagnostics.delete(uri);
      if (document === undefined) return;
      try {
        const program = programOf(document);
        const diagnostics = program.compilation.diagnostics.map((diagnostic) => toDiagnostic(program, diagnostic));
        connection.sendDiagnostics({ uri, version: document.version, diagnostics });
      } catch (error) {
        // A fault of ours in one document must not end the service for the others; requests report theirs themselves.
        connection.console.error(`${uri}: ${error instanceof Error ? (error.stack ?? error.message) : error}`);
      }
    }, delay),
  );
}
