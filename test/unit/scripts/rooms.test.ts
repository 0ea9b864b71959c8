import { ESLint } from 'eslint';
import { readdirSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import * as z from 'zod';

const Restricted = z.object({
  rules: z.object({
    'no-restricted-imports': z.tuple([
      z.number(),
      z.object({ patterns: z.array(z.object({ group: z.array(z.string()) })) }),
    ]),
  }),
});

/** The forbidden imports of the files of a folder. */
async function forbiddenIn(eslint: ESLint, folder: string): Promise<string[]> {
  const config: unknown = await eslint.calculateConfigForFile(path.join(folder, 'some.ts'));
  return Restricted.parse(config).rules['no-restricted-imports'][1].patterns.flatMap(({ group }) => group);
}

const engineFolders = (): string[] =>
  readdirSync('src/engine', { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map((entry) => path.join(entry.parentPath, entry.name));

test('no room of the engine may import what is above the engine', async () => {
  const eslint = new ESLint();
  const folders = engineFolders();
  expect(folders).toContain(path.join('src', 'engine', 'compress', 'remove', 'scores'));
  for (const folder of ['src/engine', ...folders])
    expect(await forbiddenIn(eslint, folder), folder).toEqual(
      expect.arrayContaining(['**/extension/**', '**/webview/**', 'vscode']),
    );
});

test('rooms keep their own bans too', async () => {
  const eslint = new ESLint();
  expect(await forbiddenIn(eslint, 'src/engine/compress/prune')).toContain('**/recipe/**');
  expect(await forbiddenIn(eslint, 'src/engine/recipe/steps')).toContain('node:fs/*');
  expect(await forbiddenIn(eslint, 'src/engine/measure/sensitivity')).toContain('**/compress/**');
});
