import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { isCheckpointText, isRecipeText } from '../../../src/protocol/checkpoint';
import { Recipe } from '../../../src/protocol/recipe';
import { prepareDemoWorkspace } from '../../../scripts/setup/demo-workspace';

let folder: string;
const read = (...parts: string[]) => readFileSync(path.join(folder, ...parts), 'utf8');

beforeEach(() => {
  folder = mkdtempSync(path.join(os.tmpdir(), 'sec-'));
});
afterEach(() => {
  rmSync(folder, { recursive: true });
});

test('the demo workspace holds checkpoints, a valid recipe, and data', async () => {
  await prepareDemoWorkspace(folder);
  expect(isCheckpointText(read('fashion-cnn', 'model.json'))).toBe(true);
  const recipe = read('prune-90.recipe.json');
  expect(isRecipeText(recipe)).toBe(true);
  expect(Recipe.parse(JSON.parse(recipe)).checkpoint).toBe('fashion-cnn');
  expect(read('fashion-mnist-sample', 'LICENSE.md')).toContain('Zalando');
  expect(isCheckpointText(read('garden-mobilenet', 'model.json'))).toBe(true);
  expect(read('garden', 'LICENSE.md')).toContain('MIT');
});

test('what a person has changed there stays', async () => {
  await prepareDemoWorkspace(folder);
  writeFileSync(path.join(folder, 'README.md'), 'mine');
  writeFileSync(path.join(folder, 'prune-90.recipe.json'), 'mine too');
  await prepareDemoWorkspace(folder);
  expect([read('README.md'), read('prune-90.recipe.json')]).toEqual(['mine', 'mine too']);
});
