import path from 'node:path';
import * as vscode from 'vscode';
import { CONTEXT } from '../constants';
import type { Scanner } from './scanner';

/** Keeps the context keys that let menus recognize checkpoints and recipes under any file name, and folders of a model.json. */
export function keepContextKeys(scanner: Scanner): vscode.Disposable {
  const update = (): void => {
    setKeys(CONTEXT.checkpoints, scanner.checkpoints);
    setKeys(CONTEXT.recipes, scanner.recipes);
    setKeys(
      CONTEXT.checkpointFolders,
      scanner.checkpoints.flatMap((file) => (path.basename(file) === 'model.json' ? [path.dirname(file)] : [])),
    );
  };
  update();
  return scanner.onDidChange(update);
}

/** `resourcePath` is the path of a local file, but the URI's path of a remote one: both are keys. */
function setKeys(key: string, files: readonly string[]): void {
  const paths = files.flatMap((file) => [file, vscode.Uri.file(file).path]);
  void vscode.commands.executeCommand('setContext', key, Object.fromEntries(paths.map((each) => [each, true])));
}
