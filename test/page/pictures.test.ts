import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startPlayground, type Playground } from './playground';

let playground: Playground;
let page: Page;

beforeAll(async () => {
  playground = await startPlayground('sec-pictures-');
  ({ page } = playground);
});
afterAll(() => playground.end());

test('weights are drawn when they are asked for, and keys read their cells', async () => {
  await playground.open();
  await page.getByTestId('layer-row-dense').click();
  expect((await playground.asked()).filter(({ method }) => method === 'sheet')).toEqual([]);
  await page.getByTestId('pictures').click();
  const picture = page.getByTestId('picture');
  await picture.waitFor();
  await page.waitForFunction(`document.querySelector('.picture-canvas')?.width === 24`);
  const words = page.getByTestId('picture-words');
  expect(await words.textContent()).toBe('12 inputs down, 24 outputs across.');
  await picture.press('ArrowDown');
  await picture.press('ArrowDown');
  expect(await words.textContent()).toMatch(/^input 1, output 0: 0$/);
  await page.getByTestId('layer-row-conv2d_1').click();
  expect(await page.evaluate('window.violations')).toEqual([]);
});
