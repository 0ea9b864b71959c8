import * as z from 'zod';
import { Split } from '../dataset';
import { Evaluation } from '../measure';
import { metricWords } from '../metric';
import { defineStep } from './define';

/** Measures loss and metrics. */
export const evaluate = defineStep({
  name: 'evaluate',
  options: {
    split: Split.optional().describe(
      'Split to measure on; by default the test split, or the validation split if there is no test split.',
    ),
    samples: z
      .number()
      .int()
      .positive()
      .optional()
      .describe('Number of examples, the first ones of the split; all of them by default.')
      .meta({ group: 'advanced', unit: 'examples' }),
  },
  result: { evaluation: Evaluation },
  traits: { recovers: true, needsData: true },
  words: {
    title: 'Evaluate',
    running: 'Evaluating',
    purpose: 'Measures loss and metrics, such as accuracy, between steps.',
    when: 'Take it between steps, to see which one costs accuracy.',
    page: 'recipes',
    verb: 'Evaluate',
    past: 'evaluated',
    outcome: ({ evaluation: { metrics, samples, split } }) =>
      `${metricWords(metrics[0])} on ${samples} ${split} examples`,
  },
});
export const EvaluateStep = evaluate.schema;
export type EvaluateStep = z.infer<typeof EvaluateStep>;
