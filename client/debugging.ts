import * as vscode from 'vscode';

const debugType = 'coroscope';

// biome-ignore lint/suspicious/noTemplateCurlyInString: the editor replaces it.
const activeFile = '${file}';

export function registerDebugging(context: vscode.ExtensionContext): void {
  context.subscriptions.push(
    vscode.debug.registerDebugConfigurationProvider(debugType, configurationProvider),
    vscode.debug.registerDebugAdapterDescriptorFactory(debugType, {
      // The editor's own executable is a Node when told so: users need none of their own.
      createDebugAdapterDescriptor: () =>
        new vscode.DebugAdapterExecutable(process.execPath, [context.asAbsolutePath('dist/debug-adapter.js')], {
          env: { ELECTRON_RUN_AS_NODE: '1' },
        }),
    }),
    vscode.commands.registerCommand('coroscope.debugFile', (file?: vscode.Uri) => start(file, { noDebug: false })),
    vscode.commands.registerCommand('coroscope.runFile', (file?: vscode.Uri) => start(file, { noDebug: true })),
  );
}

const configurationProvider: vscode.DebugConfigurationProvider = {
  provideDebugConfigurations: () => [launchOf(activeFile)],

  /** Completes a configuration; F5 without a launch.json arrives here with an empty one. */
  resolveDebugConfiguration(_folder, configuration) {
    const empty = !configuration.type && !configuration.request && !configuration.name;
    const editor = vscode.window.activeTextEditor;
    if (empty) {
      if (editor?.document.languageId !== 'python') return undefined;
      Object.assign(configuration, launchOf(activeFile));
    }
    configuration['program'] ??= activeFile;
    const settings = vscode.workspace.getConfiguration('coroscope');
    configuration['target'] ??= settings.get<string>('target');
    return configuration;
  },

  /** By now variables are replaced, and the editor has saved its files. */
  resolveDebugConfigurationWithSubstitutedVariables(folder, configuration) {
    const program = vscode.Uri.file(String(configuration['program']));
    configuration['cwd'] ??= folder?.uri.fsPath ?? vscode.Uri.joinPath(program, '..').fsPath;
    return configuration;
  },
};

async function start(file: vscode.Uri | undefined, { noDebug }: { noDebug: boolean }): Promise<void> {
  const editor = vscode.window.activeTextEditor;
  // Programs run from files: an untitled document asks for its name first.
  if (editor?.document.isUntitled && !(await editor.document.save())) return;
  const uri = editor?.document.isUntitled === false ? (file ?? editor.document.uri) : file;
  if (uri === undefined) return;
  await vscode.debug.startDebugging(vscode.workspace.getWorkspaceFolder(uri), launchOf(uri.fsPath), { noDebug });
}

function launchOf(program: string): vscode.DebugConfiguration {
  return { type: debugType, request: 'launch', name: 'Coroscope: current file', program };
}
