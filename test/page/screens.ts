import type { Page } from 'playwright-core';
import { tabId } from '../../src/webview/ui/tab-id';
import type { TabName } from '../../src/webview/workbench/tab-names';

/** A state of a page that a person sees, and the way to it from the screen before. */
export interface Screen {
  readonly name: string;
  readonly show: (page: Page) => Promise<unknown>;
}

/** A page, and its screens in the order in which they are visited. */
export interface Route {
  readonly name: string;
  /** What the fake host pretends, as in the address of the development page. */
  readonly pretence: string;
  readonly screens: readonly Screen[];
}

const element = (page: Page, testId: string) => page.getByTestId(testId);
const click = (page: Page, testId: string): Promise<void> => element(page, testId).first().click();
const tab = (page: Page, name: TabName): Promise<void> => click(page, tabId(name));

/** Opens the list of layers where a narrow page has it behind a button. */
async function showLayers(page: Page): Promise<void> {
  const picker = element(page, 'layer-picker');
  if ((await picker.isVisible()) && (await picker.getAttribute('aria-expanded')) === 'false') await picker.click();
}

/** A convolution of the table, by its name: a narrow table has no column of types. */
const convolution = (page: Page, place: number) =>
  page.locator('[data-testid^="layer-row-"]:has-text("conv")').nth(place);

async function chooseLayer(page: Page): Promise<void> {
  await showLayers(page);
  await convolution(page, 0).click();
}

/** The row of a run in a table. */
const run = (page: Page, name: string) => page.locator(`[data-testid="run-row"][data-run="${name}"]`);

async function start(page: Page, testId: string): Promise<void> {
  await page.locator(`[data-testid="${testId}"]:not([disabled])`).click();
}

/** Evaluates the model, and shows the answers. */
async function evaluate(page: Page): Promise<void> {
  await start(page, 'evaluate-button');
  await tab(page, 'evaluation');
}

/** The workbench of an open checkpoint. */
export const WORKBENCH: readonly Screen[] = [
  {
    name: 'prune',
    show: async (page) => {
      await element(page, 'mode-select').selectOption('percent');
      await element(page, 'threshold-number').fill('80');
      await page.locator('[data-testid="preview-accuracy"][data-stale="false"]').waitFor();
    },
  },
  {
    name: 'weights as pictures',
    show: async (page) => {
      await chooseLayer(page);
      await click(page, 'pictures');
      await page.locator('.picture-norms').waitFor();
    },
  },
  {
    name: 'columns',
    show: async (page) => {
      await click(page, 'pictures');
      await showLayers(page);
      await click(page, 'columns');
      await element(page, 'column-params').waitFor();
    },
  },
  {
    name: 'layers over each other',
    show: async (page) => {
      await page.keyboard.press('Escape');
      await convolution(page, 1).click({ modifiers: ['ControlOrMeta'] });
      await element(page, 'other-layers-legend').waitFor();
    },
  },
  {
    name: 'graph',
    show: async (page) => {
      await convolution(page, 0).click();
      await click(page, 'layers-view-graph');
      await page.locator('[data-testid="graph"][data-busy="false"] .node').first().waitFor();
    },
  },
  {
    name: 'methods',
    show: async (page) => {
      await click(page, 'layers-view-table');
      await tab(page, 'methods');
      await click(page, 'add-remove');
      await click(page, 'show-plan');
      await element(page, 'plan-table').waitFor();
    },
  },
  {
    name: 'sensitivity',
    show: async (page) => {
      await tab(page, 'sensitivity');
      await start(page, 'start-scan');
      const done = page.locator('#sensitivity[data-scanning="false"]');
      // Of thousands of layers the curves so far are enough.
      await done.waitFor({ timeout: 20_000 }).catch(() => click(page, 'cancel-scan'));
      await done.waitFor();
    },
  },
  {
    name: 'advice',
    show: async (page) => {
      await tab(page, 'advice');
      await element(page, 'recipe-1').waitFor();
      await click(page, 'advice-layers-fold');
    },
  },
  {
    name: 'evaluation',
    show: async (page) => {
      await evaluate(page);
      await click(page, 'cell-6-0');
      await element(page, 'cell-examples').waitFor();
    },
  },
  {
    name: 'own runs',
    show: async (page) => {
      await tab(page, 'runs');
      await run(page, 'run-2').click();
      await element(page, 'run-curves-plot').locator('.series-line').first().waitFor();
      await element(page, 'run-notes').waitFor();
    },
  },
  {
    name: 'running',
    show: async (page) => {
      await tab(page, 'methods');
      await click(page, 'step-0-delete');
      await click(page, 'add-target');
      await click(page, 'add-finetune');
      await element(page, 'form-finetune-epochs').fill('1');
      await start(page, 'recipe-run');
      await page.locator('[data-testid="run"] .curve').first().waitFor();
    },
  },
  { name: 'outcome', show: (page) => element(page, 'pareto-5').waitFor() },
];

/** Shows the answers of an evaluation. */
const evaluated = (name: string, pretence: string, show: Screen['show']): Route => ({
  ...{ name, pretence },
  screens: [
    {
      name,
      show: async (page) => {
        await evaluate(page);
        await show(page);
      },
    },
  ],
});

const open = (name: string, pretence: string, ready: string): Route => ({
  ...{ name, pretence },
  screens: [{ name, show: (page) => page.locator(ready).first().waitFor() }],
});

/** The other pages, and answers of other tasks. */
export const OTHERS: readonly Route[] = [
  evaluated('evaluation of many classes', 'task=many-classes', (page) => element(page, 'mistakes').waitFor()),
  evaluated('evaluation of numbers', 'task=regression', async (page) => {
    await click(page, 'show-answers');
    await element(page, 'scatter').first().waitFor();
  }),
  open('data', 'data', '[data-testid=data][data-ready=true]'),
  {
    name: 'compare',
    pretence: 'compare',
    screens: [
      {
        name: 'compare',
        show: async (page) => {
          await click(page, 'measure-latency');
          await element(page, 'compared-latency').waitFor();
        },
      },
      {
        name: 'compared graphs',
        show: async (page) => {
          await click(page, 'show-graphs');
          for (const side of ['graph-a', 'graph-b'])
            await page.locator(`[data-testid="${side}"][data-busy="false"] .node`).first().waitFor();
        },
      },
    ],
  },
  {
    name: 'runs',
    pretence: 'runs=60',
    screens: [
      { name: 'runs', show: (page) => page.locator('[data-testid="runs-chart"][data-ready="true"]').waitFor() },
      {
        name: 'notes of a run',
        show: async (page) => {
          await run(page, 'run-58').click();
          await element(page, 'run-notes').waitFor();
        },
      },
      {
        name: 'two chosen runs',
        show: async (page) => {
          await run(page, 'run-56').click({ modifiers: ['ControlOrMeta'] });
          await element(page, 'recipe-diff').waitFor();
          await element(page, 'run-curves-plot').locator('.series-line').first().waitFor();
        },
      },
    ],
  },
  {
    name: 'written',
    pretence: 'written',
    screens: [
      { name: 'written', show: (page) => element(page, 'parent').waitFor() },
      {
        name: 'recorded figures',
        show: async (page) => {
          await tab(page, 'evaluation');
          await element(page, 'recorded-run').waitFor();
          await element(page, 'run-curves-plot').locator('.series-line').first().waitFor();
        },
      },
    ],
  },
  open('no data', 'noData&untrusted', '[data-testid="threshold-line"]'),
  open('a broken file', 'broken', '[data-testid=error-message]'),
];
