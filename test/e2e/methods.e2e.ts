import { execFile } from 'node:child_process';
import { cpSync, existsSync, renameSync } from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';
import { afterAll, afterEach, beforeAll, expect, inject, test } from 'vitest';
import { inRoot } from '../../scripts/setup/paths';
import { Panel } from '../harness/pages/panel';
import type { World } from '../harness/world';
import { openPanel, openShipped } from './shipped';
import { readPackedWithStockTfjs, readWithStockTfjs, sparsityOf } from './stock-tfjs';

let world: World;
let panel: Panel;
let denseWeights: number;

const written = (folder: string) => path.join(world.workspace, folder, 'model.json');
const smallFile = () => path.join(path.dirname(written('clustered')), 'small.secateur');
const kernelWeights = (reading: Awaited<ReturnType<typeof readWithStockTfjs>>): number =>
  [...reading.kernels.values()].reduce((total, { count }) => total + count, 0);

beforeAll(async () => {
  ({ world, panel } = await openShipped({
    name: 'methods',
    vsix: inject('vsix'),
    settings: { 'secateur.preview.samples': 200 },
    width: 1440,
    height: 1300,
    prepare: (workspace) => {
      cpSync(inRoot('test', 'fixtures', 'keras', 'residual'), path.join(workspace, 'residual'), { recursive: true });
    },
  }));
  await openPanel({ world, panel });
  await panel.tab('methods');
  denseWeights = kernelWeights(await readWithStockTfjs(written('fashion-cnn')));
});

afterEach(() => {
  expect(world.guard.take()).toEqual([]);
});

afterAll(async () => {
  expect(await world.close()).toEqual([]);
});

/** Runs the recipe that is filled in, into this folder, answers what is asked first, and waits for the end of the run. */
async function runInto(folder: string, answer?: () => Promise<void>): Promise<void> {
  await panel.element('recipe-folder').fill(folder);
  await panel.element('recipe-run').click();
  await answer?.();
  await expect.poll(() => existsSync(written(folder)), { timeout: 150_000 }).toBe(true);
  await panel.element('open-result').waitFor();
}

/** The heading of the panel of a folder's checkpoint. */
const shown = (folder: string) => panel.frame.locator(`h1[title$="/${folder}/model.json"]`);

/** Starts a recipe anew. */
async function clear(): Promise<void> {
  await panel.element('close-run').click();
  await panel.element('clear-recipe').click();
}

test('weights are clustered as the histogram has shown, and the loader reads them packed', async () => {
  await panel.element('add-cluster').click();
  await panel.element('form-cluster-clusters').fill('8');
  await panel.element('layer-row-dense1').click();
  await panel.element('levels-line').getByText('8 values').waitFor();
  expect(await panel.element('levels').getAttribute('data-rows')).toBe('1');
  await panel.toTop();
  await world.screenshot('levels');
  await panel.element('show-plan').click();
  await panel.element('plan-table').waitFor({ timeout: 60_000 });
  await panel.element('add-pack').click();
  await panel.element('form-pack-name').fill('small');
  await runInto('clustered');
  await panel.element('step-sizes').getByText('Cluster').waitFor();
  await panel.element('run-sizes').scrollIntoViewIfNeeded();
  await world.screenshot('sizes');
  const reading = await readWithStockTfjs(written('clustered'));
  const kernels = [...reading.weights].filter(([name]) => name.includes('kernel'));
  expect(kernels).toHaveLength(5);
  for (const [, values] of kernels) expect(new Set(values).size).toBeLessThanOrEqual(8);
  const packed = await readPackedWithStockTfjs(smallFile());
  expect([...packed.weights.values()]).toEqual([...reading.weights.values()]);
  expect(packed.output).toEqual(reading.output);
});

test('channels are removed and the rest fine-tuned, as the plan has promised', async () => {
  await clear();
  await panel.element('add-remove').click();
  await panel.element('form-remove-amount').selectOption('macs');
  await panel.element('form-remove-amount-macs').fill('50');
  await panel.element('show-plan').click();
  await panel.element('plan-table').waitFor({ timeout: 60_000 });
  expect(await panel.element('plan-table').locator('tr[data-state="removed"]').count()).toBeGreaterThan(2);
  await world.screenshot('plan');
  await panel.element('add-finetune').click();
  await panel.element('form-finetune-epochs').fill('1');
  await runInto('smaller');
  await world.screenshot('removed');
  const reading = await readWithStockTfjs(written('smaller'));
  expect(kernelWeights(reading)).toBeLessThan(denseWeights);
  expect(reading.output).toHaveLength(10);
});

