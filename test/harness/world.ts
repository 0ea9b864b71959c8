import { cpSync, existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import type { BrowserContext, Page } from 'playwright-core';
import { inRoot } from '../../scripts/setup/paths';
import { ensureCodeServer } from '../../scripts/vscode/install';
import { startServer, type Server } from '../../scripts/vscode/server';
import { QUIET_SETTINGS } from '../../scripts/vscode/settings';
import { launchBrowser } from './browser';
import { Guard } from './guard';
import { installLanguage } from './language-pack';
import { Workbench } from './pages/workbench';
import { processesUnder } from './processes';

export interface WorldOptions {
  /** Names the folder of screenshots and logs in e2e-out. */
  name: string;
  vsix: string;
  workspaceTrust?: boolean;
  /** The display language, such as `zh-cn`; by default English. */
  locale?: string;
  settings?: Readonly<Record<string, unknown>>;
  /** Fills the workspace before the server starts. */
  prepare?: (workspace: string) => void | Promise<void>;
  width?: number;
  height?: number;
}

/** A code-server with the packed extension, a browser on it, and folders of their own; everything ends with `close`. */
export interface World {
  workspace: string;
  /** The folder of extensions, settings and logs of this server. */
  home: string;
  server: Server;
  context: BrowserContext;
  page: Page;
  workbench: Workbench;
  guard: Guard;
  /** Writes e2e-out/NAME/SHOT.png. */
  screenshot(shot: string): Promise<void>;
  /** Ends browser and server, keeps the logs in e2e-out, and gives the processes that should have ended but run on. */
  close(): Promise<string[]>;
}

/** Starts a world; the workbench is loading when this returns. */
export async function openWorld(options: WorldOptions): Promise<World> {
  const root = mkdtempSync(path.join(os.tmpdir(), 'sec-'));
  const workspace = path.join(root, 'ws');
  mkdirSync(workspace);
  await options.prepare?.(workspace);
  const out = inRoot('e2e-out', options.name);
  rmSync(out, { recursive: true, force: true });
  mkdirSync(out, { recursive: true });
  const home = path.join(root, 'h');
  if (options.locale !== undefined) installLanguage(options.locale, home);
  const server = await startServer({
    codeServer: await ensureCodeServer(),
    home,
    workspace,
    vsix: [options.vsix],
    locale: options.locale,
    workspaceTrust: options.workspaceTrust ?? false,
    settings: { ...QUIET_SETTINGS, ...options.settings },
  });
  const context = await launchBrowser({ ...options, profile: path.join(root, 'chromium') });
  const guard = Guard.watch(context, `127.0.0.1:${server.port}`);
  const page = context.pages()[0] ?? (await context.newPage());
  page.setDefaultTimeout(30_000);
  await page.goto(server.url, { waitUntil: 'commit' });
  return {
    ...{ workspace, home, server, context, page, guard, workbench: new Workbench(page) },
    async screenshot(shot) {
      await page.screenshot({ path: path.join(out, `${shot}.png`) });
    },
    async close() {
      await page.screenshot({ path: path.join(out, 'last.png') }).catch(() => undefined);
      await context.close();
      await server.stop();
      const left = await processesUnder(root);
      keepLogs(home, out);
      rmSync(root, { recursive: true, force: true, maxRetries: 5 });
      return left;
    },
  };
}

function keepLogs(home: string, out: string): void {
  const logs = path.join(home, 'user', 'logs');
  if (existsSync(logs)) cpSync(logs, path.join(out, 'logs'), { recursive: true });
  cpSync(path.join(home, 'server.log'), path.join(out, 'server.log'));
}
