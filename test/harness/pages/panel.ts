import type { FrameLocator, Locator, Page } from 'playwright-core';
import { z } from 'zod';
import { tabId } from '../../../src/webview/ui/tab-id';
import type { TabName } from '../../../src/webview/workbench/tab-names';
import { READ_CONTRASTS, READ_SHAPES } from './contrast';

/** Milliseconds between selecting and pasting. */
const REST = 100;

const Contrast = z.object({ text: z.string(), ratio: z.number() });

/** Figures in the panel's head: as they are, and as they would become. */
export type Figure = 'sparsity' | 'gzip' | 'accuracy' | 'nonzero' | 'test';

/** The checkpoint panel, by the test ids of its elements. */
export class Panel {
  readonly #page: Page;
  readonly frame: FrameLocator;

  /** `frame`: the document inside the webview. */
  constructor(page: Page, frame: FrameLocator) {
    this.#page = page;
    this.frame = frame;
  }

  element(testId: string): Locator {
    return this.frame.getByTestId(testId);
  }

  /** Shows a tab of the page. */
  async tab(name: TabName): Promise<void> {
    await this.element(tabId(name)).click();
  }

  layerRow(name: string): Locator {
    return this.element(`layer-row-${name}`);
  }

  /** Resolves when table, histogram and figures are there. */
  async ready(): Promise<void> {
    await this.element('histogram').waitFor({ timeout: 60_000 });
    await this.element('total-sparsity').waitFor();
  }

  /** A figure of the model as it is. */
  total(figure: Figure): Promise<number> {
    return valueOf(this.element(`total-${figure}`));
  }

  /** A figure of the plan in hand, once it belongs to that plan. */
  async preview(figure: Figure): Promise<number> {
    const fresh = this.frame.locator(`[data-testid="preview-${figure}"][data-stale="false"]`);
    await fresh.waitFor();
    return valueOf(fresh);
  }

  /** The number behind any element that shows one. */
  value(testId: string): Promise<number> {
    return valueOf(this.element(testId));
  }

  /** The texts under "After" in the result of a run. */
  async outcome(label: string): Promise<string> {
    const row = this.element('run-result').locator('tr').filter({ hasText: label });
    return (await row.locator('td.after').textContent()) ?? '';
  }

  /** Resolves when a run has begun to fine-tune. */
  async fineTuning(): Promise<void> {
    await this.element('run-progress')
      .getByText(/fine-tun/i)
      .waitFor();
  }

  async select(testId: 'mode-select' | 'scope-select', value: string): Promise<void> {
    await this.element(testId).selectOption(value);
  }

  /** Types a threshold into the number field, in the mode that is chosen. */
  async typeThreshold(text: string): Promise<void> {
    await this.element('threshold-number').fill(text);
    await this.element('threshold-number').press('Enter');
  }

  /**
   * Puts a number in the place of the selected text of the field, in one event as by pasting. The hand rests before, as a
   * person's does: the frame that shows the selection is drawn by then, and does not delay the next one.
   */
  async pasteThreshold(text: string): Promise<void> {
    await this.element('threshold-number').selectText();
    await this.#page.waitForTimeout(REST);
    await this.#page.keyboard.insertText(text);
  }

  /** Drags the threshold's line to the right by some pixels, in small moves as a hand does. */
  async dragLine(pixels: number, steps = 12): Promise<void> {
    const from = await this.lineCentre();
    await this.#page.mouse.move(from.x, from.y);
    await this.#page.mouse.down();
    await this.#page.mouse.move(from.x + pixels, from.y, { steps });
    await this.#page.mouse.up();
  }

  /** The middle of the threshold's line, in pixels of the window. */
  async lineCentre(): Promise<{ x: number; y: number }> {
    const box = await this.element('threshold-line').boundingBox();
    if (!box) throw new Error('The threshold line is not visible.');
    return { x: box.x + box.width / 2, y: box.y + box.height / 2 };
  }

  /** True if a button is visible but disabled. */
  async isOff(testId: string): Promise<boolean> {
    const button = this.element(testId);
    await button.waitFor();
    return (await button.getAttribute('disabled')) !== null || (await button.getAttribute('aria-disabled')) === 'true';
  }

