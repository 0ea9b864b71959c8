import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import path from 'node:path';
import { promisify } from 'node:util';
import { before, describe, it } from 'mocha';
import * as vscode from 'vscode';
import type { SecateurTestApi } from '../../../src/extension/api';
import { failureOf, installedFolder, sampleData, sampleModel, secateur, until } from './support/extension';

describe('the engine', () => {
  let api: SecateurTestApi;
  const inspect = () => api.engine('inspect', { model: sampleModel() });

  before(async () => {
    api = await secateur();
  });

  it('knows the shipped checkpoint', async () => {
    const { layers, totals } = await inspect();
    assert.equal(totals.params, 458_570);
    assert.equal(layers.filter(({ prunable }) => prunable).length, 5);
  });

  it('killed in the middle of a question, rejects all that wait with one sentence, and starts again', async () => {
    await inspect();
    const pid = api.enginePid();
    assert.ok(pid);
    let told = false;
    const evaluating = failureOf(
      api.engine(
        'evaluate',
        { model: sampleModel(), data: sampleData(), split: 'train' },
        { onProgress: () => (told = true) },
      ),
    );
    await until('the evaluation goes on', () => told);
    const waiting = failureOf(api.engine('histogram', { model: sampleModel(), layers: [null] }));
    process.kill(pid, 'SIGKILL');
    for (const { name, message } of await Promise.all([evaluating, waiting])) {
      assert.equal(name, 'UserError');
      assert.match(message, /^The engine stopped \(signal SIGKILL: .+\)\.$/);
    }
    await until('another engine is there', () => api.enginePid() !== undefined && api.enginePid() !== pid);
    assert.equal((await inspect()).totals.params, 458_570);
  });

  it('is another one after Restart Engine, and the old one is gone', async () => {
    await inspect();
    const pid = api.enginePid();
    assert.ok(pid);
    await vscode.commands.executeCommand('secateur.restartEngine');
    assert.notEqual(api.enginePid(), pid);
    assert.throws(() => process.kill(pid, 0), /ESRCH/);
    await inspect();
  });

  it('divides a batch among threads, whose program is in the package', async () => {
    const program = path.join(installedFolder(), 'dist', 'command.js');
    const job = ['evaluate', sampleModel(), '--data', sampleData(), '--backend', 'onnxruntime'];
    const started = promisify(execFile)(process.execPath, [program, ...job, '--threads', '2', '--verbose'], {
      env: { ...process.env, ELECTRON_RUN_AS_NODE: '1' },
    });
    assert.match((await started).stderr, /^Batches are divided among 2 threads\.$/m);
  });

  it('drops a question that is cancelled, and goes on', async () => {
    const abort = new AbortController();
    const evaluating = failureOf(
      api.engine(
        'evaluate',
        { model: sampleModel(), data: sampleData(), split: 'train' },
        { signal: abort.signal, onProgress: () => abort.abort() },
      ),
    );
    assert.equal((await evaluating).name, 'CancelledError');
    await inspect();
  });

  it('is named where its program is wrong, and runs again once that is mended', async () => {
    const setting = vscode.workspace.getConfiguration('secateur.engine');
    await setting.update('nodePath', '/nowhere/node', vscode.ConfigurationTarget.Global);
    try {
      await until('the setting is in force', async () => /nodePath/.test((await inspectFailure()) ?? ''));
    } finally {
      await setting.update('nodePath', undefined, vscode.ConfigurationTarget.Global);
    }
    await until('the engine answers again', async () => (await inspectFailure()) === undefined);
  });

  async function inspectFailure(): Promise<string | undefined> {
    return inspect().then(
      () => undefined,
      (error: unknown) => (error instanceof Error ? error.message : String(error)),
    );
  }
});
