import assert from 'node:assert/strict';
import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { after, before, describe, it } from 'mocha';
import * as vscode from 'vscode';
import type { SecateurTestApi } from '../../../src/extension/api';
import { RECIPE_SCHEMA_URI } from '../../../src/extension/constants';
import { openRecipe } from '../../../src/extension/panel/open-recipe';
import { inWorkspace, secateur, until } from './support/extension';

describe('a recipe in the text editor', () => {
  let api: SecateurTestApi;
  const folder = () => inWorkspace('recipes');

  before(async () => {
    api = await secateur();
    mkdirSync(folder());
  });

  after(async () => {
    await vscode.commands.executeCommand('workbench.action.closeAllEditors');
    rmSync(folder(), { recursive: true, force: true });
  });

  /** The editor's complaints about a file, once there are any. */
  async function complaints(name: string, recipe: unknown): Promise<string[]> {
    const uri = vscode.Uri.file(path.join(folder(), name));
    writeFileSync(uri.fsPath, JSON.stringify(recipe, null, 2));
    await vscode.window.showTextDocument(uri);
    const found = () => vscode.languages.getDiagnostics(uri).map(({ message }) => message);
    await until('the editor complains', () => found().length > 0, 30_000);
    return found();
  }

  it('is checked by its name', async () => {
    const found = await complaints('wrong.recipe.json', { recipeVersion: 1, steps: [{ step: 'shred' }] });
    assert.match(found.join('\n'), /"train"/);
  });

  it('is checked under any name where it names the schema, which the extension serves', async () => {
    const served = await vscode.workspace.openTextDocument(vscode.Uri.parse(RECIPE_SCHEMA_URI));
    assert.match(served.getText(), /"title": "Secateur recipe"/);
    const recipe = {
      $schema: RECIPE_SCHEMA_URI,
      recipeVersion: 1,
      steps: [{ step: 'prune', amount: { sparsity: 'much' } }],
    };
    const found = await complaints('job.json', recipe);
    assert.match(found.join('\n'), /number/);
  });

  it('opens from a panel as a new file under a free name, with its schema, and nothing is written', async () => {
    const recipe = JSON.stringify({ recipeVersion: 1, steps: [{ step: 'shred' }] });
    for (const name of ['wrong-2.recipe.json', 'wrong-3.recipe.json']) {
      await openRecipe(recipe, folder(), 'wrong');
      const document = vscode.window.activeTextEditor?.document;
      assert.equal(document?.uri.scheme, 'untitled');
      assert.equal(document.uri.fsPath, path.join(folder(), name));
      assert.equal(document.getText(), recipe);
      const found = () => vscode.languages.getDiagnostics(document.uri).map(({ message }) => message);
      await until('the editor complains', () => found().length > 0, 30_000);
      assert.match(found().join('\n'), /"train"/);
      assert.equal(existsSync(document.uri.fsPath), false);
    }
    for (let open = 0; open < 2; open++)
      await vscode.commands.executeCommand('workbench.action.revertAndCloseActiveEditor');
  });

  it('is found by the scan, wrong or not', async () => {
    await until('both are found', () =>
      ['wrong.recipe.json', 'job.json'].every((name) => api.recipes().includes(path.join(folder(), name))),
    );
  });
});

describe('Add Sample Checkpoint', () => {
  it('copies the shipped checkpoint into the workspace and opens it', async () => {
    const api = await secateur();
    const file = inWorkspace('fashion-cnn', 'model.json');
    try {
      await vscode.commands.executeCommand('secateur.addSample');
      await until('its panel is up', () => api.livePanels().includes(file), 40_000);
      assert.ok(api.checkpoints().includes(file));
    } finally {
      await vscode.commands.executeCommand('workbench.action.closeAllEditors');
      rmSync(path.dirname(file), { recursive: true, force: true });
    }
  });
});