  /** The test id of the row that is selected in the layer table. */
  selectedRow(): Promise<string | null> {
    return this.element('layer-table').locator('[aria-selected="true"]').getAttribute('data-testid');
  }

  /** The kind of theme that VS Code has told the page, as the class it puts on its body. */
  async themeKind(): Promise<string> {
    const classes = ((await this.frame.locator('body').getAttribute('class')) ?? '').split(' ');
    const kinds = ['vscode-high-contrast-light', 'vscode-high-contrast', 'vscode-light', 'vscode-dark'];
    return kinds.find((kind) => classes.includes(kind)) ?? '';
  }

  /** Scrolls to the head and the histogram. */
  async toTop(): Promise<void> {
    await this.#read('() => window.scrollTo(0, 0)');
  }

  /** By how many pixels the page is wider than its frame. */
  async overflow(): Promise<number> {
    const read = '() => document.documentElement.scrollWidth - document.documentElement.clientWidth';
    return z.number().parse(await this.#read(read));
  }

  /** The texts of hints, labels and placeholders of all that is in sight. */
  async hints(): Promise<string[]> {
    const read = `() => {
      const names = ['title', 'aria-label', 'placeholder'];
      const seen = [...document.querySelectorAll(names.map((name) => '[' + name + ']').join())];
      return seen.filter((one) => one.checkVisibility()).flatMap((one) => names.map((name) => one.getAttribute(name) ?? ''));
    }`;
    return z.array(z.string()).parse(await this.#read(read));
  }

  /** Contrast of every visible piece of text against the colour behind it (WCAG 2, 1 to 21). */
  async contrasts(): Promise<{ text: string; ratio: number }[]> {
    return z.array(Contrast).parse(await this.#read(READ_CONTRASTS));
  }

  /** Contrast of the bars and the gauge against the colour behind them. */
  async shapeContrasts(): Promise<{ text: string; ratio: number }[]> {
    return z.array(Contrast).parse(await this.#read(READ_SHAPES));
  }

  /** Durations in milliseconds that the page has measured under a name, for example `secateur:counts`. */
  async measured(name: string): Promise<number[]> {
    const read = `performance.getEntriesByName(${JSON.stringify(name)}).map((entry) => entry.duration)`;
    return z.array(z.number()).parse(await this.#read(`() => ${read}`));
  }

  /**
   * Resolves when the page has measured under a name so often. It is told and does not look: a locator that waits
   * looks once a frame, and keeps the browser drawing while the engine needs the processor.
   */
  async measuredTimes(name: string, times: number): Promise<void> {
    const enough = `performance.getEntriesByName(${JSON.stringify(name)}).length >= ${times}`;
    const observe = `const observer = new PerformanceObserver(() => {
        if (${enough}) { observer.disconnect(); resolve(null); }
      });
      observer.observe({ type: 'measure', buffered: true });`;
    await this.#read(`() => new Promise((resolve) => { ${observe} })`);
  }

  /** When the page marked something, in milliseconds since the epoch; null: not yet. */
  async markedAt(name: string): Promise<number | null> {
    const entry = `performance.getEntriesByName(${JSON.stringify(name)})[0]`;
    const read = `() => ${entry} ? performance.timeOrigin + ${entry}.startTime : null`;
    return z
      .number()
      .nullable()
      .parse(await this.#read(read));
  }

  /** Milliseconds between the frames that the page begins while something is done. */
  async framesWhile(work: () => Promise<void>): Promise<number[]> {
    await this.#read(`() => {
      const begun = (window.begunFrames = []);
      const note = (at) => {
        begun.push(at);
        if (window.begunFrames === begun) requestAnimationFrame(note);
      };
      requestAnimationFrame(note);
    }`);
    await work();
    const read = '() => { const begun = window.begunFrames; window.begunFrames = null; return begun; }';
    const begun = z.array(z.number()).parse(await this.#read(read));
    return begun.slice(1).map((at, i) => at - begun[i]!);
  }

  /** Runs the source of a function in the page: these tests are compiled without the types of a browser. */
  #read(source: string): Promise<unknown> {
    return this.frame.locator('body').evaluate(`(${source})()`);
  }
}

async function valueOf(locator: Locator): Promise<number> {
  const text = await locator.getAttribute('data-value');
  if (text === null) throw new Error(`No value on ${String(locator)}`);
  return Number(text);
}
