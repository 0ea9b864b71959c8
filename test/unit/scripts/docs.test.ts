import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { createProgram } from '../../../src/engine/cli/program';
import { Recipe } from '../../../src/protocol/recipe';

const pages = ['README.md', 'CONTRIBUTING.md', 'SECURITY.md', ...readdirSync('docs').map((name) => `docs/${name}`)];
const read = (page: string): string => readFileSync(page, 'utf8');

test.each(pages)('each link of %s leads to a file', (page) => {
  const links = [...read(page).matchAll(/\]\(([^)\s]+)\)/g)].map(([, link = '']) => link.replace(/#.*/, ''));
  const files = links.filter((link) => link !== '' && !/^[a-z]+:/.test(link));
  expect(files.filter((file) => !existsSync(path.join(path.dirname(page), file)))).toEqual([]);
});

test.each(pages)('the command line takes each command of %s', async (page) => {
  for (const words of commandsOf(read(page))) {
    const program = createProgram('0', () => Promise.resolve());
    await expect(program.parseAsync(words, { from: 'user' }), words.join(' ')).resolves.toBe(program);
  }
});

test('README and docs hold commands', () => {
  expect(pages.flatMap((page) => commandsOf(read(page))).length).toBeGreaterThan(10);
});

test.each(pages)('each npm script of %s is there', (page) => {
  const { scripts } = z.object({ scripts: z.record(z.string(), z.string()) }).parse(JSON.parse(read('package.json')));
  const named = [...read(page).matchAll(/npm run ([\w:]+)/g)].map(([, name = '']) => name);
  expect(named.filter((name) => !(name in scripts))).toEqual([]);
});

test('each recipe in the docs is one', () => {
  const blocks = pages.flatMap((page) => [...read(page).matchAll(/```json\n(.+?)```/gs)].map(([, text = '']) => text));
  const recipes = blocks.filter((text) => text.includes('recipeVersion'));
  expect(recipes.length).toBeGreaterThan(0);
  for (const text of recipes) expect(Recipe.safeParse(JSON.parse(text)).error).toBeUndefined();
});

/** Commands in code, as words without `secateur`. Those with words in capitals, which stand for something else, are left out. */
function commandsOf(page: string): string[][] {
  const joined = page.replaceAll(/\\\n\s*/g, ' ');
  const found = [...joined.matchAll(/^(?: {4})?secateur (\w.*)$|`secateur (\w[^`]* [^`]*)`/gm)];
  const commands = found.map(([, line, inline]) => line ?? inline ?? '');
  return commands
    .filter((command) => !/(?<![-\w])[A-Z]{1,}\b/.test(command))
    .map((command) => [...command.matchAll(/"([^"]*)"|(\S+)/g)].map(([, quoted, plain]) => quoted ?? plain ?? ''));
}
