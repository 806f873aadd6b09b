import { writeFileSync } from 'node:fs';
import * as vscode from 'vscode';
import { registerBytecodeDocuments } from './bytecode-document.ts';
import { registerDebugging } from './debugging.ts';
import { cycleInlineBytecode } from './inline-bytecode.ts';
import { startLanguageClient } from './language-client.ts';

export async function activate(context: vscode.ExtensionContext): Promise<void> {
  registerDebugging(context);
  const client = await startLanguageClient(context);
  registerBytecodeDocuments(context, client);
  context.subscriptions.push(vscode.commands.registerCommand('coroscope.cycleInlineBytecode', cycleInlineBytecode));
  // `npm start -- --check` waits for this file: the only sign an editor in another process can give.
  const started = process.env['COROSCOPE_STARTED'];
  if (started)
    writeFileSync(started, `VS Code ${vscode.version}, Coroscope ${context.extension.packageJSON.version}\n`);
}
