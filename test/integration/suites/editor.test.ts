import assert from 'node:assert/strict';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterEach, before, describe, it } from 'mocha';
import * as vscode from 'vscode';
import type { SecateurTestApi } from '../../../src/extension/api';
import { inWorkspace, sampleData, sampleModel, secateur, until } from './support/extension';

const VIEW_TYPE = 'secateur.checkpoint';

describe('the checkpoint editor', () => {
  let api: SecateurTestApi;
  const uri = () => vscode.Uri.file(sampleModel());
  const tabs = () =>
    vscode.window.tabGroups.all
      .flatMap((group) => group.tabs)
      .flatMap(({ input }) => (input instanceof vscode.TabInputCustom ? [input] : []));

  before(async () => {
    api = await secateur();
  });

  afterEach(async () => {
    await vscode.commands.executeCommand('workbench.action.closeAllEditors');
  });

  it('opens the shipped checkpoint, and its page shows it', async () => {
    await vscode.commands.executeCommand('vscode.openWith', uri(), VIEW_TYPE);
    assert.deepEqual(
      tabs().map((input) => [input.viewType, input.uri.fsPath]),
      [[VIEW_TYPE, sampleModel()]],
    );
    await until('the page is up', () => api.livePanels().includes(sampleModel()), 40_000);
  });

  it('is not what opens a JSON file by itself', async () => {
    await vscode.commands.executeCommand('vscode.open', uri());
    assert.deepEqual(tabs(), []);
  });

  for (const command of ['secateur.inspectWeights', 'secateur.pruneModel']) {
    it(`is what ${command} opens`, async () => {
      await vscode.commands.executeCommand(command, uri());
      await until('the page is up', () => api.livePanels().includes(sampleModel()), 40_000);
    });
  }

  it('shows its page again after it was hidden', async () => {
    await vscode.commands.executeCommand('secateur.inspectWeights', uri());
    await until('the page is up', () => api.livePanels().length === 1, 40_000);
    await vscode.commands.executeCommand(
      'vscode.open',
      vscode.Uri.file(inWorkspace('samples', 'prune-90.recipe.json')),
    );
    await until('the page is gone', () => api.livePanels().length === 0);
    await vscode.commands.executeCommand('secateur.inspectWeights', uri());
    await until('the page is up again', () => api.livePanels().length === 1);
  });

  it('stays open, without a page that shows it, on a JSON that is no checkpoint', async () => {
    const file = inWorkspace('no-checkpoint', 'package.json');
    mkdirSync(path.dirname(file));
    writeFileSync(file, '{ "name": "no-checkpoint" }');
    await vscode.commands.executeCommand('vscode.openWith', vscode.Uri.file(file), VIEW_TYPE);
    assert.equal(tabs().length, 1);
    await vscode.commands.executeCommand('secateur.inspectWeights', uri());
    await until('the other panel is up', () => api.livePanels().includes(sampleModel()), 40_000);
    assert.equal(api.livePanels().includes(file), false);
    rmSync(path.dirname(file), { recursive: true });
  });
});

describe('evaluating', () => {
  let api: SecateurTestApi;

  before(async () => {
    api = await secateur();
    await vscode.workspace
      .getConfiguration('secateur.data')
      .update('folder', sampleData(), vscode.ConfigurationTarget.Workspace);
  });

  afterEach(async () => {
    await vscode.commands.executeCommand('workbench.action.closeAllEditors');
  });

  it('gives accuracy, loss, classes and confusion through the engine, with progress', async () => {
    const stages = new Set<string>();
    const evaluation = await api.engine(
      'evaluate',
      { model: sampleModel(), data: sampleData(), samples: 500 },
      { onProgress: ({ stage }) => stages.add(stage) },
    );
    assert.equal(evaluation.samples, 500);
    const [main] = evaluation.metrics;
    assert.ok(main.name === 'accuracy' && main.value > 0.8, `${main.name} ${main.value}`);
    assert.equal(main.value, evaluation.accuracy);
    assert.equal(
      evaluation.confusion.flat().reduce((sum, count) => sum + count, 0),
      500,
    );
    assert.equal(evaluation.dataset.sample, true);
    assert.ok(stages.size > 0, 'no progress was told');
  });

  it('by the command keeps the result by the hash of the weights, and shows the panel', async () => {
    await vscode.commands.executeCommand('secateur.evaluateCheckpoint', vscode.Uri.file(sampleModel()));
    const kept = await api.keptEvaluation(sampleModel());
    assert.equal(kept?.samples, 2000);
    assert.equal(kept.dataset.sample, true);
    await until('the page is up', () => api.livePanels().includes(sampleModel()), 40_000);
  });
});
