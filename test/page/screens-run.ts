// Takes pictures of every screen of the page. usage: npm run screens -- [--out FOLDER] [--only WORD] [--models NAME,...] [--themes NAME,...] [--widths WIDTH,...] [--locale zh-cn]
import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { parseArgs } from 'node:util';
import type { Page } from 'playwright-core';
import { runMain } from '../../scripts/setup/run-main';
import { OTHERS, WORKBENCH, type Route } from './screens';
import { startPlayground, type Playground } from './start-playground';

const { values: asked } = parseArgs({
  options: {
    out: { type: 'string', default: '.cache/screens' },
    only: { type: 'string', default: '' },
    models: { type: 'string', default: 'fashion-cnn,5-layers,252-layers,2000-layers,30M,138M,pages' },
    themes: { type: 'string', default: 'light,dark,hc-dark,hc-light' },
    widths: { type: 'string', default: '480,1440,2560,zoomed' },
    locale: { type: 'string', default: 'en' },
  },
});

/** What each model is in the address of the development page. */
const MODELS: Readonly<Record<string, string>> = {
  'fashion-cnn': '',
  '5-layers': 'layers=5',
  '252-layers': 'layers=252',
  '2000-layers': 'layers=2000',
  '30M': 'parameters=30',
  '138M': 'parameters=138',
};

/** Windows in pixels of the style sheet. Zoomed: 1440 by 900 at 200%. */
const WINDOWS: Readonly<Record<string, { width: number; height: number }>> = {
  480: { width: 480, height: 900 },
  1440: { width: 1440, height: 900 },
  2560: { width: 2560, height: 1440 },
  zoomed: { width: 720, height: 450 },
};
/** The height of a picture in pixels. */
const TALLEST = 4500;
const themes = asked.themes.split(',');
const widths = asked.widths.split(',');

interface Picture {
  readonly file: string;
  readonly width: string;
  readonly theme: string;
}

/** Takes the pictures of a route and names pages that are too wide. */
async function visit(
  { page, open }: Playground,
  route: Route,
  width: string,
  taken: Map<string, Picture[]>,
): Promise<void> {
  const view = WINDOWS[width]!;
  await open(`${route.pretence}&epochSeconds=1&locale=${asked.locale}`, view.width, view.height);
  page.setDefaultTimeout(60_000);
  for (const { name, show } of route.screens) {
    await show(page);
    if (!name.includes(asked.only)) continue;
    const over = await page.evaluate('document.documentElement.scrollWidth - document.documentElement.clientWidth');
    if (over !== 0) console.log(`${route.name}, ${name}, ${width}: ${String(over)} pixels too wide`);
    for (const theme of themes) {
      await page.evaluate(`window.secateurWear('${theme}')`);
      const key = [...new Set([route.name, name])].join(' ').replaceAll(' ', '-');
      const file = `${key}-${width}-${theme}.png`;
      await picture(page, view, path.join(asked.out, file));
      taken.set(key, [...(taken.get(key) ?? []), { file, width, theme }]);
    }
  }
}

async function picture(page: Page, { width, height }: { width: number; height: number }, file: string): Promise<void> {
  // What lies under the pointer looks different.
  await page.mouse.move(0, 0);
  await page.evaluate('scrollTo(0, 0)');
  const tall = Number(await page.evaluate('document.documentElement.scrollHeight'));
  const clip = { x: 0, y: 0, width, height: Math.min(Math.max(tall, height), TALLEST) };
  await page.screenshot({ path: file, fullPage: true, clip });
}

/** A page with all pictures of a screen: themes below each other, windows side by side. */
async function sheet(page: Page, name: string, pictures: readonly Picture[]): Promise<void> {
  const cells = themes.flatMap((theme) =>
    widths.map((width) => {
      const found = pictures.find((one) => one.theme === theme && one.width === width);
      return `<figure>${found ? `<img src="${found.file}">` : ''}<figcaption>${theme}, ${width}</figcaption></figure>`;
    }),
  );
  const columns = widths.map((width) => `${Math.round(WINDOWS[width]!.width ** 0.75)}fr`).join(' ');
  const file = path.resolve(asked.out, `sheet-${name}.html`);
  const style = `body{margin:8px;background:#888;font:14px sans-serif}main{display:grid;gap:8px;grid-template-columns:${columns}}figure{margin:0}img{width:100%;max-height:1200px;object-fit:cover;object-position:top}`;
  await writeFile(file, `<!doctype html><title>${name}</title><style>${style}</style><h3>${name}</h3><main>${cells.join('')}</main>`); // prettier-ignore
  await page.setViewportSize({ width: 2200, height: 1200 });
  await page.goto(`file://${file}`);
  await page.screenshot({ path: path.resolve(asked.out, `sheet-${name}.png`), fullPage: true });
}

runMain(async () => {
  await mkdir(asked.out, { recursive: true });
  const taken = new Map<string, Picture[]>();
  const playground = await startPlayground('sec-screens-');
  try {
    for (const model of asked.models.split(',')) {
      const routes =
        model === 'pages' ? OTHERS : [{ name: model, pretence: `advised&${MODELS[model]}`, screens: WORKBENCH }];
      for (const route of routes) for (const width of widths) await visit(playground, route, width, taken);
    }
    for (const [name, pictures] of taken) await sheet(playground.page, name, pictures);
  } finally {
    await playground.end();
  }
  console.log(`${taken.size} screens in ${path.resolve(asked.out)}`);
});
