import * as z from 'zod';

/**
 * Weights of the classes in the loss of a training, as `class_weight` of Keras: the loss of each example, step or pixel is
 * multiplied by the weight of its class before the mean is taken. `balanced` gives each class the same sum: N / (K n) for a
 * class that n of N have, of K.
 */
export const ClassWeights = z.union(
  [
    z.literal('balanced').meta({ label: 'Balanced' }),
    z
      .array(z.number().nonnegative().max(1e6))
      .min(2)
      .refine((weights) => weights.some((weight) => weight > 0))
      .meta({ label: 'Numbers' }),
  ],
  { error: 'must be balanced, or a number for each class, 0 or more, some of them above 0' },
);
export type ClassWeights = z.infer<typeof ClassWeights>;
