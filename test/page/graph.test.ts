import path from 'node:path';
import type { Page } from 'playwright-core';
import { beforeAll, expect, test } from 'vitest';
import { readCheckpoint } from '../../src/engine/checkpoint/read';
import { inspect } from '../../src/engine/measure/inspect';
import { topologyOf } from '../../src/engine/requests/topology';
import { SEARCHED_2000, writeSearched } from '../fixtures/searched-network';
import { playgroundOfFile } from './playground';

const playground = playgroundOfFile('sec-graph-');
const { element } = playground;
let page: Page;
beforeAll(() => {
  ({ page } = playground);
});

const tree = () => element('graph').getByRole('tree');
const drawn = () => element('graph').locator('.node').count();

async function openGraph(pretence = ''): Promise<void> {
  await playground.open(pretence, 1400);
  await element('layers-view-graph').click();
  await page.locator('[data-testid="graph"][data-busy="false"] .node').first().waitFor();
}

test('the graph and the table share the selection, by click and by key', async () => {
  await openGraph();
  expect(await element('graph').getAttribute('data-boxes')).toBe('8');
  await tree().locator('[data-key="node-2"]').click();
  await page.locator('#hero-title', { hasText: 'conv2d_1' }).waitFor();
  await tree().press('ArrowDown');
  await tree().press('ArrowDown');
  await page.locator('#hero-title', { hasText: 'conv2d_2' }).waitFor();
  expect(await tree().getByRole('treeitem', { selected: true }).getAttribute('aria-label')).toContain('conv2d_2');
  await element('layers-view-table').click();
  await element('layer-row-dense').click();
  await element('layers-view-graph').click();
  await tree()
    .getByRole('treeitem', { name: /^dense, / })
    .waitFor();
  expect(await tree().getByRole('treeitem', { selected: true }).getAttribute('aria-label')).toMatch(/^dense, /);
});

test('a graph that was hidden is where it was when it is seen again', async () => {
  await openGraph();
  const frames = () => page.evaluate('new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))');
  const place = () => tree().locator('g').first().getAttribute('transform');
  const before = await place();
  await page.evaluate("document.querySelector('#root, body').style.display = 'none'");
  await tree().waitFor({ state: 'hidden' });
  // Two frames, so that the page has seen that it has no size.
  await frames();
  await page.evaluate("document.querySelector('#root, body').style.display = ''");
  await tree().waitFor();
  await frames();
  expect(await place()).toBe(before);
});

test('of 2,000 layers only the seen ones are drawn, and a search brings one into view', async () => {
  await openGraph('layers=2000');
  // A block for each part with a name, and the activations between them.
  expect(await element('graph').getAttribute('data-boxes')).toBe('800');
  expect(await drawn()).toBeLessThan(40);
  await element('graph-open-all').click();
  await page.locator('[data-testid="graph"][data-busy="false"][data-boxes="2400"]').waitFor();
  expect(await drawn()).toBeLessThan(40);
  const search = page.locator('[data-testid="graph-search"]');
  await search.fill('block_346_ name_0');
  await search.press('Enter');
  await tree()
    .getByRole('treeitem', { name: /^block_346_convolution_with_a_long_name_0/ })
    .waitFor();
  await page.locator('#hero-title', { hasText: 'block_346_convolution_with_a_long_name_0' }).waitFor();
  await element('graph-fit').click();
  await page.locator('[data-testid="graph"] path.node-box').first().waitFor();
  expect(await drawn()).toBeLessThan(40);
});

test('a plan of a removal shows the graph after it beside the graph before it, with marks', async () => {
  await openGraph();
  await page.locator('#tab-methods').click();
  await element('add-remove').click();
  await element('show-plan').click();
  await page.locator('[data-testid="graph-after"][data-busy="false"] .node').first().waitFor();
  expect(await element('graph').locator('.mark-narrower').count()).toBeGreaterThan(0);
  expect(await element('graph-after').locator('.mark-narrower').count()).toBeGreaterThan(0);
});

test('a network of 2,000 layers that a search wrote is drawn, its blocks open and close, and it moves', async () => {
  const file = await writeSearched(path.join(playground.folder, 'searched'), SEARCHED_2000);
  const checkpoint = await readCheckpoint(file);
  const real = { inspection: await inspect(checkpoint), topology: topologyOf(checkpoint) };
  const own = await playground.renew();
  await own.addInitScript(`window.secateurReal = ${JSON.stringify(real)}`);
  await playground.open('', 1400);
  await element('layers-view-graph').click();
  const drawing = (boxes: number) => own.locator(`[data-testid="graph"][data-busy="false"][data-boxes="${boxes}"]`);
  const [closed, open] = [70, 2022 + 815];
  await drawing(closed).waitFor();
  await tree().locator('[data-key="block-cell1"] .node-toggle').click();
  await tree().locator('[data-key="block-cell1_block1"]').waitFor();
  await element('graph-open-all').click();
  await drawing(open).waitFor();
  expect(await drawn()).toBeLessThan(80);
  const before = await tree().locator('g').first().getAttribute('transform');
  const box = await element('graph').boundingBox();
  await own.mouse.move(box!.x + 20, box!.y + 200);
  await own.mouse.down();
  await own.mouse.move(box!.x + 20, box!.y + 60, { steps: 10 });
  await own.mouse.up();
  expect(await tree().locator('g').first().getAttribute('transform')).not.toBe(before);
  await element('graph-close-all').click();
  await drawing(closed).waitFor();
});
