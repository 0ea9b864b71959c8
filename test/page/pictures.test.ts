import type { Page } from 'playwright-core';
import { beforeAll, expect, test } from 'vitest';
import { playgroundOfFile } from './playground';

const playground = playgroundOfFile('sec-pictures-');
let page: Page;
beforeAll(() => {
  ({ page } = playground);
});

test('weights are drawn when they are asked for, and keys read their cells', async () => {
  await playground.open();
  await page.getByTestId('layer-row-dense').click();
  expect(await playground.asked('sheet')).toEqual([]);
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
});

test('a part of the histogram is brushed, zoomed and left again', async () => {
  await playground.open();
  const plot = page.getByTestId('histogram');
  await page.getByTestId('threshold-line').waitFor();
  const box = await plot.boundingBox();
  if (!box) throw new Error('The histogram is not visible.');
  const ticks = (): Promise<string | null> => plot.locator('svg.bars').textContent();
  const whole = await ticks();
  await page.mouse.move(box.x + box.width * 0.6, box.y + 60);
  await page.mouse.down();
  await page.mouse.move(box.x + box.width * 0.8, box.y + 60, { steps: 4 });
  await page.mouse.up();
  await page.getByTestId('zoom-out').waitFor();
  expect(await ticks()).not.toBe(whole);
  expect(Number(await page.getByTestId('threshold-line').getAttribute('data-value'))).toBe(0);
  await page.getByTestId('zoom-out').click();
  expect(await ticks()).toBe(whole);
  await plot.press('+');
  await page.getByTestId('zoom-out').waitFor();
  await plot.press('0');
  expect(await ticks()).toBe(whole);
});
