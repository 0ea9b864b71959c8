import * as vscode from 'vscode';
import { RECIPE_SCHEMA_URI } from './constants';

/** Serves the recipe schema at the address of `$schema`, so that editors complete a recipe under any file name. */
export function serveRecipeSchema(extensionUri: vscode.Uri): vscode.Disposable {
  const { scheme } = vscode.Uri.parse(RECIPE_SCHEMA_URI);
  return vscode.workspace.registerTextDocumentContentProvider(scheme, {
    async provideTextDocumentContent() {
      const file = vscode.Uri.joinPath(extensionUri, 'schemas', 'recipe.schema.json');
      return new TextDecoder().decode(await vscode.workspace.fs.readFile(file));
    },
  });
}
