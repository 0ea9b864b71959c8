// usage: npm run make:icon    Renders scripts/icon.svg to media/icon.png, 128 x 128, transparent corners.
import { readFile } from 'node:fs/promises';
import { chromium } from 'playwright-core';
import { ensureDebian } from './setup/debian';
import { inRoot } from './setup/paths';
import { runMain } from './setup/run-main';

runMain(async () => {
  const svg = await readFile(inRoot('scripts', 'icon.svg'), 'utf8');
  const browser = await chromium.launch({ executablePath: await ensureDebian('chromium'), args: ['--no-sandbox'] });
  try {
    const page = await browser.newPage({ viewport: { width: 128, height: 128 } });
    await page.setContent(`<body style="margin:0">${svg}</body>`);
    await page.screenshot({ path: inRoot('media', 'icon.png'), omitBackground: true });
  } finally {
    await browser.close();
  }
});