test('convolutions become compact, as the plan has promised, and the new layers are drawn', async () => {
  await clear();
  await panel.element('add-compact').click();
  await panel.element('form-compact-amount-macs').fill('30');
  await panel.element('form-compact-more').click();
  await panel.element('form-compact-samples').fill('100');
  await panel.element('show-plan').click();
  await panel.element('plan-table').locator('tr[data-state="replaced"]').first().waitFor({ timeout: 60_000 });
  const planned = await panel.element('plan-table').locator('tr[data-state="replaced"]').count();
  await world.screenshot('compact-plan');
  await runInto('compact');
  expect(await panel.element('changed-parts').getAttribute('data-parts')).toBe(String(planned));
  await panel.element('changed-parts').scrollIntoViewIfNeeded();
  await world.screenshot('compact');
  const reading = await readWithStockTfjs(written('compact'));
  expect(reading.layers.filter((name) => name.endsWith('_core'))).toHaveLength(planned);
  expect(kernelWeights(reading)).toBeLessThan(denseWeights);
  expect(reading.output).toHaveLength(10);
});

test('layers are factorized as the plan has promised', async () => {
  await clear();
  await panel.element('add-factorize').click();
  await panel.element('form-factorize-amount-params').fill('40');
  await panel.element('form-factorize-more').click();
  await panel.element('form-factorize-samples').fill('100');
  await panel.element('show-plan').click();
  await panel.element('plan-table').locator('tr[data-state="replaced"]').first().waitFor({ timeout: 60_000 });
  const planned = await panel.element('plan-table').locator('tr[data-state="replaced"]').count();
  await panel
    .element('plan-row-dense1')
    .getByText(/^SVD of rank \d+\.$/)
    .waitFor();
  expect(await panel.element('plan-row-dense1').locator('td').last().textContent()).toMatch(/^\d+\.\d%$/);
  await world.screenshot('factorize-plan');
  await runInto('factorized');
  expect(await panel.element('changed-parts').getAttribute('data-parts')).toBe(String(planned));
  const reading = await readWithStockTfjs(written('factorized'));
  expect(kernelWeights(reading)).toBeLessThan(0.45 * denseWeights);
  expect(reading.output).toHaveLength(10);
});

test('gradual pruning with a teacher, and weights rewound: zeros as the forms have asked for', async () => {
  await clear();
  await panel.element('add-finetune').click();
  await panel.element('form-finetune-epochs').fill('1');
  await panel.element('form-finetune-gradual').click();
  await panel.element('form-finetune-gradual-sparsity').fill('80');
  await panel.element('form-finetune-distill').click();
  await panel.element('add-rewind').click();
  await panel.element('form-rewind-to').selectOption({ label: 'Another checkpoint\u2026' });
  await panel.element('form-rewind-to-other').fill(written('fashion-cnn'));
  await runInto('gradual');
  expect(sparsityOf(await readWithStockTfjs(written('gradual')))).toBeCloseTo(0.8, 2);
});

test('a student learns with the teacher and without it, and the outcome says which won', async () => {
  await clear();
  await panel.element('add-distill').click();
  await panel.element('form-distill-width').fill('10');
  await panel.element('form-distill-epochs').fill('1');
  await panel.element('show-plan').click();
  await panel
    .element('plan-table')
    .getByText(/The student has .* parameters and .* MACs; 2 trainings of 1 epoch, about /)
    .waitFor({ timeout: 60_000 });
  await panel.element('plan-table').scrollIntoViewIfNeeded();
  await world.screenshot('student-plan');
  await runInto('student');
  await panel
    .element('run-result')
    .getByText(/^Test accuracy with teacher .*%, without .*% \(1 seed\)\.$/)
    .waitFor();
  await panel.element('run').scrollIntoViewIfNeeded();
  await world.screenshot('student');
  const reading = await readWithStockTfjs(written('student'));
  expect(kernelWeights(reading)).toBeLessThan(denseWeights / 50);
  expect(reading.output).toHaveLength(10);
});

test('a step that the model has no layers for is one sentence, and nothing is written', async () => {
  await clear();
  await panel.element('add-recalibrate').click();
  await panel.element('recipe-folder').fill('never');
  await panel.element('recipe-run').click();
  expect(await panel.element('run-problem').textContent()).toMatch(/normali[sz]ation/i);
  expect(existsSync(path.join(world.workspace, 'never'))).toBe(false);
});

