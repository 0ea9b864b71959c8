import * as z from 'zod';
import { expect, test } from 'vitest';
import { fieldsOf } from '../../../src/protocol/fields';
import { defineStep } from '../../../src/protocol/steps/define';
import {
  changesModel,
  compresses,
  findStep,
  needsData,
  RecipeStep,
  runsModel,
  stepDefinition,
  stepNames,
  StepResult,
} from '../../../src/protocol/steps';
import { importanceScores } from '../../../src/engine/compress/prune/scores';
import { needsImages } from '../../../src/protocol/steps/prune';

test.each(stepNames)('%s is defined once and has all its words', (name) => {
  const { schema, result, words } = stepDefinition(name);
  expect(findStep(name)).toBe(stepDefinition(name));
  expect(schema.shape['step']).toMatchObject({ value: name });
  expect(result.shape['step']).toMatchObject({ value: name });
  for (const text of [words.title, words.running, words.purpose, words.verb, words.past])
    expect(text.trim()).not.toBe('');
  for (const { key, help, spec } of fieldsOf(schema))
    if (spec.kind !== 'constant' && spec.kind !== 'union') expect(help, `${name}.${key}`).not.toBe('');
});

test('traits may depend on the options of a step', () => {
  const magnitude = RecipeStep.parse({ step: 'prune', amount: { sparsity: 0.5 } });
  const taylor = RecipeStep.parse({ step: 'prune', score: 'taylor', amount: { sparsity: 0.5 } });
  expect([magnitude, taylor].map(needsData)).toEqual([false, true]);
  expect([magnitude, taylor].map(runsModel)).toEqual([false, true]);
  const [plain, gradual] = [{}, { gradual: { sparsity: 0.5 } }].map((more) =>
    RecipeStep.parse({ step: 'finetune', ...more }),
  );
  expect([plain!, gradual!].map(compresses)).toEqual([false, true]);
  expect([plain!, RecipeStep.parse({ step: 'evaluate' })].map(changesModel)).toEqual([true, false]);
});

test('a definition makes the schemas of the step and of its result, and fills in traits', () => {
  const scale = defineStep({
    name: 'scale',
    options: { by: z.number().default(2).describe('The factor.') },
    result: { changed: z.number() },
    traits: { changesModel: true, needsData: ({ by }) => by > 2 },
    words: {
      title: 'Scale',
      running: 'Scaling',
      purpose: 'Multiplies.',
      when: 'Take it in tests.',
      page: 'recipes',
      verb: 'Scale',
      past: 'scaled',
      outcome: ({ changed }) => `${changed} weights`,
    },
  });
  const step = scale.schema.parse({ step: 'scale' });
  expect(step).toEqual({ step: 'scale', by: 2 });
  expect(scale.schema.safeParse({ step: 'scale', of: 1 }).success).toBe(false);
  expect(scale.words.outcome(scale.result.parse({ step: 'scale', changed: 3 }))).toBe('3 weights');
  const { startsModel, changesModel: changes, trains, recovers } = scale.traits;
  expect({ startsModel, changes, trains, recovers }).toEqual({
    startsModel: false,
    changes: true,
    trains: false,
    recovers: false,
  });
  expect(scale.traits.compresses(step)).toBe(false);
  expect(scale.traits.runsModel({ ...step, by: 3 })).toBe(true);
});

test('the error of an unknown step names all steps', () => {
  const { error } = RecipeStep.safeParse({ step: 'shred' });
  for (const name of stepNames) expect(error?.issues[0]?.message).toContain(name);
  expect(StepResult.safeParse({ step: 'shred' }).success).toBe(false);
});

test.each(Object.entries(importanceScores))('%s needs images if it is computed from them', (name, score) => {
  expect(needsImages(name as keyof typeof importanceScores)).toBe(score.calibrate !== undefined);
});
