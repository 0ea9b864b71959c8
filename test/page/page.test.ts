import { mkdir, mkdtemp, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { encode } from 'fast-png';
import type { Page } from 'playwright-core';
import { beforeAll, expect, test } from 'vitest';
import * as z from 'zod';
import { PruneStep } from '../../src/protocol/steps/prune';
import type { FakeData } from '../webview/fake/fake-data';
import type { ModelEnds } from '../../src/protocol/model';
import { npzFile } from '../unit/dataset/write-npy';
import { answersAbout } from './data-answers';
import { playgroundOfFile } from './playground';

const playground = playgroundOfFile('sec-page-');
const { open, tab, element } = playground;
let page: Page;
beforeAll(() => {
  ({ page } = playground);
});

const value = async (testId: string) => Number(await element(testId).getAttribute('data-value'));

/** The steps that the host previewed. */
async function previewed(): Promise<PruneStep[]> {
  const Asked = z.object({ step: PruneStep, download: z.literal(false) });
  return (await playground.asked('plan')).flatMap((params) => {
    const question = Asked.safeParse(params);
    return question.success ? [question.data.step] : [];
  });
}

/** The number of requests of a kind. */
const requests = async (kind: string): Promise<number> => (await playground.asked(kind)).length;

async function drag(pixels: number, steps: number): Promise<void> {
  const box = await element('threshold-line').boundingBox();
  if (!box) throw new Error('The threshold line is not visible.');
  const [x, y] = [box.x + box.width / 2, box.y + box.height / 2];
  await page.mouse.move(x, y);
  await page.mouse.down();
  await page.mouse.move(x + pixels, y, { steps });
  await page.mouse.up();
}

const settled = () => page.locator('[data-testid="preview-accuracy"][data-stale="false"]').waitFor();

test('dragging the line prunes, and only the last question on the way is answered in full', async () => {
  await open();
  await element('threshold-line').waitFor();
  await drag(80, 40);
  await settled();
  const steps = await previewed();
  expect(steps.length).toBeLessThan(40);
  expect(steps.at(-1)?.amount).toEqual({ threshold: await value('threshold-line') });
  expect(await value('preview-sparsity')).toBeGreaterThan(0.5);
  expect(await value('preview-gzip')).toBeLessThan(await value('total-gzip'));
  expect(await value('preview-accuracy')).toBeLessThanOrEqual(await value('total-accuracy'));
});

test('the histogram in sight is asked for alone and first, and no other twice', async () => {
  await open();
  await element('threshold-line').waitFor();
  const asked = async () => z.array(z.array(z.string().nullable())).parse(await playground.asked('histogram'));
  await expect.poll(async () => (await asked()).length).toBe(2);
  expect(await asked()).toEqual([[null], ['conv2d', 'conv2d_1', 'conv2d_2', 'dense', 'dense_1']]);
});

test('the counts of the page and the exact ones agree', async () => {
  await open();
  await element('mode-select').selectOption('percent');
  await element('threshold-number').fill('73.5');
  const counted = element('preview-nonzero');
  const local = Number(await counted.getAttribute('data-value'));
  await settled();
  expect(Math.abs(local - (await value('preview-nonzero'))) / 458_570).toBeLessThan(0.002);
  expect(await value('preview-sparsity')).toBeCloseTo(0.735, 5);
});

test('amounts are kept by layer and make one step', async () => {
  await open();
  await element('mode-select').selectOption('percent');
  await element('threshold-number').fill('50');
  await element('layer-row-conv2d_1').click();
  await element('scope-select').selectOption('layer');
  await element('mode-select').selectOption('sigma');
  await element('threshold-number').fill('1.5');
  await element('layer-row-dense').click();
  expect(await element('threshold-number').inputValue()).toBe('0');
  await element('layer-row-conv2d_1').click();
  expect(await element('threshold-number').inputValue()).toBe('1.5');
  await settled();
  expect((await previewed()).at(-1)).toMatchObject({
    scope: 'global',
    amount: { threshold: expect.any(Number) as number },
    layers: { conv2d_1: { standardDeviations: 1.5 } },
  });
  await element('reset-plan').click();
  expect(await element('preview-sparsity').count()).toBe(0);
});

test('the line, the slider and the field obey the keyboard', async () => {
  await open();
  const line = element('threshold-line');
  await line.focus();
  await line.press('ArrowRight');
  const first = await value('threshold-line');
  expect(first).toBeGreaterThan(0);
  await line.press('PageUp');
  expect(await value('threshold-line')).toBeGreaterThan(first);
  await line.press('Home');
  expect(await value('threshold-line')).toBe(0);
  await element('mode-select').selectOption('percent');
  await element('threshold-slider').press('PageUp');
  await element('threshold-number').press('ArrowUp');
  expect(await element('threshold-number').inputValue()).toBe('11');
  expect(await line.getAttribute('aria-valuetext')).toMatch(/11\.0% zeros/);
});

test('an invalid number changes nothing and is marked', async () => {
  await open();
  await element('threshold-number').fill('0.02');
  const before = await value('threshold-line');
  for (const text of ['-1', 'much', '']) {
    await element('threshold-number').fill(text);
    await page
      .getByRole('alert')
      .filter({ hasText: /^Enter / })
      .waitFor();
    expect(await element('threshold-number').getAttribute('aria-invalid')).toBe('true');
  }
  expect(await value('threshold-line')).toBe(before);
});

test.for([
  ['percent', ['abc', '-5', '150']],
  ['absolute', ['abc', '-5', '']],
  ['sigma', ['1,2,3', '-0.1']],
] as const)('what is no amount in %s stays as it was typed, is marked, and changes nothing', async ([mode, wrong]) => {
  await open();
  await element('mode-select').selectOption(mode);
  const field = element('threshold-number');
  for (const text of wrong) {
    await field.fill(text);
    await element('layer-table').focus();
    expect(await field.inputValue()).toBe(text);
    expect(await field.getAttribute('aria-invalid')).toBe('true');
    await page
      .getByRole('alert')
      .filter({ hasText: /^Enter / })
      .waitFor();
  }
  expect(await value('threshold-line')).toBe(0);
  expect(await previewed()).toEqual([]);
  await field.press('Escape');
  expect(await field.getAttribute('aria-invalid')).toBe('false');
});

test('typing 150 percent key by key does not leave 15 behind', async () => {
  await open();
  await element('mode-select').selectOption('percent');
  await element('threshold-number').fill('50');
  await element('layer-table').focus();
  const before = await value('threshold-line');
  await element('threshold-number').press('Control+A');
  for (const key of '150') await element('threshold-number').press(key);
  await element('layer-table').focus();
  expect(await element('threshold-number').inputValue()).toBe('150');
  await expect.poll(() => value('threshold-line')).toBe(before);
});

test('nothing is written while a field is invalid: the field is focused instead', async () => {
  await open();
  await element('mode-select').selectOption('percent');
  await element('threshold-number').fill('50');
  await element('fine-tune-epochs').fill('2.5');
  await element('layer-table').focus();
  expect(await element('fine-tune-epochs').inputValue()).toBe('2.5');
  await expect.poll(() => element('prune-button').isDisabled()).toBe(false);
  await element('prune-button').click();
  expect(await page.evaluate('document.activeElement.dataset.testid')).toBe('fine-tune-epochs');
  expect(await element('run').count()).toBe(0);
  await element('layer-table').focus();
  await element('copy-recipe').click();
  expect(await page.evaluate('document.activeElement.dataset.testid')).toBe('fine-tune-epochs');
  expect(await requests('copyRecipe')).toBe(0);
  await element('fine-tune-epochs').fill('2');
  await element('copy-recipe').click();
  await expect.poll(() => requests('copyRecipe')).toBe(1);
});

test('invalid text is marked at its field, with the reason, and stays', async () => {
  await open();
  await tab('methods');
  await element('add-prune').click();
  await element('form-prune-more').click();
  await element('form-prune-granularity').selectOption({ label: 'Other\u2026' });
  const granularity = element('form-prune-granularity-other');
  await granularity.fill('0x4');
  expect(await granularity.getAttribute('aria-invalid')).toBe('true');
  await element('form-prune-granularity-other-problem').getByText('Must be element, kernel, filter, a block').waitFor();
  expect(await element('recipe-run').isDisabled()).toBe(true);
  await granularity.fill('8x4');
  expect(await granularity.getAttribute('aria-invalid')).toBe('false');
  await element('add-rewind').click();
  await element('form-rewind-to-problem').getByText('Choose one of the list.').waitFor();
  await element('form-rewind-to').selectOption({ label: 'Another checkpoint\u2026' });
  const origin = element('form-rewind-to-other');
  expect(await origin.getAttribute('aria-invalid')).toBe('true');
  await element('form-rewind-to-other-problem').getByText('or the path of a checkpoint.').waitFor();
  await origin.fill('../dense/model.json');
  expect(await origin.getAttribute('aria-invalid')).toBe('false');
  await expect.poll(() => element('recipe-run').isDisabled()).toBe(false);
});

test('a wrong text stays in its step while another is shown, and nothing runs with it', async () => {
  await open();
  await tab('methods');
  await element('add-prune').click();
  await element('add-finetune').click();
  await element('step-0').click();
  await element('form-prune-amount-sparsity').fill('ninety');
  await element('step-1').click();
  await element('step-0').getByText('Enter 0 to 100.').waitFor();
  await page.getByText('Step 1: Sparsity: Enter 0 to 100.').waitFor();
  expect(await element('recipe-run').isDisabled()).toBe(true);
  await element('step-0-down').click();
  await element('step-1').click();
  expect(await element('form-prune-amount-sparsity').inputValue()).toBe('ninety');
  expect(await element('form-prune-amount-sparsity').getAttribute('aria-invalid')).toBe('true');
  await element('form-prune-amount-sparsity').fill('95');
  await expect.poll(() => element('recipe-run').isDisabled()).toBe(false);
  // Another kind of amount takes the wrong text along.
  await element('form-prune-amount-sparsity').fill('more');
  await element('form-prune-amount').selectOption('threshold');
  await expect.poll(() => element('recipe-run').isDisabled()).toBe(false);
});

test('a rewind picks an epoch of the recipe, an epoch of the run of the checkpoint, or a checkpoint', async () => {
  await open();
  await tab('methods');
  await element('add-finetune').click();
  await element('form-finetune-epochs').fill('3');
  await element('add-rewind').click();
  const origin = element('form-rewind-to');
  await origin
    .getByText('After epoch 2 of the run of this checkpoint: runs/dense/epochs/epoch-02')
    .waitFor({ state: 'attached' });
  expect(await element('recipe-run').isDisabled()).toBe(true);
  await origin.selectOption({ label: 'After epoch 3 of the training in step 1' });
  await expect.poll(() => element('recipe-run').isDisabled()).toBe(false);
  // The training no longer has that epoch.
  await element('step-0').click();
  await element('form-finetune-epochs').fill('2');
  await element('step-1').click();
  await element('form-rewind-to-problem').getByText('There is no such epoch: choose another.').waitFor();
  // The card names the weights as the workspace does.
  await origin.selectOption({ label: 'After epoch 2 of the run of this checkpoint: runs/dense/epochs/epoch-02' });
  await element('step-1').getByText('runs/dense/epochs/epoch-02', { exact: true }).waitFor();
  await origin.selectOption({ label: 'early' });
  await element('step-1').getByText('early', { exact: true }).waitFor();
  await element('recipe-copy').click();
  await expect
    .poll(() => page.evaluate("window.secateurHost.asked.findLast(({ method }) => method === 'copyRecipe')"))
    .toMatchObject({ params: { steps: [{ step: 'finetune' }, { step: 'rewind', to: '/ws/early/model.json' }] } });
});

test('epochs of a distillation cannot be picked for a rewind, and the list says why', async () => {
  await open();
  await tab('methods');
  await element('add-distill').click();
  await element('add-rewind').click();
  const epochs = element('form-rewind-to').locator('option', { hasText: 'Epochs of the distillation in step 1' });
  expect(await epochs.textContent()).toBe('Epochs of the distillation in step 1: it trains several students');
  expect(await epochs.isDisabled()).toBe(true);
});

test('the plan of a factorization lists ranks, parameters and the error of outputs of each layer', async () => {
  await open();
  await tab('methods');
  await element('add-factorize').click();
  await element('show-plan').click();
  await element('plan-table').waitFor();
  const titles = await element('plan-table').locator('thead th').allTextContents();
  expect(titles).toEqual(['Layer', 'State', 'Rank', 'Parameters', 'Bytes', 'MACs', 'Output error']);
  const row = element('plan-row-dense');
  await row.getByText('SVD of rank 16').waitFor();
  await row.getByText('by dense_in, dense_out').waitFor();
  const [, rank, params, , , error] = await row.locator('td').allTextContents();
  expect([rank, error]).toEqual(['16', '3.1%']);
  expect(params).toMatch(/^[\d,]+ \u2192 [\d,]+$/);
  expect(await element('plan-row-flatten').locator('td').last().textContent()).toBe('\u2013');
});

test('nothing is planned or scanned while a field is invalid, even a folded one', async () => {
  await open();
  await tab('methods');
  await element('add-prune').click();
  await element('form-prune-more').click();
  await element('form-prune-samples').fill('many');
  await element('form-prune-more').click();
  await element('show-plan').click();
  expect(await page.evaluate('document.activeElement.dataset.testid')).toBe('form-prune-samples');
  expect(await requests('plan')).toBe(0);
  await tab('sensitivity');
  await element('scan-options').click();
  await element('scan-more').click();
  await element('scan-sparsities').fill('half');
  await element('scan-options').click();
  await element('start-scan').click();
  expect(await page.evaluate('document.activeElement.dataset.testid')).toBe('scan-sparsities');
  expect(await requests('sensitivity')).toBe(0);
});

test('a scan by quantization becomes a step without the layers that lose most', async () => {
  await open();
  await tab('sensitivity');
  await element('scan-options').click();
  await element('scan-by').selectOption('quantize');
  await element('start-scan').click();
  await element('exclude').waitFor();
  await element('scan-as-table').click();
  await element('scan-table').getByText('2 bits').waitFor();
  await element('exclude-amount').selectOption('3');
  await element('exclude-tolerance').fill('never');
  expect(await element('exclude-tolerance').getAttribute('aria-invalid')).toBe('true');
  await element('exclude-add').click();
  expect(await page.evaluate('document.activeElement.dataset.testid')).toBe('exclude-tolerance');
  await element('exclude-tolerance').fill('5');
  await element('exclude-amount').selectOption('2');
  await element('exclude-layers').getByText('Left as').waitFor();
  await element('exclude-add').click();
  await tab('methods');
  await element('step-0').getByText('1. Quantize').waitFor();
  expect(await element('form-quantize-bits').inputValue()).toBe('int2');
});

test('the smallest file is a recipe of a few steps', async () => {
  await open();
  await tab('methods');
  await element('smallest-aim').selectOption('little');
  await element('smallest').click();
  await element('step-2').getByText('3. Cluster').waitFor();
  await element('step-1').click();
  expect(await element('form-finetune-gradual-sparsity').inputValue()).toBe('93.5');
  expect(await element('form-finetune-augment-shift').inputValue()).toBe('4');
  await expect.poll(() => element('recipe-run').isDisabled()).toBe(false);
});

test('the outcome shows the bytes of each layer, and what each step saved', async () => {
  await open();
  await element('mode-select').selectOption('percent');
  await element('threshold-number').fill('80');
  await element('fine-tune-epochs').fill('0');
  await expect.poll(() => element('prune-button').isDisabled()).toBe(false);
  await element('prune-button').click();
  await element('run-sizes').waitFor();
  const row = element('size-row-dense');
  expect(await row.locator('th, td').allTextContents()).toEqual(['dense', '1.61 MB', '1.61 MB', '402 kB', '']);
  const width = (name: string) => row.locator(`.size-${name}`).getAttribute('width').then(Number);
  expect(await width('before')).toBe(100);
  expect(await width('best')).toBeCloseTo(25, 1);
  const steps = element('step-sizes').locator('tbody tr');
  expect(await steps.count()).toBe(2);
  expect(await steps.last().textContent()).toMatch(/^Prune.*75/);
});

test('the bits of weights are a column with the reason for each, and sort the layers', async () => {
  await open();
  await element('columns').click();
  await element('column-bits').click();
  await page.keyboard.press('Escape');
  const cell = element('layer-row-dense_1').locator('[title*="bits"]');
  expect(await cell.textContent()).toBe('3.7');
  // The sizes in a packed file follow as soon as they are measured.
  expect(await cell.getAttribute('title')).toMatch(
    /^16 values, whose entropy is 3\.71 bits a weight; stored in 32 bits(; packed .*)?\.$/,
  );
  expect(await element('layer-row-dense').locator('[title*="bits"]').getAttribute('title')).toMatch(
    /^Stored in 32 bits(; packed .*)?\.$/,
  );
  const heading = page.getByRole('columnheader', { name: /^Bits/ });
  await heading.getByRole('button').click();
  if ((await heading.getAttribute('aria-sort')) === 'descending') await heading.getByRole('button').click();
  expect(await heading.getAttribute('aria-sort')).toBe('ascending');
  const first = element('layer-table').locator('tbody tr.layer').first();
  expect(await first.getAttribute('data-testid')).toBe('layer-row-dense_1');
});

test('the values that weights would take are drawn on the histogram of the selected layer', async () => {
  await open();
  await tab('methods');
  await element('add-cluster').click();
  await element('levels-line').getByText('select a layer').waitFor();
  await element('layer-row-conv2d_1').click();
  await element('levels-line').getByText('16 values').waitFor();
  expect(await element('levels').getAttribute('data-rows')).toBe('1');
  await element('form-cluster-clusters').fill('4');
  await element('levels-line').getByText('4 values').waitFor();
  const lines = await element('levels').locator('path').last().getAttribute('d');
  expect(lines?.match(/M/g)).toHaveLength(4);
  // A threshold asks for no levels, and moves none.
  const before = await requests('levels');
  await drag(60, 10);
  expect(await requests('levels')).toBe(before);
  await element('add-binarize').click();
  await element('levels-line').getByText('the widest first').waitFor();
  expect(await element('levels').getAttribute('data-rows')).toBe('16');
  await element('layer-row-conv2d').click();
  await element('levels-line').getByText('It is the first layer with weights.').waitFor();
  expect(await element('levels').count()).toBe(0);
  await element('layer-row-flatten').click();
  expect(await element('levels-line').count()).toBe(0);
  await element('add-evaluate').click();
  expect(await element('levels-line').count()).toBe(0);
});

test('a step with a result that only the run finds has a plan with a question mark', async () => {
  await open();
  await tab('methods');
  await element('add-finetune').click();
  await element('show-plan').click();
  const row = element('plan-row-conv2d');
  await row.getByText('Unchanged').waitFor();
  expect(await row.textContent()).toContain('\u2192 ?');
  await element('plan-table').getByText('It is found while the step runs.').waitFor();
  await open('untrusted');
  await tab('methods');
  await element('add-remove').click();
  expect(await element('show-plan').isDisabled()).toBe(true);
  await element('add-evaluate').click();
  expect(await element('show-plan').isDisabled()).toBe(false);
});

test('an impossible folder name stays, with its fault', async () => {
  await open();
  await element('threshold-number').fill('0.02');
  await element('target-folder').fill('a/b:*');
  await element('target-folder-problem').waitFor();
  await element('layer-table').focus();
  expect(await element('target-folder').inputValue()).toBe('a/b:*');
  expect(await element('target-folder').getAttribute('aria-invalid')).toBe('true');
  expect(await element('prune-button').isDisabled()).toBe(true);
  await element('target-folder').fill('smaller');
  await expect.poll(() => element('prune-button').isDisabled()).toBe(false);
});

test("a layer's own amount moves no threshold of the others, and its removal restores the plan", async () => {
  await open();
  await element('mode-select').selectOption('percent');
  await element('threshold-number').fill('49');
  await settled();
  const found = z.number().parse(await page.evaluate('window.secateurHost.lastThreshold'));
  await element('layer-row-dense').click();
  await element('scope-select').selectOption('layer');
  await element('threshold-number').fill('10');
  await settled();
  await element('threshold-number').fill('20');
  await settled();
  const [alone, ...others] = (await previewed()).filter(({ amount }) => amount !== undefined);
  expect(alone).toMatchObject({ amount: { sparsity: 0.49 } });
  expect(others.length).toBeGreaterThan(0);
  for (const step of others) if (step.layers) expect(step.amount).toEqual({ threshold: found });
  await element('scope-select').selectOption('global');
  expect(await element('threshold-number').inputValue()).toBe('49');
});

test('rows can be reached by keys and sorted by their headings', async () => {
  await open();
  const table = element('layer-table');
  const active = () => page.locator('tr[aria-selected="true"]').getAttribute('data-testid');
  await table.press('End');
  expect(await active()).toBe('layer-row-dense_1');
  await table.press('Home');
  await table.press('ArrowDown');
  expect(await active()).toBe('layer-row-conv2d');
  await table.press('Enter');
  await expect.poll(() => page.evaluate('document.activeElement.dataset.testid')).toBe('threshold-line');
  await element('sort-params').click();
  expect(await page.locator('th[aria-sort="descending"]').textContent()).toContain('Params');
  expect(await page.locator('tbody tr.layer').first().getAttribute('data-testid')).toBe('layer-row-dense');
});

test('a layer that cannot be pruned shows the reason', async () => {
  await open();
  expect(await element('layer-row-flatten').textContent()).toContain('no weights');
  expect(await element('layer-row-flatten').getAttribute('title')).toBe('It has no weights.');
  await element('layer-row-flatten').click();
  expect(await element('not-prunable').textContent()).toBe('It has no weights.');
});

test('counts of the histogram are beside the bars, not under them', async () => {
  await open();
  const left = (await element('histogram').locator('.bars-keep').boundingBox())?.x ?? 0;
  const labels = await element('histogram').locator('.count-text').all();
  expect(labels.length).toBeGreaterThanOrEqual(3);
  for (const label of labels) {
    const box = await label.boundingBox();
    expect((box?.x ?? 0) + (box?.width ?? 0)).toBeLessThanOrEqual(left);
  }
});

test('bins show their exact counts by pointer and by keys', async () => {
  await open();
  await element('histogram').focus();
  await element('histogram').press('ArrowRight');
  expect(await element('bin-counts').textContent()).toMatch(/ to .*: [\d,]+ weights?, \d/);
  await element('histogram').press('Escape');
  await element('histogram').hover({ position: { x: 300, y: 100 } });
  expect(await element('bin-counts').textContent()).toMatch(/ to .*: [\d,]+ weights?, /);
});

test('of five hundred layers only visible ones are drawn, and the last can be reached', async () => {
  await open('layers=500');
  await element('layer-table').press('End');
  await element('layer-row-activation_499').waitFor();
  expect(await page.locator('tbody tr.layer').count()).toBeLessThan(60);
  // A hundred blocks have a head.
  expect(await element('layer-table').getAttribute('aria-rowcount')).toBe('602');
});

test('layers are filtered, folded by block, and the choice survives a reload', async () => {
  await open('layers=252');
  const drawn = () => page.locator('tbody tr.layer').count();
  await element('layer-filter').fill('block_7_ CONV');
  await element('layer-count').getByText('4 of 252').waitFor();
  expect(await drawn()).toBe(4);
  await element('layer-filter').fill('');
  await element('prunable-only').click();
  await element('layer-count').getByText('202 of 252').waitFor();
  await element('prunable-only').click();
  await element('block-block_0').click();
  expect(await element('layer-row-block_0_convolution_with_a_long_name_1').count()).toBe(0);
  await element('sort-name').click();
  expect(await page.locator('tr.block').count()).toBe(0);
  await element('layer-filter').fill('activation_1');
  await page.reload();
  await element('layer-count').getByText('22 of 252').waitFor();
  expect(await element('layer-filter').inputValue()).toBe('activation_1');
});

test('a layer that is selected elsewhere is unfolded and scrolled to', async () => {
  await open('layers=252');
  await element('fold-blocks').click();
  expect(await element('layer-table').getAttribute('aria-rowcount')).toBe('103');
  await element('layer-table').focus();
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('ArrowRight');
  await element('layer-row-block_0_convolution_with_a_long_name_0').click();
  expect(await page.locator('tr[aria-selected=true]').getAttribute('data-testid')).toContain('block_0_');
});

test('columns are hidden and resized, and stay so', async () => {
  await open();
  const width = async () => (await page.locator('thead th').nth(1).boundingBox())?.width ?? 0;
  const before = await width();
  await element('sort-params').focus();
  await page.keyboard.press('Alt+ArrowRight');
  await page.keyboard.press('Alt+ArrowRight');
  await expect.poll(width).toBeGreaterThan(before + 20);
  const edge = await page.locator('thead .column-edge').nth(1).boundingBox();
  await page.mouse.move(edge!.x + 3, edge!.y + 5);
  await page.mouse.down();
  await page.mouse.move(edge!.x + 43, edge!.y + 5, { steps: 4 });
  await page.mouse.up();
  await expect.poll(width).toBeGreaterThan(before + 55);
  const wide = await width();
  await element('columns').click();
  await element('column-sparsity').click();
  expect(await element('sort-sparsity').count()).toBe(0);
  await page.reload();
  await element('sort-params').waitFor();
  expect(await element('sort-sparsity').count()).toBe(0);
  expect(Math.abs((await width()) - wide)).toBeLessThan(2);
  await element('columns').click();
  await element('columns-reset').click();
  await element('sort-sparsity').waitFor();
});

test('several layers get a threshold of their own, are protected, and follow all layers again', async () => {
  await open();
  await element('mode-select').selectOption('percent');
  await element('threshold-number').fill('90');
  await element('layer-row-conv2d_1').click();
  await element('layer-row-dense').click({ modifiers: ['Shift'] });
  await element('chosen-bar').getByText('3 layers').waitFor();
  await element('chosen-threshold').fill('40');
  await settled();
  expect((await previewed()).at(-1)).toMatchObject({
    layers: { conv2d_1: { sparsity: 0.4 }, conv2d_2: { sparsity: 0.4 }, dense: { sparsity: 0.4 } },
  });
  expect(await element('plan-all').innerText()).toMatch(/^All other layers\s*\|w\| < [\d.]+, from 90% of all layers/);
  await element('chosen-threshold').fill('400');
  await page.getByText('Enter 0 to 100.').waitFor();
  await element('chosen-threshold').press('Escape');
  await element('chosen-keep').click();
  await expect.poll(() => element('layer-row-dense').textContent()).toContain('kept');
  await element('chosen-follow').click();
  await expect.poll(() => element('plan-dense').count()).toBe(0);
  await element('layer-row-dense').click();
  expect(await element('chosen-bar').count()).toBe(0);
});

test('a layer has its own threshold or that of all layers, and is edited as it has it', async () => {
  await open();
  await element('threshold-number').fill('0.02');
  await element('layer-row-dense').click();
  await element('own-threshold').click();
  expect(await element('scope-select').inputValue()).toBe('layer');
  await element('threshold-number').fill('0.01');
  await element('layer-row-conv2d').click();
  await element('layers-all').click();
  expect(await element('scope-select').inputValue()).toBe('global');
  expect(await element('threshold-number').inputValue()).toBe('0.02');
  await element('layer-row-dense').click();
  expect(await element('threshold-number').inputValue()).toBe('0.01');
  await element('layer-row-conv2d').click();
  expect(await element('scope-select').inputValue()).toBe('global');
  await element('layer-row-dense').click();
  await element('own-threshold').click();
  await expect.poll(() => element('plan-dense').count()).toBe(0);
  expect(await element('threshold-number').inputValue()).toBe('0.02');
});

test('thresholds and the recipe are undone and redone, by keys and by buttons', async () => {
  await open();
  expect(await element('undo').isDisabled()).toBe(true);
  await element('threshold-number').fill('0.02');
  await element('layer-table').focus();
  await drag(60, 12);
  const dragged = await value('threshold-line');
  await page.keyboard.press('Control+z');
  await expect.poll(() => value('threshold-line')).toBeCloseTo(0.02, 5);
  await page.keyboard.press('Control+z');
  await expect.poll(() => value('threshold-line')).toBe(0);
  await page.keyboard.press('Control+Shift+z');
  await element('redo').click();
  await expect.poll(() => value('threshold-line')).toBeCloseTo(dragged, 5);
  await tab('methods');
  await element('add-prune').click();
  await element('add-finetune').click();
  await page.keyboard.press('Control+z');
  await expect.poll(() => element('step-1').count()).toBe(0);
  await element('step-0').waitFor();
  // A search undoes its own typing.
  await element('layer-filter').fill('conv');
  await element('layer-filter').press('Control+z');
  await element('step-0').waitFor();
});

test('tabs are chosen by keys, keep what was typed, and survive a reload with the place of the page', async () => {
  await open();
  await page.getByRole('tab', { name: 'Prune' }).focus();
  await page.keyboard.press('ArrowRight');
  expect(await page.getByRole('tab', { selected: true }).innerText()).toBe('Methods');
  expect(await page.evaluate('document.activeElement.dataset.testid')).toBe('tab-methods');
  await page.keyboard.press('Home');
  await page.getByRole('tabpanel', { name: 'Prune' }).waitFor();
  await page.keyboard.press('End');
  await page.getByRole('tabpanel', { name: 'Runs' }).waitFor();
  await page.keyboard.press('ArrowLeft');
  await element('evaluate-here').click();
  await element('evaluation').waitFor();
  await page.evaluate('window.scrollTo(0, 200)');
  await page.waitForTimeout(300);
  await page.reload();
  await page.getByRole('tabpanel', { name: 'Evaluation' }).waitFor();
});

test('the figures of validation and test have places of their own, and nothing moves while a threshold is tried', async () => {
  await open('', 1440);
  await page.locator('[data-testid="total-packed"][data-value]').waitFor();
  const place = async () => (await element('histogram').boundingBox())?.y ?? 0;
  const before = await place();
  expect(await element('total-accuracy').innerText()).toBe('\u2013');
  await element('evaluate-button').click();
  await element('evaluation').waitFor();
  const test = await element('total-test').innerText();
  await tab('prune');
  await element('threshold-number').fill('0.03');
  await settled();
  expect(await element('total-test').innerText()).toBe(test);
  expect(await value('total-accuracy')).not.toBe(await value('total-test'));
  expect(await place()).toBe(before);
  const measured = await value('total-accuracy');
  await element('undo').click();
  await expect.poll(() => element('preview-accuracy').count()).toBe(0);
  expect(await value('total-accuracy')).toBe(measured);
});

test('a command brings its part into view and gives it the keyboard, in any width', async () => {
  const focus = (part: string) => page.evaluate(`window.secateurHost.tell('focus', { part: '${part}' })`);
  const focused = () => page.evaluate('document.activeElement.dataset.testid ?? document.activeElement.id');
  await open();
  await element('threshold-line').waitFor();
  await focus('recipe');
  await expect.poll(focused).toBe('recipe');
  await page.getByRole('tabpanel', { name: 'Methods' }).waitFor();
  await focus('prune');
  await expect.poll(focused).toBe('threshold-line');
  await page.getByRole('tabpanel', { name: 'Prune' }).waitFor();
  await focus('weights');
  await expect.poll(focused).toBe('layer-table');
  await page.setViewportSize({ width: 480, height: 900 });
  await focus('prune');
  await expect.poll(focused).toBe('threshold-line');
  await focus('weights');
  await expect.poll(focused).toBe('layer-picker');
});

test('in a narrow window the layers are behind a button with the selected one', async () => {
  await open('', 480);
  await element('layer-picker').getByText('All layers').waitFor();
  expect(await element('layer-table').isVisible()).toBe(false);
  await element('layer-picker').click();
  await element('layer-row-dense').click();
  await element('layer-picker').getByText('dense').waitFor();
  expect(await element('layer-table').isVisible()).toBe(false);
  await page.getByRole('heading', { name: 'dense' }).waitFor();
  expect(await page.evaluate('document.documentElement.scrollWidth - document.documentElement.clientWidth')).toBe(0);
});

test('prune and write shows its progress and its result, side by side', async () => {
  await open();
  await element('mode-select').selectOption('percent');
  await element('threshold-number').fill('90');
  await element('fine-tune-epochs').fill('1');
  await expect.poll(() => element('target-folder').inputValue()).toBe('fashion-cnn-pruned-90');
  await element('prune-button').click();
  await element('run-progress').waitFor();
  await element('open-result').waitFor();
  expect(await value('sparsity-after')).toBeCloseTo(0.9, 5);
  expect(await value('accuracy-after')).toBeGreaterThan(0.9);
  await element('copy-recipe').click();
  await element('open-recipe').click();
  await element('open-result').click();
  const asked = () =>
    page.evaluate(
      'window.secateurHost.asked.filter(({ method }) => /copyRecipe|openRecipe|openCheckpoint/.test(method))',
    );
  await expect.poll(asked).toMatchObject([
    {
      method: 'copyRecipe',
      params: { folder: 'fashion-cnn-pruned-90', steps: [{ step: 'prune' }, { step: 'finetune', epochs: 1 }] },
    },
    {
      method: 'openRecipe',
      params: { folder: 'fashion-cnn-pruned-90', steps: [{ step: 'prune' }, { step: 'finetune' }] },
    },
    { method: 'openCheckpoint', params: { path: '/models/fashion-cnn-pruned-90/model.json' } },
  ]);
});

test('an earlier run is joined, and can be cancelled', async () => {
  await open('running&epochSeconds=30');
  await element('run-progress').waitFor();
  await element('cancel-run').click();
  await element('run-cancelled').waitFor();
});

test('a failed run shows the reason near the action', async () => {
  await open('runFails');
  await element('threshold-number').fill('0.02');
  await element('prune-button').click();
  expect(await element('run-problem').textContent()).toContain('cannot be written');
});

test('a checkpoint that takes long to read tells how far it is, and can be cancelled', async () => {
  await open('slow');
  await expect.poll(() => element('reading-share').textContent()).toBe('43%');
  await element('cancel-reading').click();
  await expect.poll(() => element('error-message').textContent()).toContain('you cancelled that');
  await element('try-again').click();
  await element('reading-share').waitFor();
});

test('an untrusted workspace counts, but neither prunes nor evaluates until it is trusted', async () => {
  await open('untrusted');
  await element('threshold-number').fill('0.02');
  await element('preview-gzip').waitFor();
  for (const button of ['prune-button', 'evaluate-button']) expect(await element(button).isDisabled()).toBe(true);
  await element('trust-workspace').click();
  await expect.poll(() => element('prune-button').isDisabled()).toBe(false);
});

test('without a dataset there is no fine-tuning, and the reason is shown', async () => {
  await open('noData');
  await element('threshold-number').fill('0.02');
  await element('preview-gzip').waitFor();
  expect(await element('fine-tune-epochs').isDisabled()).toBe(true);
  await page.getByText('Fine-tuning is off. No dataset chosen.').waitFor();
  await page.getByText('Accuracy: no dataset chosen').waitFor();
  await element('choose-data').click();
  await settled();
  expect(await element('fine-tune-epochs').isDisabled()).toBe(false);
});

test('a model that cannot be evaluated says why in each place where a figure would be', async () => {
  const why = 'This model is not a LayersModel.';
  await open(`notRunnable=${encodeURIComponent(why)}`);
  await element('threshold-number').fill('0.02');
  await element('preview-gzip').waitFor();
  await page.getByText('Accuracy: cannot be evaluated').waitFor();
  expect(await page.locator('.stat-note').allTextContents()).toEqual(
    expect.arrayContaining(['cannot be evaluated', 'cannot be evaluated']),
  );
  expect(await page.getByText('No dataset').count()).toBe(0);
  await tab('sensitivity');
  expect(await element('start-scan').isDisabled()).toBe(true);
  await page.locator('#sensitivity').getByText(why).waitFor();
  await tab('advice');
  await page.getByText(`${why} The advice is about sizes and work alone.`).waitFor();
  await tab('evaluation');
  await page.locator('.empty').getByText(why).waitFor();
});

test('a file that is not a checkpoint gives one sentence and a button to its text', async () => {
  await open('broken');
  expect(await element('error-message').textContent()).toMatch(/^The weights file "group1-shard1of2\.bin" .*again\.$/);
  await element('open-as-text').click();
  await expect.poll(() => page.evaluate('window.secateurHost.asked.at(-1).method')).toBe('openAsText');
});

test('the banners report disk and engine, and disappear afterwards', async () => {
  await open();
  await element('threshold-line').waitFor();
  await page.evaluate("window.secateurHost.tell('disk', { change: 'changed' })");
  await element('reload').click();
  await element('reload-banner').waitFor({ state: 'detached' });
  await page.evaluate(
    "window.secateurHost.tell('engine', { up: false, message: 'The engine stopped (signal SIGKILL).' })",
  );
  expect(await element('engine-banner').textContent()).toContain('signal SIGKILL');
  await page.evaluate("window.secateurHost.tell('engine', { up: true, message: 'The engine is up.' })");
  await element('engine-banner').waitFor({ state: 'detached' });
});

test('the settings of the person survive a reload', async () => {
  await open();
  await element('layer-row-dense').click();
  await element('mode-select').selectOption('percent');
  await element('threshold-number').fill('66');
  await element('log-scale').click();
  await element('sort-params').click();
  await page.reload();
  expect(await element('threshold-number').inputValue()).toBe('66');
  expect(await element('log-scale').getAttribute('aria-checked')).toBe('true');
  expect(await element('layer-row-dense').getAttribute('aria-selected')).toBe('true');
  expect(await page.locator('th[aria-sort="descending"]').count()).toBe(1);
});

test('figures follow the threshold and are measured for the bench', async () => {
  await open();
  await element('threshold-number').fill('0.02');
  await settled();
  const entries = z
    .array(z.string())
    .parse(await page.evaluate("performance.getEntriesByType('measure').map(({ name }) => name)"));
  for (const name of ['secateur:counts', 'secateur:bytes', 'secateur:accuracy']) expect(entries).toContain(name);
  expect(await page.evaluate("performance.getEntriesByName('secateur:usable').length")).toBe(1);
});

test('a cell of the confusion matrix shows its examples', async () => {
  await open();
  await element('evaluate-button').click();
  await element('cell-6-0').click();
  await element('cell-examples').waitFor();
  expect(await element('answers').innerText()).toMatch(/^Shirt taken for T-shirt\/top\s+The first 7 of \d+ examples/);
  expect(await element('cell-examples').locator('img').count()).toBe(7);
  expect(await element('cell-6-0').getAttribute('aria-pressed')).toBe('true');
});

test('the mistakes of many classes are a list that can be searched', async () => {
  await open('task=many-classes');
  await element('evaluate-button').click();
  const rows = element('mistakes').locator('tbody tr');
  await rows.first().waitFor();
  const many = await rows.count();
  const counts = (await rows.locator('td:nth-child(3)').allInnerTexts()).map(Number);
  expect(counts).toEqual([...counts].sort((a, b) => b - a));
  await element('find-class').fill('letter 17');
  await expect.poll(() => rows.count()).toBeLessThan(many);
  for (const row of await rows.allInnerTexts()) expect(row).toContain('letter 17');
  await rows.first().locator('button').click();
  await element('cell-examples').waitFor();
});

test('a regression has its metrics, and its answers over what is true', async () => {
  await open('task=regression');
  await element('evaluate-button').click();
  expect(await value('evaluation-rmse')).toBe(0.0512);
  expect(await element('total-test').innerText()).toBe('0.05120');
  await element('show-answers').click();
  await element('scatter').first().waitFor();
  // Two numbers are drawn side by side.
  const heights = "Array.from(plot.querySelectorAll('circle'), (one) => one.getAttribute('cy'))";
  const drawn = await page.evaluate(`Array.from(document.querySelectorAll('[data-testid=scatter]'), (plot) => ${heights})`); // prettier-ignore
  const [first, second] = z.array(z.array(z.string())).parse(drawn);
  expect(first).toHaveLength(400);
  expect(second).toHaveLength(400);
  expect(second).not.toEqual(first);
  // Another point may lie on top of it.
  await element('scatter').first().locator('circle').nth(200).hover({ force: true });
  await page.getByText(/ predicted, .* true$/).waitFor();
  // A target starts at the metric of the model, and at a value that it reaches.
  await tab('methods');
  await element('add-target').click();
  await element('step-0').getByText('RMSE <= 0.052').waitFor();
});

test('an image for an image is shown beside its target, and several outputs have a table', async () => {
  await open('task=pictures');
  await element('evaluate-button').click();
  await element('show-answers').click();
  await element('side-by-side').waitFor();
  expect(await element('side-by-side').locator('tbody tr').count()).toBe(4);
  expect(await element('side-by-side').locator('img').count()).toBe(12);
  await open('task=outputs');
  await element('evaluate-button').click();
  expect(await element('metrics-by-output').innerText()).toMatch(/age\s+2.310[^]*species[^]*91.30%/);
  await element('show-answers').click();
  await element('scatter').first().waitFor();
  await element('output-choice').selectOption('species');
  expect(await element('scatter').count()).toBe(0);
  await element('cell-6-0').click();
  await element('cell-examples').waitFor();
  const asked = await page.evaluate(
    "window.secateurHost.asked.filter(({ method }) => method === 'answers').at(-1).params",
  );
  expect(asked).toEqual({ output: 'species', of: { kind: 'cell', actual: 6, predicted: 0 } });
});

test('labels are a table that is sorted and searched, and leads to the examples of a mistake', async () => {
  await open('task=labels');
  await element('evaluate-button').click();
  const names = () => element('labels').locator('tbody th').allInnerTexts();
  await element('labels').waitFor();
  const inOrder = await names();
  await element('labels').getByTestId('sort-missed').click();
  expect(await names()).toEqual([...inOrder].reverse());
  expect(await element('labels').locator('thead th').nth(6).getAttribute('aria-sort')).toBe('descending');
  await element('find-label').fill('s');
  expect(await names()).toEqual(['snow', 'person', 'house', 'sea', 'sky']);
  await element('missed-0').click();
  await element('cell-examples').waitFor();
  expect(await element('answers').innerText()).toMatch(/^sky, missed\s+The first 7 of 40 examples/);
  expect(await element('wrong-9').count()).toBe(0);
});

test('classes of pixels are maps beside the input, and those of steps a row each', async () => {
  await open('task=pixels');
  await element('evaluate-button').click();
  await element('show-answers').click();
  await element('maps').waitFor();
  expect(await element('maps').locator('tbody tr').count()).toBe(4);
  expect(await element('maps').locator('img').count()).toBe(12);
  expect(await element('per-class').innerText()).toMatch(/road\s+70.0%/);
  await element('cell-1-0').click();
  await expect.poll(() => element('answers').innerText()).toMatch(/^Most pixels of road taken for background/);
  await open('task=steps', 500);
  await element('evaluate-button').click();
  await element('show-answers').click();
  await element('steps').first().waitFor();
  expect(await element('answers').innerText()).toMatch(/The first 256 of 300 steps/);
  const wrong = await element('steps').first().locator('.wrong').count();
  expect(wrong).toBeGreaterThan(5);
  const overflow = await page.evaluate('document.documentElement.scrollWidth - document.documentElement.clientWidth');
  expect(overflow).toBe(0);
});

test.each([400, 700, 1600])('at %d pixels nothing overflows the page', async (width) => {
  await open('sparse&sample', width);
  await element('threshold-number').fill('0.03');
  await settled();
  await element('threshold-to-recipe').click();
  await element('show-plan').click();
  await element('plan-table').waitFor();
  expect(await element('plan-packed').textContent()).toMatch(/^packed [\d.]+ kB → [\d.]+ kB \(/);
  await element('evaluate-button').click();
  await element('evaluation').waitFor();
  const overflow = await page.evaluate('document.documentElement.scrollWidth - document.documentElement.clientWidth');
  expect(overflow).toBe(0);
});

test('a training has a chart of its loss and one of its metric, in the colors of the theme, read by keys', async () => {
  await open('running&epochSeconds=30');
  const line = page.locator('.curve .series-line').first();
  await line.waitFor();
  expect(await page.locator('.curve').count()).toBe(2);
  const color = () => page.evaluate("getComputedStyle(document.querySelector('.curve .series-line')).stroke");
  const before = await color();
  await page.evaluate("window.secateurWear('light')");
  expect(await color()).not.toBe(before);
  const chart = page.locator('.curve .line-plot').first();
  for (const axis of ['x', 'y']) expect(await chart.locator(`.tick-${axis}`).count()).toBeGreaterThanOrEqual(3);
  await chart.press('ArrowRight');
  expect(await page.locator('.curve [role=status]').first().innerText()).toMatch(
    /^Training, smoothed: [\d.]+ at epoch/,
  );
});

test('a method is chosen, its form filled in from its schema, and the recipe runs', async () => {
  await open();
  await tab('methods');
  await element('add-prune').click();
  await element('form-prune-score').selectOption('lamp');
  await element('form-prune-amount-sparsity').fill('700');
  expect(await page.getByRole('alert').textContent()).toBe('Enter 0 to 100.');
  await element('form-prune-amount-sparsity').fill('80');
  await element('form-prune-more').click();
  await element('form-prune-granularity').selectOption('2:4');
  await element('form-prune-protect').fill('dense*');
  await element('form-prune-protect').press('Enter');
  await element('form-prune-layers').selectOption('conv2d');
  await element('show-plan').click();
  await element('plan-row-flatten').getByText('It has no weights.').waitFor();
  await element('add-finetune').click();
  await element('form-finetune-epochs').fill('1');
  await element('step-0-down').click();
  await element('step-1').press('Alt+ArrowUp');
  await element('recipe-run').click();
  await element('open-result').waitFor();
  const asked = await page.evaluate(
    "window.secateurHost.asked.findLast(({ method }) => method === 'run').params.steps",
  );
  expect(asked).toMatchObject([
    {
      step: 'prune',
      score: 'lamp',
      granularity: '2:4',
      protect: ['dense*'],
      amount: { sparsity: 0.8 },
      layers: { conv2d: { sparsity: 0.9 } },
    },
    { step: 'finetune', epochs: 1 },
  ]);
});

test('a chosen score says what it is and when to take it, and leads to its page, as the method does', async () => {
  await open();
  await tab('methods');
  await element('add-prune').click();
  await element('step-about')
    .getByText('Sets the weights with the smallest scores to 0. Take it for smaller')
    .waitFor();
  await page.getByText('The default: right for most models').waitFor();
  await element('form-prune-score').selectOption('obc');
  await page.getByText('the best where nothing is trained afterwards').waitFor();
  await element('form-prune-score-page').click();
  await element('add-remove').click();
  await element('step-page').click();
  await expect
    .poll(() => page.evaluate("window.secateurHost.asked.filter(({ method }) => method === 'openDocs')"))
    .toMatchObject([{ params: { page: 'scores' } }, { params: { page: 'remove' } }]);
});

test('the recipe survives a reload, and its steps can be edited', async () => {
  await open();
  await tab('methods');
  await element('add-remove').click();
  await element('form-remove-amount').selectOption('');
  await element('form-remove-more').click();
  await element('form-remove-samples').fill('');
  await expect.poll(() => element('recipe-run').isDisabled()).toBe(false);
  await page.reload();
  await element('step-0').waitFor();
  await element('step-0-delete').click();
  expect(await element('recipe-steps').count()).toBe(0);
});

test('a scan draws a curve for each layer, shows its figures, and leads to a layer', async () => {
  await open();
  await tab('sensitivity');
  await element('start-scan').click();
  await element('scan-progress').waitFor();
  await element('scan-as-table').click();
  await page.locator('#sensitivity[data-scanning="false"]').waitFor();
  expect(await element('scan-row-dense').locator('td').count()).toBe(10);
  const last = Number(await element('scan-row-dense').locator('td').last().getAttribute('data-value'));
  expect(last).toBeLessThan(0.5);
  await element('scan-layer-conv2d_1').click();
  await page.locator('[data-testid="layer-row-conv2d_1"][aria-selected="true"]').waitFor();
  // The first curve ends lowest, at the right.
  const marks = await element('scan-curves').locator('.series .mark').first().boundingBox();
  if (!marks) throw new Error('No curve is drawn.');
  await page.mouse.click(marks.x + marks.width - 5, marks.y + marks.height - 5);
  await page.locator('[data-testid="layer-row-conv2d"][aria-selected="true"]').waitFor({ timeout: 5000 });
  await page.getByText('max_pooling2d: It has no weights.').waitFor();
});

test('a cancelled scan keeps its curves', async () => {
  await open('layers=200');
  await tab('sensitivity');
  await element('start-scan').click();
  await element('cancel-scan').click();
  await page.locator('#sensitivity[data-scanning="false"]').waitFor();
  await element('start-scan').waitFor();
});

test('a point of the Pareto curve puts its plan into the recipe, by click and by keys', async () => {
  await open();
  await tab('methods');
  await element('add-target').click();
  await element('add-finetune').click();
  await element('form-finetune-epochs').fill('1');
  await element('recipe-run').click();
  await element('pareto-5').waitFor();
  for (const axis of ['x', 'y']) {
    const words = await page.locator(`.pareto .tick-${axis} text`).allTextContents();
    expect(new Set(words).size).toBeGreaterThanOrEqual(3);
  }
  await element('pareto-5').click();
  await element('step-0').getByText('1. Prune').waitFor();
  await element('step-1').getByText('2. Fine-tune').waitFor();
  const takesPlan = () => page.evaluate("document.querySelectorAll('.form-entry').length");
  await expect.poll(takesPlan).toBe(5);
  await page.getByRole('listbox').press('ArrowRight');
  await expect.poll(() => element('pareto-4').getAttribute('aria-selected')).toBe('true');
});

test('the curves and plans of a regression have its error, and say that lower is better', async () => {
  await open('task=regression');
  await tab('sensitivity');
  await element('start-scan').click();
  await element('scan-as-table').click();
  await page.locator('#sensitivity[data-scanning="false"]').waitFor();
  expect(await page.locator('#sensitivity').innerText()).toMatch(/RMSE 0.05040 on validation[^]*lower is better/);
  const cells = element('scan-row-dense').locator('td');
  const [first, last] = [await cells.first().innerText(), await cells.last().innerText()].map(Number);
  expect(last!).toBeGreaterThan(first!);
  await tab('methods');
  await element('add-target').click();
  await element('recipe-run').click();
  await element('pareto-5').waitFor();
  expect(await element('pareto').innerText()).toMatch(
    /^Plans found: RMSE over bytes[^]*Validation RMSE, lower is better/,
  );
  const heights = await page.evaluate(
    "Array.from(document.querySelectorAll('.pareto-point'), (one) => Number(one.getAttribute('cy')))",
  );
  // The largest plan comes first, and has the least error: it is drawn lowest.
  expect(heights).toEqual(
    z
      .array(z.number())
      .parse(heights)
      .toSorted((a, b) => b - a),
  );
  expect(await element('pareto-0').getAttribute('aria-label')).toMatch(/^RMSE 0.0487/);
});

test('one pruning becomes rounds that reach its sparsity', async () => {
  await open();
  await tab('methods');
  await element('add-prune').click();
  await element('rounds').click();
  await element('rounds-number').fill('2');
  await element('unroll-rounds').click();
  await element('step-3').waitFor();
  await element('step-2').getByText('sparsity 90%').waitFor();
});

test('the outcome draws the layers that a step replaced, before and after, in any width', async () => {
  await open('', 480);
  await tab('methods');
  await element('add-compact').click();
  expect(await element('form-compact-amount-macs').inputValue()).toBe('25');
  await element('recipe-run').click();
  const drawing = element('changed-parts');
  await drawing.waitFor();
  expect(Number(await drawing.getAttribute('data-parts'))).toBeGreaterThan(1);
  const graph = drawing.getByRole('img', { name: 'Compact convolutions: layers before and after' });
  const description = await graph.locator('desc').textContent();
  expect(description).toMatch(
    /^conv2d \(Conv2D, .*\) becomes conv2d_core \(DepthwiseConv2D, .*then conv2d_out \(Conv2D/,
  );
  expect(await graph.locator('rect').count()).toBe(3 * Number(await drawing.getAttribute('data-parts')));
  const [box, card] = [await graph.boundingBox(), await element('run-result').boundingBox()];
  expect(box!.x + box!.width).toBeLessThanOrEqual(card!.x + card!.width + 0.5);
  // Texts stay within their boxes.
  const boxes = graph.locator('g:has(> rect)');
  for (let i = 0; i < (await boxes.count()); i++) {
    const most = (await boxes.nth(i).locator('rect').boundingBox())!.width;
    for (const text of await boxes.nth(i).locator('text').all())
      expect((await text.boundingBox())!.width).toBeLessThan(most);
  }
});

test('the outcome of a packed model has its size and the code that loads it', async () => {
  await open();
  await tab('methods');
  await element('add-prune').click();
  await element('add-pack').click();
  await element('recipe-run').click();
  await element('packed').waitFor();
  expect(await element('packed').textContent()).toMatch(
    /model\.secateur has [\d.,]+ .?B, 1\/[\d.]+ of the files and 1\/3\.0 of them with gzip/,
  );
  expect(await element('packed-code').textContent()).toBe(
    "import { packed } from 'secateur/loader';\nconst model = await tf.loadLayersModel(packed('model.secateur'));",
  );
});

test('the chart of runs draws hundreds of checkpoints, offers axes, and opens one by click and by keys', async () => {
  await page.setViewportSize({ width: 480, height: 900 });
  await page.goto(`${playground.served.address}?runs=300`);
  await page.locator('[data-testid="runs-chart"][data-ready="true"]').waitFor();
  await page.getByText('1 checkpoint could not be read').waitFor();
  const drawn = await page.locator('.runs-plot .pareto-point').count();
  // The others have not ended, are damaged or were never measured.
  expect(drawn).toBe(259);
  // Of the table only the seen rows are drawn.
  expect(await page.getByTestId('run-row').count()).toBeLessThan(60);
  await element('runs-size').selectOption('gzip');
  await page.getByText('bytes, gzipped (log scale)').waitFor();
  expect(await page.locator('.runs-plot .pareto-point').count()).toBe(drawn);
  await element('runs-metric').selectOption({ label: 'Loss' });
  await element('runs-plot').focus();
  await page.keyboard.press('End');
  const name = /^(run-\d+): loss/i.exec((await element('run-in-hand').textContent()) ?? '')?.[1];
  await page.keyboard.press('Enter');
  // The last one lies on top of others.
  await element(`run-${drawn - 1}`).click();
  await expect.poll(() => requests('openCheckpoint')).toBe(2);
  const opened = await page.evaluate('window.secateurHost.asked[0].params.path');
  expect(opened).toBe(`/models/${name}/model.json`);
  await element('runs-latency').click();
  await element('runs-size').selectOption('latency');
  await page.getByText('latency of one example', { exact: true }).last().waitFor();
  await page.getByRole('button', { name: 'Packed' }).click();
  expect(await element('runs-table').locator('tbody th').first().textContent()).toBe('run-1');
  expect(await page.evaluate('document.documentElement.scrollWidth - document.documentElement.clientWidth')).toBe(0);
});

test('the head shows the packed size after the other figures, and on demand why it is large', async () => {
  await open();
  await page.locator('[data-testid="total-packed"][data-value]').waitFor();
  expect(await value('total-packed')).toBeLessThan(await value('total-bytes'));
  expect(await requests('packing')).toBe(1);
  expect(await element('packed-advice').textContent()).toBe('');
  await page.getByRole('button', { name: 'Why did the packed file not shrink?' }).click();
  await element('packed-advice').getByText('prune it').waitFor();
  await open('sparse');
  await page.locator('[data-testid="total-packed"][data-value]').waitFor();
  expect(await element('packed-why').count()).toBe(0);
});

test('a comparison shows both histograms of a layer, in any width', async () => {
  await page.setViewportSize({ width: 480, height: 900 });
  await page.goto(`${playground.served.address}?compare`);
  await element('compared-dense').getByRole('button').click();
  await page.getByRole('heading', { name: 'Weights of dense' }).waitFor();
  await element('overlay').getByText('fashion-cnn-pruned-90: 93').waitFor();
  const totals = element('compared-totals');
  await totals.getByRole('row', { name: /Size, packed 1\.55 MB/ }).waitFor();
  await totals.getByRole('row', { name: /Weights, ideally 1\.83 MB/ }).waitFor();
  expect(await element('compared-dense').getByRole('cell').last().textContent()).toMatch(/^1\.36 MB \u2192 [\d.]+ kB$/);
  await element('measure-latency').click();
  await element('compared-latency').getByText('101.3%').waitFor();
  // Without data the line that says so has the way to some.
  await element('choose-data').click();
  await totals.getByRole('row', { name: /Accuracy 91\.81%/ }).waitFor();
  expect(await element('choose-data').count()).toBe(0);
  expect(await page.evaluate('document.documentElement.scrollWidth - document.documentElement.clientWidth')).toBe(0);
});

/** A folder of pictures, a hundred for each class. */
async function colors(): Promise<string> {
  const source = path.join(await mkdtemp(path.join(playground.folder, 'data-')), 'colors');
  const shades = { blue: [40, 80, 220], green: [60, 180, 75], red: [220, 50, 40] };
  for (const [name, color] of Object.entries(shades)) {
    await mkdir(path.join(source, name), { recursive: true });
    const data = Uint8Array.from({ length: 8 * 6 * 3 }, (_, i) => color[i % 3]! - (i % 24));
    const png = encode({ width: 8, height: 6, channels: 3, depth: 8, data });
    for (let i = 0; i < 100; i++) await writeFile(path.join(source, name, `${i}.png`), png);
  }
  return source;
}

/** Opens the page about data with a fake host; with a place, the host asks the code of the engine about it. */
async function openData(place?: string, fake?: FakeData, ends?: ModelEnds): Promise<void> {
  page = await playground.renew();
  if (fake) await page.addInitScript(`window.secateurData = ${JSON.stringify(fake)}`);
  if (place !== undefined) await page.exposeFunction('secateurAnswer', answersAbout(place, 'mine', ends));
  await page.goto(`${playground.served.address}?data=${encodeURIComponent(place ?? '')}`);
}

const read = () => page.locator('[data-testid=data][data-ready=true]').waitFor();
const overflow = () => page.evaluate('document.documentElement.scrollWidth - document.documentElement.clientWidth');

test('a folder of pictures is shown with classes, splits and examples, and used by the keyboard', async () => {
  await openData(await colors());
  await element('pictures').waitFor();
  const names = element('classes').getByRole('textbox');
  expect(await Promise.all((await names.all()).map((one) => one.inputValue()))).toEqual(['blue', 'green', 'red']);
  expect(await element('splits').getByRole('row').allInnerTexts()).toEqual([
    expect.stringMatching(/train\s+240/),
    expect.stringMatching(/validation\s+60\s+held out of train/),
  ]);
  expect(await element('facts').innerText()).toMatch(/colors[^]*images[^]*classification, 3 classes[^]*6x8x3/);
  const pictures = element('pictures').getByRole('img');
  expect(await pictures.count()).toBe(12);
  expect(await pictures.last().getAttribute('alt')).toBe('Example of red');
  const wide = () => page.evaluate(`document.querySelector('[data-testid=pictures] img').naturalWidth`);
  expect(await wide()).toBe(8);
  expect(await element('entering').innerText()).toMatch(/enter as 6x8 pixels, red, green and blue, in a range that/);
  await element('split').selectOption('validation');
  await expect.poll(() => requests('shown')).toBe(2);
  await page.keyboard.press('Shift+Tab');
  await element('use-data').focus();
  await page.keyboard.press('Enter');
  await expect.poll(() => requests('use')).toBe(1);
});

test('pictures are shown as they enter the network, with the range of their values', async () => {
  await openData(await colors());
  await read();
  await element('data-preprocess-color').selectOption('gray');
  await element('data-normalization').selectOption('[-1,1]');
  await expect.poll(() => element('entering').innerText()).toBe('They enter as 6x8 pixels, gray, from \u22121 to 1.');
  const shades = `(() => {
    const canvas = document.createElement('canvas');
    const context = canvas.getContext('2d');
    context.drawImage(document.querySelector('[data-testid=pictures] img'), 0, 0);
    return Array.from(context.getImageData(2, 2, 1, 1).data.slice(0, 3));
  })()`;
  const [red, green, blue] = z.array(z.number()).parse(await page.evaluate(shades));
  expect([green, blue]).toEqual([red, red]);
});

test('arrays are given to the inputs and outputs of a model by their names', async () => {
  const file = path.join(await mkdtemp(path.join(playground.folder, 'data-')), 'pairs.npz');
  const numbers = (columns: number) => ({
    values: Float32Array.from({ length: 40 * columns }, (_, i) => Math.sin(i)),
    shape: [40, columns],
  });
  await writeFile(file, npzFile({ title: numbers(4), tags: numbers(2), cost: numbers(1) }));
  await openData(file, undefined, { inputs: ['title', 'tags'], outputs: ['Price'] });
  await read();
  expect(await element('data-inputs-title').locator('option').first().innerText()).toBe('The array title');
  const target = element('data-outputs-Price-target');
  expect(await target.locator('option').allInnerTexts()).toEqual([
    'None has its name',
    'title',
    'tags',
    'cost',
    'Other\u2026',
  ]);
  await target.selectOption('cost');
  await element('data-outputs-Price-task').selectOption('regression');
  await element('data-outputs-Price-weight').fill('0.5');
  await element('changes').getByText('Outputs: Price').waitFor();
  expect(await element('changes').innerText()).toMatch(/Outputs: Price: target cost, task regression, weight 0.5/);
  await read();
  await element('save-data').click();
  await element('data-note').getByText('Saved').waitFor();
  const saved: unknown = JSON.parse(await readFile(file.replace('.npz', '.data.json'), 'utf8'));
  expect(saved).toMatchObject({ outputs: { Price: { target: 'cost', task: 'regression', weight: 0.5 } } });
  await element('data-outputs-Price-weight').fill('');
  await target.selectOption('');
  await element('data-outputs-Price-task').selectOption('');
  await expect.poll(() => element('changes').count()).toBe(0);
  expect(await overflow()).toBe(0);
});

test('what was recognized is corrected, read again, undone, reset, kept over a reload and saved', async () => {
  const source = await colors();
  await openData(source);
  await read();
  await element('data-validationExamples').fill('30');
  await element('splits').getByText('270').waitFor();
  await element('data-preprocess-color').selectOption('gray');
  await element('facts').getByText('color gray').waitFor();
  expect(await element('changes').getByRole('listitem').allInnerTexts()).toEqual([
    expect.stringContaining('Validation examples: 30 (recognized: 60)'),
    expect.stringContaining('Preprocess: color: gray'),
  ]);
  await element('class-0').focus();
  await page.keyboard.press('Alt+ArrowDown');
  await element('changes').getByText('green, blue, red').waitFor();
  expect(await page.evaluate('document.activeElement.dataset.testid')).toBe('class-1');
  await page.keyboard.press('Control+z');
  await expect.poll(() => element('changes').getByRole('listitem').count()).toBe(2);
  await page.keyboard.press('Control+Shift+z');
  await element('reset-preprocess-color').click();
  await element('facts').getByText('as the model takes it').waitFor();
  await page.reload();
  await read();
  expect(await element('data-validationExamples').inputValue()).toBe('30');
  expect(await element('class-0').inputValue()).toBe('green');
  await element('save-data').click();
  await page.getByText('Saved in colors.data.json.').waitFor();
  expect(JSON.parse(await readFile(path.join(path.dirname(source), 'colors.data.json'), 'utf8'))).toEqual({
    source: './colors',
    validationExamples: 30,
    classNames: ['green', 'blue', 'red'],
  });
  await page.getByText('Open colors.data.json').waitFor();
  expect(await element('save-data').count()).toBe(0);
});

test('a fault is said beside its field, and a table whose target nothing tells is read when it is named', async () => {
  const table = path.join(await mkdtemp(path.join(playground.folder, 'data-')), 'numbers.csv');
  await writeFile(table, Array.from({ length: 40 }, (_, i) => `${i / 7};${i % 5};${i % 2}`).join('\n'));
  await openData(table);
  await element('data-columns-target-problem').getByText('Nothing tells which column').waitFor();
  expect(await element('use-data').isDisabled()).toBe(true);
  expect(await element('data-columns-target').locator('option').allInnerTexts()).toEqual(['By content', '1', '2', '3']);
  await element('data-columns-target').selectOption('3');
  await element('rows').waitFor();
  expect(await element('facts').innerText()).toMatch(/Column of the target\s+3\s+Columns of features\s+1, 2/);
  await element('data-columns-features').fill('1');
  await page.keyboard.press('Enter');
  await expect.poll(() => element('facts').innerText()).toMatch(/Columns left out\s+2/);
  await element('data-validationExamples').fill('many');
  await element('use-data').click();
  expect(await page.evaluate('document.activeElement.dataset.testid')).toBe('data-validationExamples');
  expect(await requests('use')).toBe(0);
  await element('data-validationExamples').fill('40');
  await element('data-validationExamples-problem').getByText('40 cannot be held out').waitFor();
  await page.keyboard.press('Control+z');
  await read();
  expect(await element('data-validationExamples-problem').count()).toBe(0);
  await page.setViewportSize({ width: 480, height: 900 });
  expect(await overflow()).toBe(0);
});

test('many classes are searched, renamed and pasted', async () => {
  await openData();
  await page.setViewportSize({ width: 480, height: 900 });
  await element('search').fill('Z9');
  expect(await element('classes').getByRole('textbox').count()).toBe(1);
  await element('class-259').fill('zebra');
  await element('reset-classNames').waitFor();
  expect(await element('class-259').inputValue()).toBe('zebra');
  expect(await overflow()).toBe(0);
  await element('classes-as-lines').click();
  await element('class-lines').fill('cat\n\n dog \n');
  await page.keyboard.press('Tab');
  await element('changes').getByText('cat, dog').waitFor();
  await element('reset-classes').click();
  await expect.poll(() => element('class-lines').inputValue()).toMatch(/^a0\nb0\n/);
});

test('normalizations are tried for the model, and one is taken with a press', async () => {
  await openData();
  await element('find-normalization').click();
  await element('tried').waitFor();
  expect(await element('tried').getByRole('row').allInnerTexts()).toEqual([
    expect.stringMatching(/Normalization\s+Accuracy\s+Loss/),
    expect.stringMatching(/\[0,1\]\s+91.4%\s+0.2417/),
    expect.stringMatching(/\[-1,1\]\s+84.6%\s+no number/),
  ]);
  await element('take-[-1,1]').click();
  await element('reset-normalization').waitFor();
  expect(await element('changes').innerText()).toContain('Normalization: [-1,1]');
  expect(await element('data-normalization').inputValue()).toBe('[-1,1]');
  expect(await element('tried').count()).toBe(1);
});

test('a refusal of data is one sentence, and other data can be chosen', async () => {
  const refusal = 'The folder /data/x holds no dataset: choose another one.';
  const seen = { description: null, recognized: null, problem: null, written: {}, columns: [] };
  const review = { ...seen, reference: '/data/x', file: null, saveAs: 'x.data.json' };
  await openData(undefined, { review, examples: { kind: 'pictures', examples: [] }, refusal });
  await element('data-problem').getByText(refusal).waitFor();
  expect(await element('use-data').count()).toBe(0);
  await element('another-data').click();
  await expect.poll(() => requests('another')).toBe(1);
});
