import { Command } from 'commander';
import { expect, test } from 'vitest';
import { folderTyped } from '../../../src/engine/cli/options';
import { createProgram } from '../../../src/engine/cli/program';
import { flagsOf, objectFrom } from '../../../src/engine/cli/steps/flags';
import { fieldsOf, type Field } from '../../../src/protocol/fields';
import type { JsonObject } from '../../../src/protocol/json';
import { RecipeStep, stepDefinition, stepNames, type StepName } from '../../../src/protocol/steps';

/** The options of a step as a command line gives them. */
function given(name: StepName, args: readonly string[]): JsonObject {
  const flags = flagsOf(fieldsOf(stepDefinition(name).schema), { taken: new Set() });
  const command = new Command().exitOverride().configureOutput({ writeErr: () => undefined });
  for (const { option } of flags) command.addOption(option);
  command.parse(args, { from: 'user' });
  return { step: name, ...objectFrom(flags, command.opts()) };
}

/** Every value that a step may hold, by its place: `amount.sparsity`. */
function placesIn(fields: readonly Field[], at = ''): string[] {
  return fields.flatMap(({ key, spec }) => {
    if (spec.kind === 'constant' && at === '') return [];
    if (spec.kind === 'object') return placesIn(spec.fields, `${at}${key}.`);
    const parts = spec.kind === 'union' ? spec.variants.map((variant) => variant.spec) : [];
    if (parts.length > 0 && parts.every(({ kind }) => kind === 'object'))
      return parts.flatMap((part) => (part.kind === 'object' ? placesIn(part.fields, `${at}${key}.`) : []));
    return [`${at}${key}`];
  });
}

test.each(stepNames)('every option of %s in a recipe is one on the command line', (name) => {
  const fields = fieldsOf(stepDefinition(name).schema);
  const flags = flagsOf(fields, { taken: new Set() });
  const places = new Set(flags.map(({ at }) => at.join('.')));
  expect([...places].sort()).toEqual([...new Set(placesIn(fields))].sort());
  const command = createProgram('0', () => Promise.resolve()).commands.find((one) => one.name() === name);
  const offered = new Set(command?.options.map(({ long }) => long));
  // A file of its own has the name that --out gives it.
  const own = name === 'pack' ? flags.filter(({ at }) => at[0] !== 'name') : flags;
  for (const { option } of own) expect(offered, `${name} ${option.long}`).toContain(option.long);
});

test('options make the step that a recipe would hold', () => {
  expect(given('prune', ['--standard-deviations', '1.5', '--score', 'l2', '--allow-empty-layers'])).toEqual({
    step: 'prune',
    amount: { standardDeviations: 1.5 },
    score: 'l2',
    allowEmptyLayers: true,
  });
  expect(given('prune', ['--no-allow-empty-layers', '--protect', 'a', 'b*'])).toEqual({
    step: 'prune',
    allowEmptyLayers: false,
    protect: ['a', 'b*'],
  });
  expect(given('prune', ['--layers', 'conv1=0.5', 'a=b/c=threshold:0.02'])).toMatchObject({
    layers: { conv1: { sparsity: 0.5 }, 'a=b/c': { threshold: 0.02 } },
  });
  expect(given('finetune', ['--class-weights', 'balanced'])).toMatchObject({ classWeights: 'balanced' });
  expect(given('finetune', ['--class-weights', '1, 2.5,0'])).toMatchObject({ classWeights: [1, 2.5, 0] });
  expect(JSON.stringify(RecipeStep.safeParse(given('finetune', ['--class-weights', 'even'])).error)).toContain(
    'must be balanced, or a number for each class',
  );
  expect(given('remove', ['--zeros'])).toEqual({ step: 'remove', amount: { zeros: true } });
  expect(given('remove', ['--layers', 'conv1=0.5', '--input-shape', '8,8,3'])).toMatchObject({
    layers: { conv1: 0.5 },
    inputShape: [8, 8, 3],
  });
  expect(given('train', ['--arch', 'lenet-5', '--gradual', '0.9', '--to', '2', '--distill'])).toEqual({
    step: 'train',
    architecture: 'lenet-5',
    gradual: { sparsity: 0.9, to: 2 },
    distill: {},
  });
  expect(given('finetune', ['--distill', 'teacher', '--alpha', '0.7'])).toMatchObject({
    distill: { teacher: 'teacher', alpha: 0.7 },
  });
  expect(given('rewind', ['--to', '3'])).toEqual({ step: 'rewind', to: 3 });
  expect(given('rewind', ['--to', './early'])).toEqual({ step: 'rewind', to: './early' });
  for (const step of [
    given('prune', ['--layers', 'conv1=standardDeviations:1']),
    given('target', ['--bytes', '300000', '--by', 'remove']),
    given('evaluate', ['--split', 'validation', '--samples', '9']),
    given('recalibrate', ['--samples', '50']),
  ])
    expect(RecipeStep.safeParse(step).error).toBeUndefined();
});

test.each([
  ['prune', ['--layers', '0.5'], /LAYER=AMOUNT, such as conv1=0\.5 or conv1=threshold:0\.02/],
  ['prune', ['--layers', 'conv1=size:3'], /one of sparsity, threshold, standardDeviations/],
  ['prune', ['--layers', 'conv1=2'], /a number from 0 to 1/],
  ['prune', ['--sparsity', '0.5', '--threshold', '1'], /cannot be used with/],
  ['remove', ['--input-shape', '8,x'], /a whole number from 1 to 65,536/],
  ['finetune', ['--from', '1'], /^The option --from goes with --gradual: give that too\.$/],
] as const)('%s %j is wrong use', (name, args, sentence) => {
  expect(() => given(name, args)).toThrow(sentence);
});

test('a folder to write to has a name: an empty one would be the folder in which the command stands', () => {
  expect(folderTyped('out')).toBe('out');
  for (const typed of ['', ' ']) expect(() => folderTyped(typed)).toThrow('It must name a folder.');
});
