import * as vscode from 'vscode';
import { CONTEXT } from '../constants';
import type { Scanner } from './scanner';

/** Keeps the context keys by which menus know checkpoints and recipes, whatever the files are called. */
export function keepContextKeys(scanner: Scanner): vscode.Disposable {
  const update = (): void => {
    setKeys(CONTEXT.checkpoints, scanner.checkpoints);
    setKeys(CONTEXT.recipes, scanner.recipes);
  };
  update();
  return scanner.onDidChange(update);
}

/** `resourcePath` is the file system's path of a local file, and the URI's path of a remote one: both are keys. */
function setKeys(key: string, files: readonly string[]): void {
  const paths = files.flatMap((file) => [file, vscode.Uri.file(file).path]);
  void vscode.commands.executeCommand('setContext', key, Object.fromEntries(paths.map((path) => [path, true])));
}