test('a target is reached, and another of its plans taken and written', async () => {
  await clear();
  await panel.element('add-target').click();
  await panel.element('form-target-goal-accuracy').fill('85');
  await panel.element('form-target-more').click();
  await panel.element('form-target-samples').fill('200');
  await runInto('reached');
  await panel.element('pareto').scrollIntoViewIfNeeded();
  await world.screenshot('pareto');
  const reached = sparsityOf(await readWithStockTfjs(written('reached')));
  expect(reached).toBeGreaterThan(0.3);
  await panel.element('pareto-0').click();
  await panel.element('step-0').getByText('1. Prune').waitFor();
  await runInto('taken');
  expect(sparsityOf(await readWithStockTfjs(written('taken')))).toBeLessThan(reached);
});

test('the plans of an earlier run are shown with its checkpoint, and taken where it began', async () => {
  await clear();
  await world.workbench.expand('reached');
  await world.workbench.contextMenu(world.workbench.modelRow('reached'), 'Prune Model');
  await shown('reached').waitFor();
  await panel.tab('methods');
  await panel.element('pareto').scrollIntoViewIfNeeded();
  await world.screenshot('earlier-plans');
  const start = path.join(world.workspace, 'fashion-cnn');
  renameSync(start, `${start}-away`);
  await panel.element('pareto-0').click();
  await panel.element('plan-problem').getByText('is gone, so its plans cannot be taken.').waitFor();
  renameSync(`${start}-away`, start);
  await panel.element('pareto-0').click();
  await shown('fashion-cnn').waitFor();
  await panel.element('step-0').getByText('1. Prune').waitFor();
});

test('the sensitivity of each layer is drawn', async () => {
  await panel.tab('sensitivity');
  await panel.element('scan-options').click();
  await panel.element('scan-more').click();
  await panel.element('scan-samples').fill('200');
  await panel.element('scan-sparsities').fill('50, 90');
  await panel.element('start-scan').click();
  await panel.frame.locator('#sensitivity[data-scanning="true"]').waitFor();
  await panel.frame.locator('#sensitivity[data-scanning="false"]').waitFor({ timeout: 60_000 });
  await panel.element('scan-as-table').click();
  expect(await panel.element('scan-table').locator('tbody tr').count()).toBe(5);
  await panel.element('scan-curves').scrollIntoViewIfNeeded();
  await world.screenshot('sensitivity');
});

test('the statistics of batch normalization are measured anew', async () => {
  await world.workbench.expand('residual');
  await world.workbench.contextMenu(world.workbench.modelRow('residual'), 'Prune Model');
  panel = new Panel(world.page, world.workbench.webview());
  // Until it is open, the panel before it is the one that can be seen.
  await shown('residual').waitFor();
  await panel.ready();
  await panel.tab('methods');
  const normal = panel.frame.locator('[data-testid^="layer-row-batch_normalization"]').first();
  await panel.element('add-quantize').click();
  await panel.element('form-quantize-weights').selectOption('all');
  await normal.click();
  await panel.element('levels-line').getByText('256 values').waitFor();
  expect(await panel.element('levels').getAttribute('data-rows')).toBe('4');
  expect(await panel.element('threshold-line').count()).toBe(0);
  await panel.toTop();
  await world.screenshot('levels-of-normalization');
  await panel.element('layers-all').click();
  await panel.element('clear-recipe').click();
  await panel.element('add-recalibrate').click();
  // Its weights are random, so nothing tells how pixels enter it.
  await runInto('recalibrated', async () => {
    await world.workbench.quickInput.getByText('Choose the normalization of pixels').waitFor();
    await world.screenshot('normalization-asked');
    await world.workbench.quickInput.locator('.monaco-list-row[aria-label^="[-1,1]"]').click();
  });
  await panel.frame.getByText('[-1,1]').first().waitFor();
  const means = async (folder: string) => {
    const { weights } = await readWithStockTfjs(written(folder));
    return [...weights].filter(([name]) => name.includes('moving_mean')).flatMap(([, values]) => values);
  };
  const [before, after] = [await means('residual'), await means('recalibrated')];
  expect(after).toHaveLength(before.length);
  expect(after).not.toEqual(before);
});

test('batch normalization is merged into its neighbors, and stock TensorFlow.js gives the same answer', async () => {
  await clear();
  await panel.element('add-merge').click();
  await runInto('merged');
  await panel.element('changed-parts').scrollIntoViewIfNeeded();
  await world.screenshot('merged');
  const [before, after] = [await readWithStockTfjs(written('residual')), await readWithStockTfjs(written('merged'))];
  expect(after.layers.length).toBeLessThan(before.layers.length);
  after.output.forEach((value, i) => expect(value).toBeCloseTo(before.output[i]!, 4));
});

