import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { createProgram } from '../../../src/engine/cli/program';
import { Recipe } from '../../../src/protocol/recipe';

const BACKEND = 'packages/tfjs-backend-onnxruntime';
const pages = [
  'README.md',
  'README.zh-cn.md',
  'CONTRIBUTING.md',
  'SECURITY.md',
  ...readdirSync('docs').map((name) => `docs/${name}`),
];
const pagesOfBackend = ['README', 'ARCHITECTURE', 'BENCHMARKS'].map((name) => `${BACKEND}/${name}.md`);
const read = (page: string): string => readFileSync(page, 'utf8');

test.each([...pages, ...pagesOfBackend])('each link of %s leads to a file', (page) => {
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

const scriptsOf = (manifest: string): string[] => {
  const { scripts } = z.object({ scripts: z.record(z.string(), z.string()) }).parse(JSON.parse(read(manifest)));
  return Object.keys(scripts);
};
const scriptsNamedIn = (page: string): string[] =>
  [...read(page).matchAll(/npm run ([\w:]+)/g)].map(([, name = '']) => name);

test.each([
  ...pages.map((page) => [page, 'package.json'] as const),
  ...pagesOfBackend.map((page) => [page, `${BACKEND}/package.json`] as const),
])('each npm script of %s is in %s', (page, manifest) => {
  const scripts = scriptsOf(manifest);
  expect(scriptsNamedIn(page).filter((name) => !scripts.includes(name))).toEqual([]);
});

test.each(pagesOfBackend)('each file that %s names is there', (page) => {
  const files = [...read(page).matchAll(/`([\w-]+(?:\/[\w.-]+)*\.ts)`/g)].map(([, file = '']) => file);
  const exists = (file: string) => ['src', '.'].some((folder) => existsSync(path.join(BACKEND, folder, file)));
  expect(files.filter((file) => !exists(file))).toEqual([]);
});

test('the architecture of the backend is told in 1,500 words', () => {
  expect(read(`${BACKEND}/ARCHITECTURE.md`).split(/\s+/).length).toBeLessThan(1500);
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
