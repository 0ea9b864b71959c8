import * as vscode from 'vscode';

/** The paths of the folders of the workspace that lie on this machine. */
export const workspaceFolders = (): string[] =>
  (vscode.workspace.workspaceFolders ?? []).filter(({ uri }) => uri.scheme === 'file').map(({ uri }) => uri.fsPath);
