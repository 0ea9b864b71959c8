import { existsSync } from 'node:fs';
import path from 'node:path';
import * as vscode from 'vscode';
import { t } from '../../protocol/l10n';
import { folderNameProblem, freeName } from '../runs/folder-name';
import type { RunStarter } from '../runs/run-starter';
import type { Scanner } from '../scan/scanner';
import { requireTrust } from '../trust';
import { pickRecipe } from './pick-checkpoint';
import { parseRecipe, recipeName } from './recipe-file';
import { plain } from '../ui/plain';

/** The services that the command uses. */
export interface RecipeTools {
  readonly scanner: Scanner;
  readonly runStarter: RunStarter;
}

/** Runs a recipe into a new folder beside it. */
export async function runRecipe({ scanner, runStarter }: RecipeTools, target: unknown): Promise<void> {
  requireTrust(t('Running a recipe'));
  const uri = await pickRecipe(scanner, target);
  if (!uri) return;
  const document = await vscode.workspace.openTextDocument(uri);
  // The person means the text on the screen.
  if (document.isDirty) await document.save();
  const recipe = parseRecipe(document.getText(), path.basename(uri.fsPath));
  const parent = path.dirname(uri.fsPath);
  const taken = (name: string): boolean => existsSync(path.join(parent, name));
  const name = recipeName(uri.fsPath);
  const problemOf = (text: string): string | undefined => {
    const problem = folderNameProblem(text, taken);
    return problem === undefined ? undefined : plain(problem);
  };
  const folder = await vscode.window.showInputBox({
    title: plain(t('Secateur: Run {0}', name)),
    prompt: t('Name of the new folder for the results, beside the recipe'),
    value: freeName(`${name}-run`, taken),
    validateInput: (text) => problemOf(text),
  });
  if (folder === undefined) return;
  runStarter.start({
    title: t('Recipe {0}', name),
    recipe,
    baseFolder: parent,
    out: path.join(parent, folder),
    resume: false,
  });
}
