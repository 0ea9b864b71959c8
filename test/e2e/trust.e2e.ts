import { afterAll, afterEach, beforeAll, expect, inject, test } from 'vitest';
import type { Panel } from '../harness/pages/panel';
import type { World } from '../harness/world';
import { filesUnder } from './files';
import { openShipped } from './shipped';

let world: World;
let panel: Panel;
let before: Map<string, number>;

const modelRow = () => world.workbench.explorerRow('model.json').first();

beforeAll(async () => {
  ({ world, panel } = await openShipped({
    name: 'trust',
    vsix: inject('vsix'),
    workspaceTrust: true,
    settings: {
      'security.workspace.trust.startupPrompt': 'never',
      'security.workspace.trust.banner': 'never',
    },
    prepare: (workspace) => {
      before = filesUnder(workspace);
    },
  }));
});

afterEach(() => {
  expect(world.guard.take()).toEqual([]);
});

afterAll(async () => {
  expect(await world.close()).toEqual([]);
});

test('in an untrusted workspace the panel shows layers, histograms and counts', async () => {
  await world.workbench.statusItem('Restricted Mode').waitFor();
  await world.workbench.contextMenu(modelRow(), 'Inspect Weights');
  await panel.ready();
  await panel.select('mode-select', 'percent');
  await panel.typeThreshold('50');
  expect(await panel.preview('sparsity')).toBeCloseTo(0.5, 2);
  await world.screenshot('untrusted');
});

test('pruning, training and any evaluation are off', async () => {
  expect(await panel.isOff('prune-button')).toBe(true);
  expect(await panel.isOff('evaluate-button')).toBe(true);
  expect(await panel.element('preview-accuracy').count()).toBe(0);
  for (const command of ['Prune Model', 'Evaluate Checkpoint', 'Train Model', 'Run Recipe']) {
    expect(await world.workbench.offersCommand(`Secateur: ${command}`), command).toBe(false);
  }
  expect(await world.workbench.offersCommand('Secateur: Inspect Weights')).toBe(true);
  expect(filesUnder(world.workspace)).toEqual(before);
});

test('once the person trusts the workspace, the open panel works', async () => {
  await panel.element('trust-workspace').click();
  await world.workbench.trust();
  await world.page.keyboard.press('Escape'); // Closes the page on which trust is given.
  await expect.poll(() => panel.isOff('evaluate-button'), { timeout: 60_000 }).toBe(false);
  expect(await panel.preview('accuracy')).toBeGreaterThan(0.1);
});
