import { expect, test } from 'vitest';
import { playgroundOfFile } from './playground';

const playground = playgroundOfFile('sec-refusals-');
const { open, tab, element, asked } = playground;

/** What a person fills in, the step that comes of it, and the sentence of the engine for it; see test/fixtures/bad-input.ts. */
interface Refused {
  readonly what: string;
  readonly method: 'factorize' | 'distill' | 'target';
  readonly fill: () => Promise<void>;
  readonly step: object;
  readonly sentence: string;
}

const other = async (field: string, text: string): Promise<void> => {
  await element(field).selectOption({ label: 'Other\u2026' });
  await element(`${field}-other`).fill(text);
};

const REFUSED: readonly Refused[] = [
  {
    what: 'a rank above the full one of its layer',
    method: 'factorize',
    fill: async () => {
      await element('form-factorize-amount').selectOption('');
      await element('form-factorize-more').click();
      await element('form-factorize-ranks').selectOption('conv2d');
      await element('form-factorize-ranks-conv2d').fill('60');
    },
    step: { ranks: { conv2d: 60 } },
    sentence: 'The layer "conv2d" has the rank 9, so it cannot be given 60: give a smaller one.',
  },
  {
    what: 'a teacher with other outputs',
    method: 'distill',
    fill: async () => {
      await element('form-distill-more').click();
      await element('form-distill-teacher').fill('../garden');
    },
    step: { teacher: '../garden' },
    sentence:
      'The teacher "../garden" has an output of shape [?, 5] but the student one of [?, 10]: choose another one.',
  },
  {
    what: 'a student with other inputs',
    method: 'distill',
    fill: () => other('form-distill-student', '../garden'),
    step: { student: '../garden' },
    sentence:
      'The teacher has an input of shape [?, 28, 28, 1] but the student one of [?, 96, 96, 3]: choose another one.',
  },
  {
    what: 'a target that no method reaches',
    method: 'target',
    fill: () => Promise.resolve(),
    step: {},
    sentence: 'The target of 1.0 kB cannot be met: the best plan found has 9.2 kB at a validation accuracy of 10.00%.',
  },
];

test.each(REFUSED)(
  '$what is told at the form and at the run, and nothing is written',
  async ({ method, fill, step, sentence }) => {
    await open(`refuses=${encodeURIComponent(sentence)}`);
    await tab('methods');
    await element(`add-${method}`).click();
    await fill();
    await element('show-plan').click();
    await expect.poll(() => element('plan-problem').textContent()).toContain(sentence);
    expect(await asked('plan')).toMatchObject([{ step: { step: method, ...step } }]);
    expect(await element('plan-table').count()).toBe(0);
    await element('recipe-run').click();
    await expect.poll(() => element('run-problem').textContent()).toContain(sentence);
    expect(await asked('run')).toMatchObject([{ steps: [{ step: method, ...step }] }]);
    expect(await element('open-result').count()).toBe(0);
  },
);

test('a refusal goes as soon as its step is changed, and stays with that step', async () => {
  const { fill, sentence } = REFUSED[0]!;
  await open(`refuses=${encodeURIComponent(sentence)}`);
  await tab('methods');
  await element('add-factorize').click();
  await fill();
  await element('show-plan').click();
  await element('plan-problem').waitFor();
  await element('add-merge').click();
  expect(await element('plan-problem').count()).toBe(0);
  await element('step-0').click();
  await element('plan-problem').waitFor();
  await element('form-factorize-ranks-conv2d').fill('8');
  await expect.poll(() => element('plan-problem').count()).toBe(0);
});
