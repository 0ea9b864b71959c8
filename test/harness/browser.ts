import { chromium, type BrowserContext } from 'playwright-core';
import { ensureDebian } from '../../scripts/setup/debian';

export interface BrowserOptions {
  /** An empty folder for the profile. */
  profile: string;
  width?: number;
  height?: number;
}

/** A headless Chromium with a fresh profile that asks nothing of the network by itself. */
export async function launchBrowser({ profile, width = 1280, height = 800 }: BrowserOptions): Promise<BrowserContext> {
  return chromium.launchPersistentContext(profile, {
    executablePath: await ensureDebian('chromium'),
    headless: true,
    viewport: { width, height },
    reducedMotion: 'reduce',
    chromiumSandbox: false,
    permissions: ['clipboard-read', 'clipboard-write'],
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  });
}
