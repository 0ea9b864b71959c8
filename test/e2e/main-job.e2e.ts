import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, expect, inject, test } from 'vitest';
import type { Panel } from '../harness/pages/panel';
import { enginesUnder } from '../harness/processes';
import type { World } from '../harness/world';
import { filesUnder } from './files';
import { openShipped } from './shipped';
import { readWithStockTfjs, sparsityOf } from './stock-tfjs';

/** Test images of the sample that ships: an epoch on it takes seconds, on the whole set half a minute. */
const TEST_IMAGES = 2000;

let world: World;
let panel: Panel;
let dense: Map<string, number>;
/** Found while previewing, and what the pruned checkpoint must keep. */
let previewed: number;

const inWorkspace = (...parts: string[]) => path.join(world.workspace, ...parts);
/** The dense checkpoint's: its folder is the first. */
const modelRow = () => world.workbench.explorerRow('model.json').first();

beforeAll(async () => {
  ({ world, panel } = await openShipped({
    name: 'main-job',
    vsix: inject('vsix'),
    height: 1000,
    prepare: (workspace) => {
      writeFileSync(path.join(workspace, 'package.json'), '{ "name": "not-a-checkpoint", "version": "1.0.0" }\n');
      writeFileSync(path.join(workspace, 'plain.json'), '{ "weightsManifest": "no" }\n');
    },
  }));
  dense = filesUnder(inWorkspace('fashion-cnn'));
});

afterEach(() => {
  expect(world.guard.take()).toEqual([]);
});

afterAll(async () => {
  expect(await world.close()).toEqual([]);
});

test('right-click evaluates the shipped checkpoint on all test images, and says that they are a sample', async () => {
  await world.workbench.contextMenu(modelRow(), 'Evaluate Checkpoint');
  await panel.element('evaluation-accuracy').waitFor({ timeout: 90_000 });
  expect(await panel.value('evaluation-samples')).toBe(TEST_IMAGES);
  expect(await panel.value('evaluation-accuracy')).toBeGreaterThan(0.8);
  await panel.element('evaluation').getByText('sample', { exact: true }).waitFor();
  await world.screenshot('evaluated');
});

test('the menu offers this for checkpoints only, whatever a file is called', async () => {
  const ours = (labels: string[]) => labels.filter((label) => /Evaluate|Prune|Inspect/.test(label));
  expect(ours(await world.workbench.contextLabels(modelRow()))).toHaveLength(3);
  expect(ours(await world.workbench.contextLabels(world.workbench.explorerRow('fashion-cnn')))).toHaveLength(3);
  for (const name of ['package.json', 'plain.json']) {
    expect(ours(await world.workbench.contextLabels(world.workbench.explorerRow(name)))).toEqual([]);
  }
});

test('Prune Model opens the panel with every layer and the histogram of its weights', async () => {
  await world.workbench.closeAllEditors();
  await world.workbench.contextMenu(modelRow(), 'Prune Model');
  await panel.ready();
  for (const layer of await layersOf(inWorkspace('fashion-cnn', 'model.json'))) {
    await panel.layerRow(layer).waitFor();
  }
  expect(await panel.total('test')).toBeGreaterThan(0.8);
  expect(await panel.total('sparsity')).toBeLessThan(0.01);
});

test('dragging the line changes the preview', async () => {
  await panel.dragLine(60);
  const first = await panel.preview('sparsity');
  expect(first).toBeGreaterThan(0);
  await panel.dragLine(60);
  expect(await panel.preview('sparsity')).toBeGreaterThan(first);
  expect(await panel.preview('gzip')).toBeLessThan(await panel.total('gzip'));
  expect(await panel.preview('accuracy')).toBeGreaterThan(0);
});

test('a threshold can be typed, as a percentage of all weights', async () => {
  await panel.select('scope-select', 'global');
  await panel.select('mode-select', 'percent');
  await panel.typeThreshold('90');
  previewed = await panel.preview('sparsity');
  expect(previewed).toBeCloseTo(0.9, 3);
  const accuracy = await panel.preview('accuracy');
  expect(accuracy).toBeGreaterThan(0.1);
  expect(accuracy).toBeLessThanOrEqual(1);
  await world.screenshot('previewed');
});

