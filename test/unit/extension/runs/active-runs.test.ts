import path from 'node:path';
import { expect, test } from 'vitest';
import { ActiveRuns, type ActiveRun } from '../../../../src/extension/runs/active-runs';
import { Recipe } from '../../../../src/protocol/recipe';
import { memory } from './memory';

const recipe = Recipe.parse({ recipeVersion: 1, steps: [{ step: 'train', architecture: 'lenet-5' }] });
const run = (id: string, out = `/ws/${id}`): ActiveRun => ({ id, title: id, recipe, baseFolder: '/ws', out });

test('stored runs are read unchanged', async () => {
  const store = memory();
  await new ActiveRuns(store).add(run('a'));
  await new ActiveRuns(store).add(run('b'));
  expect(new ActiveRuns(store).list()).toEqual([run('a'), run('b')]);
});

test('a newer run in the same folder replaces the older one', async () => {
  const active = new ActiveRuns(memory());
  await active.add(run('a', '/ws/out'));
  await active.add(run('b', '/ws/out'));
  expect(active.list()).toEqual([run('b', '/ws/out')]);
});

test('removes only the given run', async () => {
  const active = new ActiveRuns(memory());
  await active.add(run('a'));
  await active.add(run('b'));
  await active.remove('a');
  await active.remove('unknown');
  expect(active.list()).toEqual([run('b')]);
});

test('ignores entries of another version in another shape', () => {
  const active = new ActiveRuns(memory({ activeRuns: [{ id: 'old' }, run('a'), null] }));
  expect(active.list()).toEqual([run('a')]);
  expect(new ActiveRuns(memory({ activeRuns: 'text' })).list()).toEqual([]);
});

test('runs in a folder, and in folders of it, follow it to another place', async () => {
  const at = (...parts: string[]): string => path.resolve('/ws', ...parts);
  const from = (checkpoint: string) =>
    Recipe.parse({ ...recipe, checkpoint, steps: [{ step: 'finetune', epochs: 1 }] });
  const active = new ActiveRuns(memory());
  const resumed = { ...run('a', at('old')), baseFolder: at('old'), recipe: from('../cnn') };
  const within = {
    ...run('b', at('old', 'epochs', 'again')),
    baseFolder: at('old', 'epochs'),
    recipe: from('epoch-3'),
  };
  const beside = { ...run('c', at('older')), baseFolder: at(), recipe: from('old') };
  for (const one of [resumed, within, beside]) await active.add(one);
  await active.move({ from: at('old'), to: at('new') });
  expect(active.list()).toEqual([
    { ...resumed, out: at('new'), baseFolder: at('new') },
    { ...within, out: at('new', 'epochs', 'again'), baseFolder: at('new', 'epochs') },
    { ...beside, recipe: from('new') },
  ]);
});
