import * as vscode from 'vscode';

const modes = ['off', 'summary', 'full'] as const;

const described: Record<(typeof modes)[number], string> = {
  off: 'Inline bytecode: off',
  summary: 'Inline bytecode: where functions suspend',
  full: 'Inline bytecode: every instruction',
};

/** off → summary → full → off, where the setting lives now: in the workspace if it was set there, else for the user. */
export async function cycleInlineBytecode(): Promise<void> {
  const configuration = vscode.workspace.getConfiguration('coroscope');
  const current = configuration.get<(typeof modes)[number]>('inlineBytecode', 'off');
  const next = modes[(modes.indexOf(current) + 1) % modes.length];
  const inWorkspace = configuration.inspect('inlineBytecode')?.workspaceValue !== undefined;
  const where = inWorkspace ? vscode.ConfigurationTarget.Workspace : vscode.ConfigurationTarget.Global;
  await configuration.update('inlineBytecode', next, where);
  vscode.window.setStatusBarMessage(described[next], 3000);
}