test('Prune & Write with one epoch of fine-tuning writes a new checkpoint, the old one stays', async () => {
  await panel.element('fine-tune-epochs').fill('1');
  await panel.element('fine-tune-epochs').press('Enter');
  await expect.poll(() => panel.element('target-folder').inputValue()).toBe('fashion-cnn-pruned-90');
  await panel.element('prune-button').click();
  await panel.element('run-progress').waitFor();
  await panel.fineTuning();
  await world.screenshot('fine-tuning');
  await panel.element('open-result').waitFor({ timeout: 100_000 });
  await world.screenshot('pruned');
  await world.workbench.explorerRow('fashion-cnn-pruned-90').waitFor();
  expect(filesUnder(inWorkspace('fashion-cnn'))).toEqual(dense);
});

test('stock TensorFlow.js loads the pruned checkpoint and counts the zeros that were promised', async () => {
  const reading = await readWithStockTfjs(inWorkspace('fashion-cnn-pruned-90', 'model.json'));
  expect(sparsityOf(reading)).toBeCloseTo(previewed, 6);
  expect(reading.output).toHaveLength(10);
  expect(reading.output.every(Number.isFinite)).toBe(true);
});

test('the new checkpoint opens, and evaluates as the run has promised', async () => {
  const promised = await panel.outcome('Accuracy, fine-tuned');
  await panel.element('evaluate-result').click();
  await world.workbench.tab('fashion-cnn-pruned-90').first().waitFor();
  await panel.element('evaluation-accuracy').waitFor({ timeout: 90_000 });
  await panel.ready();
  expect(await panel.total('sparsity')).toBeCloseTo(previewed, 6);
  expect(await panel.value('evaluation-samples')).toBe(TEST_IMAGES);
  expect(await panel.element('evaluation-accuracy').textContent()).toBe(promised);
  await world.screenshot('promise-kept');
});

test('a second run, cancelled half-way, leaves nothing half-written', async () => {
  await openDense();
  await panel.typeThreshold('80');
  await panel.preview('sparsity');
  const before = filesUnder(world.workspace);
  await expect.poll(() => panel.element('target-folder').inputValue()).toBe('fashion-cnn-pruned-80');
  await panel.element('fine-tune-epochs').fill('50');
  await panel.element('prune-button').click();
  await panel.fineTuning();
  await panel.element('cancel-run').click();
  await panel.element('run-cancelled').waitFor();
  expect(filesUnder(world.workspace)).toEqual(before);
  expect(existsSync(inWorkspace('fashion-cnn-pruned-80'))).toBe(false);
});

test('when the engine is killed the panel says so and recovers', async () => {
  const engines = await enginesUnder(world.home);
  expect(engines.length).toBeGreaterThan(0);
  for (const { pid } of engines) process.kill(pid, 'SIGKILL');
  await panel.element('engine-banner').waitFor();
  await panel.typeThreshold('70');
  await expect.poll(() => panel.preview('sparsity'), { timeout: 30_000 }).toBeCloseTo(0.7, 3);
  expect(await panel.preview('accuracy')).toBeGreaterThan(0.1);
  await world.screenshot('recovered');
});

test('the panel survives a reload of the window, with its threshold', async () => {
  // In a browser VS Code writes down every five seconds what pages have stored; the desktop does so at the end.
  await world.page.waitForTimeout(6000);
  await world.workbench.reloadWindow();
  await world.workbench.ready('fashion-cnn');
  await panel.ready();
  expect(await panel.preview('sparsity')).toBeCloseTo(0.7, 3);
});

test('it offers to reload when the checkpoint changes on disk, and says when it is gone', async () => {
  const file = inWorkspace('fashion-cnn', 'model.json');
  const text = readFileSync(file, 'utf8');
  writeFileSync(file, `${text.trimEnd()}\n\n`);
  await panel.element('reload-banner').waitFor();
  await panel.element('reload').click();
  await panel.element('reload-banner').waitFor({ state: 'detached' });
  rmSync(file);
  await panel.element('reload-banner').getByText(/gone/i).waitFor();
  writeFileSync(file, text);
});

/** Goes back to the panel of the dense checkpoint. */
async function openDense(): Promise<void> {
  await world.workbench.closeAllEditors();
  await world.workbench.contextMenu(modelRow(), 'Prune Model');
  await panel.ready();
  await panel.select('scope-select', 'global');
  await panel.select('mode-select', 'percent');
}

/** Layer names of a checkpoint, from the file itself. */
async function layersOf(modelFile: string): Promise<string[]> {
  return (await readWithStockTfjs(modelFile)).layers;
}
