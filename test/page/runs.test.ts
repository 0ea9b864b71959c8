import type { Page } from 'playwright-core';
import { expect, test } from 'vitest';
import { playgroundOfFile } from './playground';

const playground = playgroundOfFile('secateur-runs-');
const { element, tab, asked, open } = playground;
const page = (): Page => playground.page;

const openRuns = async (count: number, width = 1400): Promise<void> => {
  await page().setViewportSize({ width, height: 900 });
  await page().goto('about:blank');
  await page().goto(`${playground.served.address}?runs=${count}`);
  await page().locator('[data-testid="runs-chart"][data-ready="true"]').waitFor();
};
const row = (name: string) => page().locator(`[data-testid="run-row"][data-run="${name}"]`);
const names = (): Promise<string[]> => page().locator('[data-testid="run-row"] th').allTextContents();

test('300 runs are a table of which only the seen rows are drawn; it filters, sorts and scrolls', async () => {
  await openRuns(300);
  expect(await element('runs-count').textContent()).toBe('300 rows');
  expect(await page().getByTestId('run-row').count()).toBeLessThan(60);
  await element('runs-filter').fill('paper quantize');
  await expect.poll(() => element('runs-count').textContent()).toMatch(/^\d of 300 rows$/);
  expect(await row('run-66').count()).toBe(1);
  await element('runs-filter').fill('');
  await element('sort-metric').click();
  await expect.poll(async () => (await names()).length).toBeGreaterThan(10);
  const values = await page().locator('[data-testid="run-row"] [data-column="metric"]').allTextContents();
  const numbers = values.map((text) => Number.parseFloat(text));
  expect(numbers).toEqual([...numbers].sort((a, b) => b - a));
  expect(values.some((text) => text.includes('(sample)')) && values.every((text) => /test|validation/.test(text))).toBe(true); // prettier-ignore
  await element('runs-table').focus();
  await page().keyboard.press('End');
  await expect.poll(() => page().locator('[data-testid="run-row"][aria-rowindex="301"]').count()).toBe(1);
});

test('chosen runs show their curves over each other, the fields in which two recipes differ, and what can be done', async () => {
  await openRuns(16);
  await row('run-3').click();
  await row('run-6').click({ modifiers: ['ControlOrMeta'] });
  const diff = element('recipe-diff');
  // In the order of the table: the newest first.
  expect(await diff.getByRole('columnheader').allTextContents()).toEqual(['Place', 'Field', 'run-6', 'run-3']);
  await diff.getByRole('row', { name: 'Step 2: Fine-tune Epochs 3 4', exact: true }).waitFor();
  await diff.getByRole('row', { name: /Step 3: Quantize In the recipe (yes no|no yes)/ }).waitFor();
  const before = await diff.getByRole('row').count();
  await element('recipe-diff-whole').click();
  expect(await diff.getByRole('row').count()).toBeGreaterThan(before);
  const curves = element('run-curves');
  await curves.getByText('run-6').waitFor();
  await element('smoothing').focus();
  await page().keyboard.press('End');
  await curves.getByText('0.95').waitFor();
  // The first point that the keys reach is that of a smoothed line, not of the measured one behind it.
  await element('run-curves-plot').focus();
  await page().keyboard.press('ArrowRight');
  await curves.getByText(/at epoch 1, smoothed$/).first().waitFor(); // prettier-ignore
  await element('curved-loss').click();
  await element('run-curves-plot').locator('.series-line').first().waitFor();
  await element('run-compare').click();
  await expect
    .poll(() => asked('actOnRun'))
    .toEqual([{ action: 'compare', folders: ['/models/run-6', '/models/run-3'] }]);
});

test('a run is renamed, deleted and opened by keys and by its menu', async () => {
  await openRuns(16);
  await row('run-4').click();
  await page().keyboard.press('F2');
  await page().keyboard.press('Delete');
  await page().keyboard.press('Enter');
  await expect
    .poll(() => asked('actOnRun'))
    .toEqual([
      { action: 'rename', folders: ['/models/run-4'] },
      { action: 'delete', folders: ['/models/run-4'] },
    ]);
  expect(await asked('openCheckpoint')).toEqual([{ path: '/models/run-4/model.json' }]);
  const context = JSON.parse((await row('run-4').getAttribute('data-vscode-context')) ?? '') as object;
  expect(context).toMatchObject({ secateurRun: 'finished', secateurRunHasModel: true, runFolder: '/models/run-4' });
  // By the key of the menu, the context is that of the row that the keys are on.
  await page().keyboard.press('ArrowDown');
  const active = await page().locator('.runs .layer.active').getAttribute('data-run');
  const around = await page().locator('.runs-scroller').getAttribute('data-vscode-context');
  expect(JSON.parse(around ?? '{}')).toMatchObject({ runFolder: `/models/${active}` });
});

