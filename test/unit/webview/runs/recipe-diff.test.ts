import { expect, test } from 'vitest';
import { Recipe, type RecipeInput } from '../../../../src/protocol/recipe';
import { pairSteps, recipeDiff } from '../../../../src/webview/runs/recipe-diff';

const recipe = (steps: RecipeInput['steps'], rest: Partial<RecipeInput> = {}): Recipe =>
  Recipe.parse({ recipeVersion: 1, checkpoint: '../cnn', steps, ...rest });
const prune = (sparsity: number): RecipeInput['steps'][number] => ({ step: 'prune', amount: { sparsity } });
const different = (a: Recipe, b: Recipe) =>
  recipeDiff(a, b).flatMap(({ place, field, a: left, b: right, differs }) => (differs ? [[place, field, left, right]] : [])); // prettier-ignore

test('two recipes differ field by field, in the words of the form', () => {
  const a = recipe([prune(0.9), { step: 'finetune', epochs: 2 }], { seed: 1 });
  const b = recipe([prune(0.95), { step: 'finetune', epochs: 5, batchSize: 32 }], { seed: 1, data: 'fashion-mnist' });
  expect(different(a, b)).toEqual([
    ['Recipe', 'Data', null, 'fashion-mnist'],
    ['Step 1: Prune', 'Amount, sparsity', '90%', '95%'],
    ['Step 2: Fine-tune', 'Epochs', '2', '5'],
    ['Step 2: Fine-tune', 'Batch size', '100', '32'],
  ]);
  expect(recipeDiff(a, a).every(({ differs }) => !differs)).toBe(true);
  const keeping = Recipe.parse({ ...a, keepEpochs: true });
  expect(different(a, keeping)).toEqual([['Recipe', 'Keep the checkpoint of each epoch', null, 'yes']]);
});

test('a step that only one recipe has stands alone, and the others keep their partners', () => {
  const a = recipe([prune(0.9), { step: 'finetune', epochs: 2 }]);
  const b = recipe([{ step: 'merge' }, prune(0.9), { step: 'finetune', epochs: 2 }, { step: 'quantize' }]);
  expect(different(a, b)).toEqual([
    ['Step 1: Merge layers', 'In the recipe', 'no', 'yes'],
    ['Step 4: Quantize', 'In the recipe', 'no', 'yes'],
  ]);
  expect(pairSteps(a.steps, b.steps).map(([one, other]) => [one?.step, other?.step])).toEqual([
    [undefined, 'merge'],
    ['prune', 'prune'],
    ['finetune', 'finetune'],
    [undefined, 'quantize'],
  ]);
});
