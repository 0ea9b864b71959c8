import { decode } from 'fast-png';
import type { Page } from 'playwright-core';
import { beforeAll, expect, test } from 'vitest';
import * as z from 'zod';
import { exportRequests, FigureContext } from '../../src/protocol/exports';
import { playgroundOfFile } from './playground';

const playground = playgroundOfFile('sec-exports-');
const { asked } = playground;
let page: Page;
beforeAll(() => {
  ({ page } = playground);
});

const Copied = exportRequests.copyText.params;
const Saved = exportRequests.saveFigure.params;

/** Opens the menu of an element, and answers what the editor reads from it. */
async function contextOf(testId: string): Promise<z.infer<typeof FigureContext>> {
  const element = page.getByTestId(testId);
  await element.click({ button: 'right', position: { x: 60, y: 40 } });
  const marked = element.locator('xpath=ancestor-or-self::*[@data-vscode-context]').last();
  const context = await marked.getAttribute('data-vscode-context');
  return FigureContext.parse(JSON.parse(context ?? ''));
}
const order = (what: object): Promise<unknown> =>
  page.evaluate(`window.secateurHost.exportFigure(${JSON.stringify(what)})`);

test('a chart is saved as SVG with its own styles, and as a PNG that shows it', async () => {
  await playground.open();
  await page.getByTestId('threshold-line').waitFor();
  const { secateurFigure, figure } = await contextOf('histogram');
  expect(secateurFigure).toBe('chart');
  await order({ to: 'file', figure });
  await page.getByText('Saved as').waitFor();
  const saved = Saved.parse((await asked('saveFigure'))[0]);
  expect(saved.name).toBe('weights-of-all-layers');
  const [svg, png] = [saved.forms.find(({ kind }) => kind === 'svg'), saved.forms.find(({ kind }) => kind === 'png')];
  const seen: unknown = await page.evaluate(`(() => {
    const read = new DOMParser().parseFromString(${JSON.stringify(svg!.content)}, 'image/svg+xml');
    const bars = [...read.querySelectorAll('path')].filter((path) => path.getAttribute('d')?.length > 500);
    return {
      fault: read.querySelector('parsererror') !== null,
      classes: read.querySelectorAll('[class]').length,
      fills: bars.map((path) => path.getAttribute('fill')),
      texts: read.documentElement.textContent,
    };
  })()`);
  const { fault, classes, fills, texts } = z
    .object({ fault: z.boolean(), classes: z.number(), fills: z.array(z.string()), texts: z.string() })
    .parse(seen);
  expect({ fault, classes }).toEqual({ fault: false, classes: 0 });
  expect(fills.every((fill) => /^rgb/.test(fill))).toBe(true);
  expect(fills.length).toBeGreaterThan(0);
  expect(texts).toContain('Weights of all layers');
  const picture = decode(Buffer.from(png!.content, 'base64'));
  expect(new Set(new Uint32Array(picture.data.slice().buffer)).size).toBeGreaterThan(10);
});

test('the whole layer table is copied as CSV and Markdown, though only the seen rows are drawn', async () => {
  await playground.open('layers=200');
  await page.getByTestId('layer-row-block_0_convolution_with_a_long_name_0').waitFor();
  const { secateurFigure, figure } = await contextOf('layer-table');
  expect(secateurFigure).toBe('table');
  await order({ to: 'clipboard', figure, kind: 'csv' });
  await page.getByText('Copied as CSV').waitFor();
  const lines = Copied.parse((await asked('copyText'))[0])
    .text.trim()
    .split('\n');
  expect(lines).toHaveLength(201);
  expect(lines[0]).toMatch(/^layer,type,output shape,parameters,/);
  expect(lines[1]).toMatch(/^block_0_convolution_with_a_long_name_0,Conv2D,14x14x16,1168,/);
  await order({ to: 'clipboard', figure, kind: 'markdown' });
  await page.getByText('Copied as Markdown').waitFor();
  expect(Copied.parse((await asked('copyText'))[1]).text).toMatch(/^\| layer \| type .*\n\|---\|/);
});

test('keys copy and save the figure that has the focus', async () => {
  await playground.open();
  await page.getByTestId('histogram').focus();
  await page.keyboard.press('Control+Alt+c');
  await page.getByText('Copied as SVG').waitFor();
  expect(Copied.parse((await asked('copyText'))[0]).text).toMatch(/^<svg /);
});

test('curves are copied with the names of their series and of their axes', async () => {
  await playground.open();
  await playground.tab('sensitivity');
  await page.getByTestId('start-scan').click();
  await page.locator('#sensitivity[data-scanning="false"]').waitFor();
  await page.getByTestId('scan-curves').focus();
  await page.keyboard.press('Control+Alt+c');
  await page.getByText('Copied as SVG').waitFor();
  const { text } = Copied.parse((await asked('copyText'))[0]);
  for (const words of ['Sensitivity of layers', 'conv2d_1', 'sparsity of the layer', 'Accuracy of the model'])
    expect(text).toContain(words);
});

test('a figure is saved with its legend', async () => {
  const savedTexts = async (testId: string): Promise<string> => {
    const before = (await asked('saveFigure')).length;
    const { figure } = await contextOf(testId);
    await order({ to: 'file', figure });
    await expect.poll(async () => (await asked('saveFigure')).length).toBe(before + 1);
    const { forms } = Saved.parse((await asked('saveFigure')).at(-1));
    return forms.find(({ kind }) => kind === 'svg')!.content.replaceAll(/<[^>]*>/g, '|');
  };
  await playground.open();
  await page.getByTestId('layer-row-conv2d').click();
  await page.getByTestId('layer-row-dense').click({ modifiers: ['ControlOrMeta'] });
  await page.getByTestId('other-layers-legend').waitFor();
  expect(await savedTexts('histogram')).toContain('each scaled to as many nonzero weights as dense has');
  await playground.tab('runs');
  await page.locator('[data-run="run-3"]').click();
  await page.locator('[data-run="run-6"]').click({ modifiers: ['ControlOrMeta'] });
  await page.locator('[data-testid="run-curves-plot"] .series-line').first().waitFor();
  expect(await savedTexts('run-curves-plot')).toMatch(/run-3.*run-6|run-6.*run-3/s);
});
