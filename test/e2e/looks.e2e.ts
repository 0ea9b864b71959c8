import { cpSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, expect, inject, test } from 'vitest';
import { inRoot } from '../../scripts/setup/paths';
import type { Panel } from '../harness/pages/panel';
import type { World } from '../harness/world';
import { openPanel, openShipped } from './shipped';

const WIDTH = 1440;
const HEIGHT = 1000;

let world: World;
let panel: Panel;

beforeAll(async () => {
  ({ world, panel } = await openShipped({
    name: 'looks',
    vsix: inject('vsix'),
    width: WIDTH,
    height: HEIGHT,
    prepare: (workspace) => cpSync(inRoot('test', 'fixtures', 'data', 'iris.csv'), path.join(workspace, 'iris.csv')),
  }));
  await openPanel({ world, panel });
  await panel.select('mode-select', 'percent');
  await panel.typeThreshold('90');
  await panel.preview('accuracy');
  await panel.element('evaluate-button').click();
  await panel.element('evaluation').waitFor({ timeout: 90_000 });
});

afterEach(() => {
  expect(world.guard.take()).toEqual([]);
});

afterAll(async () => {
  expect(await world.close()).toEqual([]);
});

test.for([
  { theme: 'Light Modern', kind: 'vscode-light', shot: 'light' },
  { theme: 'Dark Modern', kind: 'vscode-dark', shot: 'dark' },
  { theme: 'Dark High Contrast', kind: 'vscode-high-contrast', shot: 'high-contrast-dark' },
  { theme: 'Light High Contrast', kind: 'vscode-high-contrast-light', shot: 'high-contrast-light' },
])('$theme: the page follows the theme, and its text and bars can be seen', async ({ theme, kind, shot }) => {
  await world.workbench.theme(theme);
  await expect.poll(() => panel.themeKind()).toBe(kind);
  await panel.toTop();
  await world.screenshot(shot);
  const faint = (await panel.contrasts()).filter(({ ratio }) => ratio < 4.5);
  expect(faint).toEqual([]);
  const unseen = (await panel.shapeContrasts()).filter(({ ratio }) => ratio < 3);
  expect(unseen).toEqual([]);
});

test('everything has its place in a narrow editor', async () => {
  await world.workbench.theme('Dark Modern');
  await world.workbench.command('View: Toggle Primary Side Bar Visibility');
  await world.page.setViewportSize({ width: 480, height: HEIGHT });
  await expect.poll(() => panel.overflow()).toBeLessThanOrEqual(0);
  await panel.toTop();
  await world.screenshot('narrow');
  await world.page.setViewportSize({ width: WIDTH, height: HEIGHT });
});

test('the whole page can be worked with the keyboard alone', async () => {
  const line = panel.element('threshold-line');
  const before = await panel.value('threshold-line');
  await line.focus();
  await line.press('ArrowLeft');
  const stepped = await panel.value('threshold-line');
  expect(stepped).toBeLessThan(before);
  await line.press('PageDown');
  expect(await panel.value('threshold-line')).toBeLessThan(stepped);
  const table = panel.element('layer-table');
  await table.focus();
  await table.press('Home');
  await table.press('ArrowDown');
  const first = await panel.selectedRow();
  await table.press('ArrowDown');
  expect(await panel.selectedRow()).not.toBe(first);
});

test('data is corrected on its page, saved beside it and used', async () => {
  const { workbench, page, workspace } = world;
  await workbench.command('View: Toggle Primary Side Bar Visibility');
  await workbench.contextMenu(workbench.explorerRow('iris.csv'), 'Use as Secateur Dataset');
  await panel.element('rows').waitFor();
  await panel.element('data-validationExamples').fill('10');
  await panel.element('splits').getByText('140').waitFor();
  await panel.element('data-columns-features').fill('petal width (cm)');
  await panel.element('data-columns-features').press('Enter');
  await panel.element('facts').getByText('Columns left out').waitFor();
  const faint = (await panel.contrasts()).filter(({ ratio }) => ratio < 4.5);
  expect(faint).toEqual([]);
  await world.screenshot('data');
  await panel.element('data-columns-features').press('Control+z');
  await panel.element('facts').getByText('Columns left out').waitFor({ state: 'detached' });
  await panel.element('save-data').click();
  await panel.element('data-note').getByText('Saved in iris.data.json').waitFor();
  expect(JSON.parse(readFileSync(path.join(workspace, 'iris.data.json'), 'utf8'))).toEqual({
    source: './iris.csv',
    validationExamples: 10,
  });
  await panel.element('use-data').click();
  await page.getByText('iris is now the dataset of this workspace: 150 examples.').first().waitFor();
});

test('the page of the extension has no broken picture and no link that leads nowhere', async () => {
  const { workbench, page } = world;
  await workbench.closeAllEditors();
  await workbench.command('Extensions: Show Installed Extensions');
  await page.locator('.extensions-viewlet .monaco-list-row').filter({ hasText: 'Secateur' }).first().click();
  const text = workbench.webview();
  await text.getByRole('heading', { name: 'Try it' }).waitFor();
  // This version of VS Code takes the source of a picture without a public address away: then nothing is in its place.
  expect(await text.locator('img:visible').count()).toBe(0);
  expect(await text.locator('a:not([href^="https:"]):not([href^="#"])').count()).toBe(0);
  await world.screenshot('extension-page');
});

test('the walkthrough shows the threshold as it is dragged', async () => {
  const { workbench, page } = world;
  await workbench.closeAllEditors();
  await workbench.command('Welcome: Open Walkthrough');
  await workbench.quickRow('Prune a neural network').click();
  await page.locator('.getting-started-step').filter({ hasText: 'Drag the threshold and prune' }).first().click();
  // A picture that cannot be read is as wide as its words or less.
  const width = () => page.evaluate("document.querySelector('.getting-started-media img')?.naturalWidth ?? 0");
  await expect.poll(width).toBeGreaterThan(500);
  await world.screenshot('walkthrough');
});
