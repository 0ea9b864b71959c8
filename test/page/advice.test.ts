import type { Page } from 'playwright-core';
import { beforeAll, expect, test } from 'vitest';
import * as z from 'zod';
import { Advice } from '../../src/protocol/advice';
import told from '../fixtures/advice/fashion-cnn.json';
import { playgroundOfFile } from './playground';

/** An answer of the engine. */
const advice = Advice.parse(told);

const playground = playgroundOfFile('sec-advice-');
const { open, tab, element, asked } = playground;
let page: Page;
beforeAll(() => {
  ({ page } = playground);
});

test('advice shows the recipes of the engine, with estimates marked, and each layer', async () => {
  await open();
  await tab('advice');
  await element('advise').click();
  await element('advice-progress').waitFor();
  await element('advised-recipes').waitFor();
  expect(await element('advised-recipes').locator('> li').count()).toBe(advice.recipes.length);
  for (const { name, title, packedBytes, after, seconds } of advice.recipes) {
    expect(await element(name).getByRole('heading').innerText()).toBe(title);
    expect((await element(`${name}-packed`).innerText()).startsWith('~')).toBe(!packedBytes.measured);
    expect((await element(`${name}-after`).innerText()).startsWith('~')).toBe(after?.from === 'estimated');
    expect((await element(`${name}-training`).innerText()) === 'none').toBe(seconds === 0);
  }
  await element('advice-layers-fold').click();
  const row = element('advice-layer-dense1');
  await row.waitFor();
  const layer = advice.layers.find(({ name }) => name === 'dense1')!;
  expect(Number(await row.locator('td').first().getAttribute('data-value'))).toBe(layer.shares.params);
  const bar = await row.locator('.share-bar').first().boundingBox();
  expect(await row.locator('.share-bar').first().getAttribute('style')).toContain(`--share: ${layer.shares.params}`);
  const cell = await row.locator('td').first().boundingBox();
  expect(bar!.width / cell!.width).toBeGreaterThan(0.6);
  await element('advice-notes-fold').click();
  expect(await element('advice-notes').innerText()).toContain('~ marks an estimate');
});

test('a recipe is one click from its plan, from the form, from an editor and from a run, by keyboard too', async () => {
  await open('advised');
  await tab('advice');
  await element('recipe-1-plan').focus();
  await page.keyboard.press('Enter');
  const { steps } = advice.recipes[0]!;
  await expect.poll(() => element('recipe-steps').locator('> li').count()).toBe(steps.length);
  await expect.poll(async () => (await asked('plan')).some((one) => JSON.stringify(one).includes(JSON.stringify(steps[0])))).toBe(true); // prettier-ignore
  await tab('advice');
  await element('recipe-2-methods').click();
  await expect.poll(() => element('recipe-steps').locator('> li').count()).toBe(advice.recipes[1]!.steps.length);
  await tab('advice');
  await element('recipe-2-open').click();
  await expect.poll(() => asked('openRecipe')).toMatchObject([{ steps: advice.recipes[1]!.steps }]);
  await tab('advice');
  await element('recipe-1-run').click();
  await expect.poll(async () => (await asked('run')).length).toBe(1);
  const [job] = z.array(z.object({ steps: z.array(z.unknown()) })).parse(await asked('run'));
  expect(job?.steps).toEqual(steps);
});

test('advice that was kept is there at once, and a cancelled one leaves it', async () => {
  await open('advised');
  await tab('advice');
  await element('recipe-1').waitFor();
  expect(await asked('advise')).toEqual([]);
  await element('advise').click();
  await element('cancel-advice').click();
  await element('advise').waitFor();
  expect(await element('recipe-1').count()).toBe(1);
  expect(await element('advice-problem').count()).toBe(0);
});

test('a wrong goal is said and not asked, and a goal that nothing meets is answered', async () => {
  await open();
  await tab('advice');
  await element('advice-aim').selectOption('bytes');
  await element('advice-goal').fill('half');
  await element('advice-goal-problem').waitFor();
  await element('advise').click();
  expect(await asked('advise')).toEqual([]);
  await element('advice-goal').fill('1');
  await element('advise').click();
  await element('advice-shortfall').waitFor();
  const [request] = z.array(z.object({ options: z.object({ goal: z.unknown() }) })).parse(await asked('advise'));
  expect(request?.options.goal).toEqual({ bytes: 1 });
});

test('without data there is advice about sizes alone, which is said, and no goal of a metric', async () => {
  await open('noData');
  await tab('advice');
  expect(await element('advice-aim').locator('option[value="metric"]').count()).toBe(0);
  await page.getByText('Without data there is advice about sizes and work alone.').waitFor();
  await element('advise').click();
  await element('recipe-1').waitFor();
  expect(await element('recipe-1-after').count()).toBe(0);
  await element('advice-notes-fold').click();
  expect(await element('advice-notes').innerText()).toContain('sizes and work alone');
});

test('in a workspace that is not trusted nothing is advised', async () => {
  await open('untrusted');
  await tab('advice');
  await element('advise').waitFor();
  await expect.poll(() => element('advise').isDisabled()).toBe(true);
});

test('fits a narrow page', async () => {
  await open('advised', 480);
  await tab('advice');
  await element('recipe-1').waitFor();
  await element('advice-layers-fold').click();
  await element('advice-layers').waitFor();
  expect(await page.evaluate('document.documentElement.scrollWidth - document.documentElement.clientWidth')).toBe(0);
});
