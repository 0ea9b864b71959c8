import { expect, test } from 'vitest';
import * as z from 'zod';
import { playgroundOfFile } from './playground';
import { OTHERS, WORKBENCH, type Route } from './screens';

const playground = playgroundOfFile('sec-chinese-');

/** Words in a row that nobody translates: classes of the data, what a person typed, and a product. */
const NAMES = /Ankle boot|T-shirt\/top|paper, table|The one of the talk|letter \d+|ONNX Runtime/g;
/** Two English words in a row. Names of layers, types and files have no space. */
const ENGLISH = /\b[a-z]{3,},? [a-z]{2,}/i;

/** The texts in sight and those of hints and names; not code, nor what drawings name. */
const READ = `[
  ...document.body.innerText.split('\\n'),
  ...[...document.querySelectorAll('[title], [aria-label], [placeholder]')]
    .filter((one) => one.checkVisibility())
    .flatMap((one) => ['title', 'aria-label', 'placeholder'].map((name) => one.getAttribute(name) ?? '')),
]`;

async function english(): Promise<string[]> {
  const texts = z.array(z.string()).parse(await playground.page.evaluate(READ));
  return [...new Set(texts)].filter((text) => ENGLISH.test(text.replaceAll(NAMES, '')));
}

const ROUTES: readonly Route[] = [{ name: 'workbench', pretence: 'advised', screens: WORKBENCH }, ...OTHERS];

test.each(ROUTES)('$name speaks Chinese throughout', { timeout: 240_000 }, async ({ pretence, screens }) => {
  await playground.open(`locale=zh-cn&${pretence}`, 1440, 900);
  for (const { name, show } of screens) {
    await show(playground.page);
    expect.soft(await english(), name).toEqual([]);
  }
});