test('the packed file opens with the figures of the checkpoint beside it, and unpacks to the same weights', async () => {
  const figures = async (opened: Panel, file: string) => {
    await opened.frame.locator(`h1[title$="/clustered/${file}"]`).waitFor();
    await opened.ready();
    const totals = ['total-params', 'total-nonzero', 'total-sparsity', 'total-macs', 'total-packed'];
    // Packing begins when all else is drawn.
    await expect.poll(() => opened.value('total-packed'), { timeout: 30_000 }).toBeGreaterThan(0);
    const rows = await opened.element('layer-table').locator('tbody tr').allTextContents();
    return { rows, totals: await Promise.all(totals.map((id) => opened.value(id))) };
  };
  await world.workbench.expand('clustered');
  await world.workbench.contextMenu(world.workbench.modelRow('clustered'), 'Prune Model');
  const before = await figures(new Panel(world.page, world.workbench.webview()), 'model.json');
  await world.workbench.explorerRow('small.secateur').dblclick();
  const after = await figures(new Panel(world.page, world.workbench.webview()), 'small.secateur');
  expect(after).toEqual(before);
  await world.screenshot('packed');
  const out = path.join(world.workspace, 'unpacked');
  await promisify(execFile)(process.execPath, [inRoot('dist', 'cli.js'), 'unpack', smallFile(), '--out', out]);
  const [unpacked, reading] = [
    await readWithStockTfjs(written('unpacked')),
    await readPackedWithStockTfjs(smallFile()),
  ];
  expect([...unpacked.weights.values()]).toEqual([...reading.weights.values()]);
  expect(unpacked.output).toEqual(reading.output);
});

test('the runs are listed with their figures, and two of them compared', async () => {
  await world.page.getByRole('button', { name: /Secateur: Runs Section/ }).click();
  const run = (name: string) => world.page.getByRole('treeitem', { name: new RegExp(`^${name}, finished, .*sparse`) });
  await run('reached').click();
  // Its checkpoint opens with what its run measured.
  await panel.element('parent').getByText('fashion-cnn').waitFor({ timeout: 30_000 });
  expect(await panel.total('test')).toBeGreaterThan(0.5);
  await panel.tab('runs');
  await panel.frame.locator('[data-run="reached"]').waitFor();
  await world.screenshot('own-runs');
  await run('gradual').click();
  await panel.frame.getByRole('heading', { name: 'gradual', exact: true }).waitFor({ timeout: 30_000 });
  await run('factorized').click({ modifiers: ['ControlOrMeta'] });
  await expect.poll(() => run('factorized').getAttribute('aria-selected'), { timeout: 15_000 }).toBe('true');
  await world.screenshot('runs');
  await world.workbench.contextMenu(run('factorized'), 'Compare');
  const page = new Panel(world.page, world.workbench.webview());
  await page.frame.locator('[data-testid="comparison"][data-ready="true"]').waitFor({ timeout: 60_000 });
  await page.element('compared-classes').getByText('Trouser').waitFor();
  await page
    .element('overlay')
    .getByText(/gradual: 8/)
    .waitFor();
  await world.screenshot('compared');
  await page.element('measure-latency').click();
  await page.element('compared-latency').waitFor({ timeout: 60_000 });
  expect(await page.element('compared-latency').locator('tbody tr').count()).toBe(2);
  await page.element('compared-latency').scrollIntoViewIfNeeded();
  await world.screenshot('compared-latency');
  await page.element('show-graphs').click();
  await page.frame.locator('[data-testid="graph-b"][data-busy="false"]').waitFor({ timeout: 30_000 });
  expect(Number(await page.element('compared-graphs').getAttribute('data-changes'))).toBeGreaterThan(0);
  await world.workbench.theme('Light Modern');
  await world.screenshot('compared-light');
});

test('a run is renamed from its menu', async () => {
  const run = world.page.getByRole('treeitem', { name: /^factorized, finished/ });
  await world.workbench.contextMenu(run, 'Rename Run');
  await world.workbench.quickText.fill('two-factors');
  await world.page.keyboard.press('Enter');
  await expect
    .poll(() => [existsSync(written('factorized')), existsSync(written('two-factors'))], { timeout: 30_000 })
    .toEqual([false, true]);
});
