import { existsSync } from 'node:fs';
import path from 'node:path';
import * as vscode from 'vscode';
import { freeName } from '../runs/folder-name';

/**
 * Opens a recipe in an editor as a new file that is not saved yet. It has a name that is free, so that saving overwrites
 * nothing, and that ends as the names of recipes do, so that its schema completes and checks it.
 * @param folder absolute; the recipe names its checkpoint from there
 * @param name without the ending
 */
export async function openRecipe(text: string, folder: string, name: string): Promise<void> {
  const fileOf = (stem: string): vscode.Uri => vscode.Uri.file(path.join(folder, `${stem}.recipe.json`));
  const isTaken = (stem: string): boolean => {
    const { fsPath } = fileOf(stem);
    return existsSync(fsPath) || vscode.workspace.textDocuments.some(({ uri }) => uri.fsPath === fsPath);
  };
  const uri = fileOf(freeName(name, isTaken)).with({ scheme: 'untitled' });
  const document = await vscode.workspace.openTextDocument(uri);
  const edit = new vscode.WorkspaceEdit();
  edit.insert(uri, new vscode.Position(0, 0), text);
  await vscode.workspace.applyEdit(edit);
  await vscode.window.showTextDocument(document, { preview: false });
}
