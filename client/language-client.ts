import * as vscode from 'vscode';
import {
  LanguageClient,
  type LanguageClientOptions,
  type ServerOptions,
  TransportKind,
} from 'vscode-languageclient/node';

/** Starts dist/server.js with the editor's own Node. It stops with the extension. */
export async function startLanguageClient(context: vscode.ExtensionContext): Promise<LanguageClient> {
  const module = context.asAbsolutePath('dist/server.js');
  const serverOptions: ServerOptions = {
    run: { module, transport: TransportKind.ipc },
    debug: { module, transport: TransportKind.ipc, options: { execArgv: ['--nolazy', '--inspect=6009'] } },
  };
  const clientOptions: LanguageClientOptions = {
    documentSelector: [{ language: 'python' }],
    synchronize: { configurationSection: 'coroscope' },
    initializationOptions: { settings: vscode.workspace.getConfiguration('coroscope') },
    markdown: { isTrusted: { enabledCommands: ['coroscope.showBytecode'] }, supportHtml: false },
  };
  const client = new LanguageClient('coroscope', 'Coroscope', serverOptions, clientOptions);
  context.subscriptions.push(client);
  await client.start();
  return client;
}
