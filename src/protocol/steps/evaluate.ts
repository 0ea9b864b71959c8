import * as z from 'zod';
import { Split } from '../dataset';
import { percent } from '../format';
import { Evaluation } from '../measure';
import { defineStep } from './define';

/** Measures loss and accuracy. */
export const evaluate = defineStep({
  name: 'evaluate',
  options: {
    split: Split.optional().describe(
      'The examples that are measured; by default those of the test split, or of the validation split where there is no test split.',
    ),
    samples: z
      .number()
      .int()
      .positive()
      .optional()
      .describe('Only the first so many images; all of them by default.')
      .meta({ group: 'advanced', unit: 'images' }),
  },
  result: { evaluation: Evaluation },
  traits: { recovers: true, needsData: true },
  words: {
    title: 'Evaluate',
    running: 'Evaluating',
    purpose: 'Loss and accuracy between steps.',
    verb: 'Evaluate',
    past: 'evaluated',
    outcome: ({ evaluation: { accuracy, samples, split } }) =>
      `accuracy ${percent(accuracy)} on ${samples} ${split} images`,
  },
});
export const EvaluateStep = evaluate.schema;
export type EvaluateStep = z.infer<typeof EvaluateStep>;
