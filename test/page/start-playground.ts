import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { chromium, type Locator, type Page } from 'playwright-core';
import * as z from 'zod';
import { tabId } from '../../src/webview/ui/tab-id';
import type { TabName } from '../../src/webview/workbench/tab-names';
import { ensureDebian } from '../../scripts/setup/debian';
import { servePlayground } from '../webview/playground.mjs';

/** The page with the fake host in a browser, and a folder of its own. */
export interface Playground {
  readonly folder: string;
  readonly served: Awaited<ReturnType<typeof servePlayground>>;
  readonly page: Page;
  /** Opens an empty page in the place of the one before: a page cannot be given the same function twice. */
  readonly renew: () => Promise<Page>;
  /** Opens the page without the state of an earlier test; `pretence` as in the address of the development page. */
  readonly open: (pretence?: string, width?: number, height?: number) => Promise<void>;
  /** Shows a tab of the page. */
  readonly tab: (name: TabName) => Promise<void>;
  /** A part of the page. */
  readonly element: (testId: string) => Locator;
  /** The parameters of the requests of a kind so far. */
  readonly asked: (method: string) => Promise<unknown[]>;
  readonly end: () => Promise<void>;
}

/** Serves the page and starts a browser. @param prefix begins the name of the folder */
export async function startPlayground(prefix: string): Promise<Playground> {
  const folder = await mkdtemp(path.join(os.tmpdir(), prefix));
  const served = await servePlayground(folder);
  const browser = await chromium.launch({
    executablePath: await ensureDebian('chromium'),
    args: ['--no-sandbox', '--disable-gpu', '--no-first-run', '--disable-background-networking'],
  });
  const newPage = (): Promise<Page> => browser.newPage({ reducedMotion: 'reduce' });
  let page = await newPage();
  return {
    ...{ folder, served },
    get page() {
      return page;
    },
    renew: async () => {
      const before = page;
      page = await newPage();
      await before.close();
      return page;
    },
    open: async (pretence = '', width = 1100, height = 900) => {
      await page.setViewportSize({ width, height });
      // State of an earlier test must be gone; its page saves again when it leaves, so it is left first.
      await page.goto('about:blank');
      await page.goto(`${served.address}playground.css`);
      await page.evaluate('sessionStorage.clear()');
      await page.goto(`${served.address}?epochSeconds=0.2&${pretence}`);
    },
    tab: (name) => page.getByTestId(tabId(name)).click(),
    element: (testId) => page.getByTestId(testId),
    asked: async (method) =>
      z
        .array(z.object({ method: z.string(), params: z.unknown() }))
        .parse(await page.evaluate('window.secateurHost.asked'))
        .flatMap((one) => (one.method === method ? [one.params] : [])),
    end: async () => {
      await browser.close();
      await served.end();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