test('tags and a note are kept with a run, and a damaged run says why it cannot be opened', async () => {
  await openRuns(16);
  await row('run-5').click();
  await element('run-tags').fill('paper, best, paper');
  await element('run-note').fill('Of the talk.');
  await element('save-notes').click();
  await element('run-notes').getByText('Saved in notes.json').waitFor();
  expect(await asked('noteRun')).toEqual([{ folder: '/models/run-5', tags: ['paper', 'best'], note: 'Of the talk.' }]);
  await row('run-5').getByText('paper, best').waitFor();
  await element('run-tags').fill('x'.repeat(41));
  await page().getByText('Use at most 40 characters for a tag.').waitFor();
  await row('run-10').dblclick();
  await element('open-problem').getByText('Its checkpoint model.json is gone.').waitFor();
});

test('the workbench counts the runs of the checkpoint in a tab, and lists them there', async () => {
  await open('', 1100);
  await expect.poll(() => page().getByRole('tab', { name: /Runs/ }).textContent()).toBe('Runs12');
  await tab('runs');
  await row('run-2').dblclick();
  await expect.poll(() => asked('openCheckpoint')).toEqual([{ path: '/models/run-2/model.json' }]);
  await row('run-2').click();
  await element('run-evaluate').click();
  await expect.poll(() => asked('actOnRun')).toEqual([{ action: 'evaluate', folders: ['/models/run-2'] }]);
  await open('', 480);
  await tab('runs');
  await row('run-2').waitFor();
  expect(await page().evaluate('document.documentElement.scrollWidth - document.documentElement.clientWidth')).toBe(0);
});

test('a note undoes its own typing, and no threshold', async () => {
  await open('', 1100);
  await element('threshold-number').fill('0.02');
  await tab('runs');
  await row('run-2').click();
  await element('run-note').pressSequentially('Of the talk.');
  await element('run-note').press('Control+z');
  await expect.poll(() => element('run-note').inputValue()).not.toBe('Of the talk.');
  await element('run-tags').press('Control+z');
  await tab('prune');
  expect(await element('threshold-number').inputValue()).toBe('0.02');
});

test('a checkpoint that a run wrote opens with its metric, its curve and its parent', async () => {
  await open('written');
  await expect.poll(() => element('total-test').textContent()).toBe('91.6%');
  const stat = page().locator('.stat', { has: element('total-test') });
  expect(await stat.textContent()).toMatch(/Accuracy, test.*recorded on 10,000$/);
  expect(await stat.getAttribute('title')).toMatch(/On 10,000 test examples, from results of .*2026/);
  await element('parent').getByRole('button', { name: 'Open fashion-cnn' }).click();
  await expect.poll(() => asked('openCheckpoint')).toEqual([{ path: '/models/fashion-cnn/model.json' }]);
  await tab('evaluation');
  await element('recorded-run')
    .getByText(/91\.57%/)
    .waitFor();
  await element('run-curves-plot').locator('.series-line').first().waitFor();
  await element('evaluate-here').click();
  await element('evaluation').waitFor();
  expect(await stat.textContent()).toMatch(/10,000 examples$/);
});

test('layers that are chosen together are laid over each other in the histogram, with a legend', async () => {
  await open();
  await element('layer-row-conv2d').click();
  await element('layer-row-conv2d_1').click({ modifiers: ['ControlOrMeta'] });
  await element('layer-row-dense').click({ modifiers: ['ControlOrMeta'] });
  await element('other-layers-legend').getByText('each scaled to as many nonzero weights as dense has').waitFor();
  expect(await element('other-layers').locator('path').count()).toBe(2);
  await element('layer-row-conv2d_1').click();
  expect(await element('other-layers').count()).toBe(0);
});

test('a comparison draws both graphs with what differs marked', async () => {
  await page().setViewportSize({ width: 1400, height: 900 });
  await page().goto('about:blank');
  await page().goto(`${playground.served.address}?compare`);
  await element('show-graphs').click();
  await page().locator('[data-testid="graph-a"][data-busy="false"]').waitFor();
  await page().locator('[data-testid="graph-b"][data-busy="false"]').waitFor();
  expect(await element('compared-graphs').getAttribute('data-changes')).toBe('1');
  await element('compared-graphs').getByText('1 layer or operation differs.').waitFor();
  for (const side of ['graph-a', 'graph-b'])
    expect(await element(side).locator('.mark-narrower').first().textContent()).toMatch(/→ 7 channels/);
});
