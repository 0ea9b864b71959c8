import * as z from 'zod';
import { RecalibratedLayer } from '../removal';
import { defineStep } from './define';
import { measuredAfter, measuredWords } from './measured-after';

/** Measures the moving means and variances of batch normalization again on training examples. Nothing else changes. */
export const recalibrate = defineStep({
  name: 'recalibrate',
  options: {
    samples: z
      .number()
      .int()
      .min(2)
      .max(1_000_000)
      .default(1000)
      .describe('Training examples to measure the statistics on.')
      .meta({ group: 'advanced', unit: 'examples' }),
    batchSize: z
      .number()
      .int()
      .min(2)
      .max(10_000)
      .default(100)
      .describe('Examples that are normalized together.')
      .meta({ group: 'advanced', unit: 'examples' }),
  },
  result: {
    layers: z.array(RecalibratedLayer),
    samples: z.number(),
    ...measuredAfter,
  },
  traits: { changesModel: true, recovers: true, needsData: true },
  words: {
    title: 'Recalibrate',
    running: 'Recalibrating',
    purpose: 'Measures the statistics of batch normalization again.',
    when: 'Take it after channels are removed, where nothing is trained.',
    page: 'remove',
    verb: 'Recalibrate',
    past: 'recalibrated',
    outcome: measuredWords,
  },
});
export const RecalibrateStep = recalibrate.schema;
export type RecalibrateStep = z.infer<typeof RecalibrateStep>;
