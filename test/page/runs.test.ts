import type { Page } from 'playwright-core';
import { expect, test } from 'vitest';
import { playgroundOfFile } from './playground';

const playground = playgroundOfFile('secateur-runs-');
const { element, tab, asked, open } = playground;
const page = (): Page => playground.page;

const row = (name: string) => page().locator(`[data-testid="run-row"][data-run="${name}"]`);

test('the workbench counts the runs of the checkpoint in a tab, and lists them there', async () => {
  await open('', 1100);
  await expect.poll(() => page().getByRole('tab', { name: /Runs/ }).textContent()).toBe('Runs12');
  await tab('runs');
  await row('run-2').dblclick();
  await expect.poll(() => asked('openCheckpoint')).toEqual([{ path: '/models/run-2/model.json' }]);
  await row('run-2').click();
  await element('run-evaluate').click();
  expect(await asked('actOnRun')).toEqual([{ action: 'evaluate', folders: ['/models/run-2'] }]);
  await open('', 480);
  await tab('runs');
  await row('run-2').waitFor();
  expect(await page().evaluate('document.documentElement.scrollWidth - document.documentElement.clientWidth')).toBe(0);
});
