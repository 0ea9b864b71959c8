import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import type { Page } from 'playwright-core';
import { expect, test } from 'vitest';
import * as z from 'zod';
import { playgroundOfFile } from './playground';
import { OTHERS, WORKBENCH, type Route } from './screens';

const playground = playgroundOfFile('sec-access-');

/** The script that a page evaluates; this program needs nothing else of it. */
const AXE = createRequire(import.meta.url).resolve('axe-core/axe.min.js');

/** Only the colors differ between themes. */
const THEMES = { dark: undefined, light: ['color-contrast'], 'hc-dark': ['color-contrast'], 'hc-light': ['color-contrast'] }; // prettier-ignore

const Findings = z.array(
  z.object({ id: z.string(), impact: z.string().nullable(), places: z.array(z.object({ at: z.string(), why: z.string() })) }), // prettier-ignore
);

/** The rule joins the texts of a drawn box without spaces between them, and finds that in no label. */
const JOINED = 'label-content-name-mismatch';

/** Buttons and fields take the colors of a theme when the page is drawn next. */
const DRAWN = 'new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(done, 50))))';

/** The serious and critical findings of axe-core about the page as it is seen. */
async function findings(page: Page, rules: readonly string[] | undefined): Promise<string[]> {
  const options = { resultTypes: ['violations'], ...(rules ? { runOnly: { type: 'rule', values: rules } } : {}) };
  const found = await page.evaluate(
    `axe.run(document, ${JSON.stringify(options)}).then(({ violations }) => violations.map(({ id, impact, nodes }) => ({
      id, impact, places: nodes.map((node) => ({ at: node.html.slice(0, 160), why: node.failureSummary ?? '' })) })))`,
  );
  return Findings.parse(found)
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .flatMap(({ id, places }) => places.map((place) => ({ id, ...place })))
    .filter(({ id, at }) => !(id === JOINED && at.startsWith('<g ')))
    .map(({ id, at, why }) => `${id}: ${at}: ${why}`);
}

async function expectAccessible({ pretence, screens }: Route): Promise<void> {
  await playground.open(`${pretence}&epochSeconds=1`, 1440);
  const { page } = playground;
  await page.evaluate(await readFile(AXE, 'utf8'));
  const all: string[] = [];
  for (const { name, show } of screens) {
    await show(page);
    for (const [theme, rules] of Object.entries(THEMES)) {
      await page.evaluate(`window.secateurWear('${theme}')`);
      await page.evaluate(DRAWN);
      all.push(...(await findings(page, rules)).map((finding) => `${name} in ${theme}: ${finding}`));
    }
    await page.evaluate(`window.secateurWear('dark')`);
  }
  expect(all).toEqual([]);
}

/** Milliseconds for eleven screens in four themes on a busy machine. */
const LONG = 180_000;

test('no tab of the workbench has a serious finding of axe-core in any theme', { timeout: LONG }, async () => {
  await expectAccessible({ name: 'workbench', pretence: 'advised', screens: WORKBENCH });
});

test.each(OTHERS)('$name has no serious finding of axe-core in any theme', expectAccessible);
