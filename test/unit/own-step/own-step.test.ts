import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { expect, test, vi } from 'vitest';
import { recipeSchemaText } from '../../../scripts/setup/recipe-schema';
import { createProgram } from '../../../src/engine/cli/program';
import { readCheckpoint } from '../../../src/engine/checkpoint/read';
import { jobName, jobTitle } from '../../../src/extension/runs/job-name';
import { fieldsOf } from '../../../src/protocol/fields';
import { findStep, outcome, RecipeStep, stepNames, StepResult } from '../../../src/protocol/steps';
import { summaryOf } from '../../../src/webview/form/summary';
import { initialObject } from '../../../src/webview/form/values';
import { writeRaw } from '../../fixtures/tiny-model';
import { secateurHere } from '../cli/secateur';
import { temporaryFolder } from '../temporary';
import { scale, scaleKind } from './scale';

// A step of one's own is a line in each of two lists.
vi.mock('../../../src/protocol/steps/list', async (original) => {
  const { definitions } = await original<{ definitions: readonly unknown[] }>();
  return { definitions: [...definitions, (await import('./scale')).scale] };
});
vi.mock('../../../src/engine/recipe/steps/list', async (original) => {
  const { kinds } = await original<{ kinds: object }>();
  return { kinds: { ...kinds, scale: (await import('./scale')).scaleKind } };
});

const secateur = secateurHere();
const step = RecipeStep.parse({ step: 'scale', by: 3 });

test('a step is in the recipe schema and in the published one', async () => {
  expect(step).toEqual({ step: 'scale', by: 3 });
  expect(RecipeStep.safeParse({ step: 'scale', by: 10 }).success).toBe(false);
  expect(await recipeSchemaText()).toContain('"const": "scale"');
  expect(StepResult.parse({ step: 'scale', changed: 4 })).toEqual({ step: 'scale', changed: 4 });
});

test('a step has its form, and its words wherever steps are named', () => {
  expect(stepNames).toContain('scale');
  const fields = fieldsOf(scale.schema);
  expect(fields.map(({ key, label, help }) => [key, label, help])).toContainEqual(['by', 'Factor', 'The factor.']);
  expect(initialObject({ kind: 'object', fields }, () => undefined)).toEqual({ step: 'scale' });
  expect(summaryOf({ step: 'scale', by: 3 }, fields)).toBe('factor 3');
  expect(findStep('scale')?.words.running).toBe('Scaling');
  expect([jobTitle([step], 'cnn'), jobName('cnn', [step], null)]).toEqual(['Scale cnn', 'cnn-scaled']);
  expect(outcome(StepResult.parse({ step: 'scale', changed: 4 }))).toBe('4 weights scaled');
  expect(scaleKind.plan).toBeTypeOf('function');
});

test('a step is a command with its options, a plan and a run', async () => {
  const command = createProgram('0', () => Promise.resolve()).commands.find((one) => one.name() === 'scale');
  expect(command?.helpInformation()).toMatch(/multiplies every weight.*--by <number> +the factor \(default: 2\)/s);
  const folder = await temporaryFolder();
  const model = await writeRaw(path.join(folder, 'net'));
  const planned = await secateur(['scale', model, '--by', '3', '--dry-run']);
  expect(planned.code, planned.stderr).toBe(0);
  expect(planned.stdout).toMatch(/logits +kept .*Nothing was written: this was a dry run\./s);
  const out = path.join(folder, 'out');
  const ran = await secateur(['scale', model, '--by', '3', '--out', out]);
  expect(ran.code, ran.stderr).toBe(0);
  expect(ran.stdout).toMatch(/1 +scale +111 weights scaled/);
  const [before, after] = [await readCheckpoint(model), await readCheckpoint(path.join(out, 'model.json'))];
  const of = ({ tensors }: typeof before): number[] => [...tensors.get('logits/kernel')!.data];
  expect(of(after)).toEqual(of(before).map((value) => Math.fround(value * 3)));
  expect(await readFile(path.join(out, 'results.md'), 'utf8')).toContain('111 weights scaled');
});
