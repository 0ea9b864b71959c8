import assert from 'node:assert/strict';
import { cpSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterEach, before, describe, it } from 'mocha';
import * as vscode from 'vscode';
import type { SecateurTestApi } from '../../../src/extension/api';
import { inWorkspace, sampleModel, secateur, until } from './support/extension';

describe('the scan of the workspace', () => {
  let api: SecateurTestApi;
  const scratch = () => inWorkspace('scan');
  const found = (file: string) => api.checkpoints().includes(file);

  before(async () => {
    api = await secateur();
    await api.whenScanned();
  });

  afterEach(async () => {
    rmSync(scratch(), { recursive: true, force: true });
    await vscode.workspace
      .getConfiguration('search')
      .update('exclude', undefined, vscode.ConfigurationTarget.Workspace);
  });

  it('finds the shipped checkpoints and the shipped recipe, and nothing else', async () => {
    await until(
      'what the suites before have deleted is forgotten',
      () => api.checkpoints().length === 2 && api.recipes().length === 1,
    );
    const garden = inWorkspace('samples', 'garden-mobilenet', 'model.json');
    assert.deepEqual([...api.checkpoints()].sort(), [sampleModel(), garden].sort());
    assert.deepEqual(api.recipes(), [inWorkspace('samples', 'prune-90.recipe.json')]);
  });

  it('hears of a checkpoint under any name, of its change and of its end', async () => {
    mkdirSync(scratch());
    const file = path.join(scratch(), 'settings.json');
    writeFileSync(file, readFileSync(sampleModel()));
    await until('the new checkpoint is found', () => found(file));
    writeFileSync(file, '{ "name": "no checkpoint any more" }');
    await until('it is forgotten when its content changes', () => !found(file));
    writeFileSync(file, readFileSync(sampleModel()));
    await until('it is found again', () => found(file));
    rmSync(file);
    await until('it is forgotten when it is deleted', () => !found(file));
  });

  it('hears of a folder that is moved in, and of one that is deleted', async () => {
    const outside = inWorkspace('..', 'moved');
    cpSync(path.dirname(sampleModel()), outside, { recursive: true });
    mkdirSync(scratch());
    renameSync(outside, path.join(scratch(), 'moved'));
    const file = path.join(scratch(), 'moved', 'model.json');
    await until('the checkpoint in the folder is found', () => found(file));
    rmSync(scratch(), { recursive: true });
    await until('it is forgotten', () => !found(file));
  });

  it('forgets all files of a folder that is deleted as soon as they are found', async () => {
    for (let round = 0; round < 5; round++) {
      const files = ['a', 'b', 'c', 'd'].map((name) => path.join(scratch(), `${name}.json`));
      mkdirSync(scratch());
      for (const file of files) writeFileSync(file, readFileSync(sampleModel()));
      await until('some are found', () => files.some(found));
      rmSync(scratch(), { recursive: true });
      await until('all are forgotten', () => !files.some(found));
    }
  });

  it('forgets a checkpoint that goes before the watcher has told of it', async () => {
    const file = inWorkspace('fashion-cnn', 'model.json');
    for (let round = 0; round < 3; round++) {
      const added = vscode.commands.executeCommand('secateur.addSample');
      await until('the extension finds what it has written', () => found(file));
      rmSync(path.dirname(file), { recursive: true });
      await Promise.allSettled([added]);
      await until('it is forgotten', () => !found(file));
    }
    await vscode.commands.executeCommand('workbench.action.closeAllEditors');
  });

  it('looks into no folder that is excluded', async () => {
    const hidden = path.join(scratch(), 'hidden', 'model.json');
    const module = path.join(scratch(), 'node_modules', 'net', 'model.json');
    const plain = path.join(scratch(), 'plain', 'model.json');
    for (const file of [hidden, module, plain]) {
      mkdirSync(path.dirname(file), { recursive: true });
      writeFileSync(file, readFileSync(sampleModel()));
    }
    await until('both visible ones are found', () => found(plain) && found(hidden));
    assert.equal(found(module), false);
    const exclude = { '**/hidden': true };
    await vscode.workspace.getConfiguration('search').update('exclude', exclude, vscode.ConfigurationTarget.Workspace);
    await until('the excluded one is forgotten', () => !found(hidden));
    assert.equal(found(plain), true);
  });
});
