import * as z from 'zod';
import { count } from '../format';
import { defineStep } from './define';

const ORIGIN = 'must be the number of an epoch, or the path of a checkpoint';

/**
 * Rewinds (Frankle and Carbin 2019, "The Lottery Ticket Hypothesis"; Frankle et al. 2020): the remaining weights go back to
 * earlier values; zeros of kernels stay 0.
 */
export const rewind = defineStep({
  name: 'rewind',
  options: {
    to: z
      .union(
        [z.number().int().min(0).meta({ label: 'Epoch' }), z.string().min(1, ORIGIN).meta({ label: 'Checkpoint' })],
        { error: ORIGIN },
      )
      .describe(
        'An epoch of the first training of this run, 0 for the random weights of a train step; or the path of a checkpoint with the same tensors.',
      ),
  },
  result: {
    to: z.union([z.number(), z.string()]),
    /** Kernel weights that went back, and those that stayed 0. */
    kept: z.number(),
    zeros: z.number(),
  },
  traits: { changesModel: true },
  words: {
    title: 'Rewind',
    running: 'Rewinding',
    purpose: 'Sets the remaining weights back to earlier values.',
    when: 'Take it between pruning and training, to train again what is left from early on.',
    page: 'schedules',
    verb: 'Rewind',
    past: 'rewound',
    outcome: ({ kept, zeros }) => `${count(kept)} kernel weights went back, ${count(zeros)} stayed 0`,
  },
});
export const RewindStep = rewind.schema;
export type RewindStep = z.infer<typeof RewindStep>;
