import * as z from 'zod';

/**
 * The largest difference between the outputs of a model after a step and those of a reference: the model before it, or, where
 * channels were removed, that with these channels masked. It is measured on validation examples, or on random ones without
 * data, before any final activation.
 */
export const OutputDifference = z.object({
  /**
   * The difference is a share of the `spread`: the standard deviation of each output number over the examples; or of the
   * `size`: the root mean square of the output. Earlier versions wrote no `relativeTo`; their value is |a - b| / max(1, |a|).
   */
  largest: z.number(),
  relativeTo: z.enum(['spread', 'size']).optional(),
  /**
   * Where outputs are not meant to be equal: root mean square of the difference, as a share of that of the distances of the
   * outputs from their means over the examples.
   */
  error: z.number().optional(),
  samples: z.number(),
  on: z.enum(['validation', 'noise']),
});
export type OutputDifference = z.infer<typeof OutputDifference>;
