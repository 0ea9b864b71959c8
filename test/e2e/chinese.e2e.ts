import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { z } from 'zod';
import { ensureDebian } from '../../scripts/setup/debian';
import { inRoot } from '../../scripts/setup/paths';
import type { Panel } from '../harness/pages/panel';
import type { World } from '../harness/world';
import { openShipped } from './shipped';

const textsOf = (file: string) =>
  z.record(z.string(), z.string()).parse(JSON.parse(readFileSync(inRoot(file), 'utf8')));
const titles = textsOf('package.nls.zh-cn.json');
const texts = textsOf('l10n/bundle.l10n.zh-cn.json');
const translated = (of: Readonly<Record<string, string>>, key: string): string => {
  const found = of[key];
  if (found === undefined) throw new Error(`"${key}" has no translation.`);
  return found;
};
const word = (english: string): string => translated(texts, english);
const title = (command: string): string => translated(titles, `command.${command}`);

/** Two English words in a row. Names of layers, types and files have no space; a class of the data and a product have. */
const ENGLISH = /(?!Ankle boot|ONNX Runtime)\b[a-z]{3,} [a-z]{2,}/i;
/** Languages of code and commands, which nobody translates. */
const CODE = 'code, pre, [data-testid="packed-code"]';

let world: World;
let panel: Panel;

/** The English texts that a person reads in the panel, in sight or as a hint. */
async function english(): Promise<string[]> {
  const shown = await panel.frame.locator('body').innerText();
  const code = await panel.frame.locator(CODE).allInnerTexts();
  const lines = code.reduce((text, one) => text.replace(one, ''), shown).split('\n');
  return [...new Set([...lines, ...(await panel.hints())])].filter((text) => ENGLISH.test(text));
}

beforeAll(async () => {
  await ensureDebian('fonts-wqy-microhei');
  ({ world, panel } = await openShipped({
    name: 'chinese',
    vsix: inject('vsix'),
    locale: 'zh-cn',
    width: 1440,
    height: 1000,
  }));
});

afterAll(async () => {
  expect(world.guard.take()).toEqual([]);
  expect(await world.close()).toEqual([]);
});

test('the palette lists the commands in Chinese', async () => {
  const { page, workbench } = world;
  await workbench.contextMenu(workbench.modelRow('fashion-cnn'), title('inspectWeights'));
  await panel.ready();
  expect.soft(await english()).toEqual([]);
  await world.screenshot('panel');
  await page.keyboard.press('F1');
  await workbench.quickText.fill('>Secateur');
  await workbench.quickRow(title('pruneModel')).waitFor();
  await world.screenshot('palette');
  await page.keyboard.press('Escape');
});

test('the panel evaluates and shows its figures in Chinese', async () => {
  await panel.element('evaluate-button').click();
  const evaluation = panel.element('evaluation');
  await evaluation.waitFor({ timeout: 90_000 });
  await evaluation.getByText(word('Accuracy by class')).waitFor();
  await evaluation.getByText(word('Measured on')).waitFor();
  expect.soft(await english()).toEqual([]);
  await world.screenshot('evaluation');
});

test('the form of a step has Chinese labels, descriptions and values', async () => {
  await panel.tab('methods');
  await panel.element('add-quantize').click();
  await panel.frame.getByText(word('Store as')).first().waitFor();
  await panel.element('show-plan').click();
  await panel.element('plan-table').waitFor();
  expect.soft(await english()).toEqual([]);
  await world.screenshot('form');
});

test('a run says what it wrote in Chinese', async () => {
  await panel.tab('prune');
  await panel.select('mode-select', 'percent');
  await panel.typeThreshold('80');
  await panel.preview('sparsity');
  await panel.element('prune-button').click();
  await panel.element('run-result').waitFor({ timeout: 120_000 });
  await panel.element('run-result').getByText(word('Before and after')).waitFor({ state: 'attached' });
  expect.soft(await english()).toEqual([]);
  await world.screenshot('outcome');
});

test.each(['sensitivity', 'advice', 'runs'] as const)('the tab %s is Chinese', async (name) => {
  await panel.tab(name);
  expect.soft(await english()).toEqual([]);
  await world.screenshot(name);
});

test('a question of the host offers its answers in Chinese', async () => {
  const { page, workbench } = world;
  await workbench.command(`Secateur: ${title('chooseData')}`);
  await workbench.quickRow(word('Fashion-MNIST sample')).waitFor();
  await world.screenshot('question');
  await page.keyboard.press('Escape');
});
