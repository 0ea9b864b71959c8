import assert from 'node:assert/strict';
import { existsSync, readdirSync, rmSync } from 'node:fs';
import { afterEach, before, describe, it } from 'mocha';
import * as vscode from 'vscode';
import type { SecateurTestApi } from '../../../src/extension/api';
import type { RunRequest } from '../../../src/extension/runs/run-job';
import { Recipe, type RecipeInput } from '../../../src/protocol/recipe';
import { processesWith } from '../../harness/processes';
import { failureOf, inWorkspace, sampleData, sampleModel, secateur, until } from './support/extension';

type Steps = RecipeInput['steps'];

describe('a run', () => {
  let api: SecateurTestApi;
  const out = () => inWorkspace('run-out');
  const request = (steps: Steps, checkpoint?: string, resume = false): RunRequest => ({
    title: 'Test run',
    recipe: Recipe.parse({ recipeVersion: 1, checkpoint, data: sampleData(), steps }),
    baseFolder: inWorkspace(),
    out: out(),
    resume,
  });
  const training: Steps = [{ step: 'train', architecture: 'lenet-300-100', epochs: 3 }];

  /** Engines of runs: children of this extension host that are not the inspectors' engine. */
  const runEngines = async () => {
    const home = vscode.extensions.getExtension('secateur.secateur')!.extensionPath;
    return (await processesWith('engine.js')).filter(
      ({ pid, command }) => command.includes(home) && pid !== api.enginePid(),
    );
  };

  before(async () => {
    api = await secateur();
  });

  afterEach(async () => {
    rmSync(out(), { recursive: true, force: true });
    await until('no engine of a run is left', async () => (await runEngines()).length === 0);
  });

  it('prunes into a new checkpoint that the scan finds, in an engine of its own that ends', async () => {
    const job = api.run(request([{ step: 'prune', amount: { sparsity: 0.9 } }], sampleModel()));
    const result = await job.follow(() => undefined);
    assert.ok(Math.abs(result.after.sparsity - 0.9) < 1e-4, `sparsity ${result.after.sparsity}`);
    assert.ok(result.after.gzipBytes < (result.before?.gzipBytes ?? 0) / 3);
    assert.equal(result.sampleData, true);
    await until('the scan finds it', () => api.checkpoints().includes(result.out));
    await until('it is in the list no more', () => api.activeRuns().length === 0);
  });

  it('cancelled, leaves nothing behind', async () => {
    const before = readdirSync(inWorkspace()).sort();
    const finetune: Steps = [
      { step: 'prune', amount: { sparsity: 0.5 } },
      { step: 'finetune', epochs: 50 },
    ];
    const job = api.run(request(finetune, sampleModel()));
    const failure = failureOf(
      job.follow((event) => {
        if (event.kind === 'progress' && event.training) job.cancel();
      }),
    );
    assert.equal((await failure).name, 'CancelledError');
    assert.deepEqual(readdirSync(inWorkspace()).sort(), before);
    assert.equal(existsSync(out()), false);
    assert.deepEqual(api.activeRuns(), []);
  });

  it('whose engine dies can be resumed, and ends as it would have', async () => {
    const job = api.run(request(training));
    const failure = failureOf(
      job.follow((event) => {
        if (event.kind !== 'epoch') return;
        void runEngines().then((engines) => engines.forEach(({ pid }) => process.kill(pid, 'SIGKILL')));
      }),
    );
    assert.match((await failure).message, /SIGKILL/);
    assert.deepEqual(api.activeRuns(), [out()]);
    const epochs: number[] = [];
    const result = await api.run(request(training, undefined, true)).follow((event) => {
      if (event.kind === 'epoch') epochs.push(event.record.epoch);
    });
    assert.ok(!epochs.includes(1), `it began anew: epochs ${epochs.join(', ')}`);
    const [trained] = result.steps;
    assert.equal(trained?.step === 'train' && trained.epochs.length, 3);
    await until('it is in the list no more', () => api.activeRuns().length === 0);
  });
});
