import { existsSync } from 'node:fs';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, expect, inject, test } from 'vitest';
import type { Panel } from '../harness/pages/panel';
import type { World } from '../harness/world';
import { openPanel, openShipped } from './shipped';
import { readWithStockTfjs } from './stock-tfjs';

let world: World;
let panel: Panel;

beforeAll(async () => {
  ({ world, panel } = await openShipped({ name: 'advice', vsix: inject('vsix'), width: 1440, height: 1300 }));
  await openPanel({ world, panel });
});

afterEach(() => {
  expect(world.guard.take()).toEqual([]);
});

afterAll(async () => {
  expect(await world.close()).toEqual([]);
});

test('advice leads to a plan and to a run, whose checkpoint stock TensorFlow.js reads', async () => {
  await panel.tab('advice');
  await panel.element('advice-minutes').fill('0.3');
  await panel.element('advise').click();
  const cards = panel.element('advised-recipes').locator('> li');
  await cards.first().waitFor({ timeout: 150_000 });
  // A recipe that trains nothing is done at once.
  const quick = cards.filter({ hasText: /Training\s*none/ }).first();
  await quick.getByText('Show the Plan').click();
  await panel.element('plan-table').waitFor({ timeout: 60_000 });
  await panel.element('recipe-folder').fill('fashion-cnn-advised');
  await panel.element('recipe-run').click();
  const model = path.join(world.workspace, 'fashion-cnn-advised', 'model.json');
  await expect.poll(() => existsSync(model), { timeout: 150_000 }).toBe(true);
  await panel.element('open-result').waitFor();
  expect(existsSync(path.join(path.dirname(model), 'model.secateur'))).toBe(true);
  expect((await readWithStockTfjs(model)).kernels.size).toBeGreaterThan(0);
});
