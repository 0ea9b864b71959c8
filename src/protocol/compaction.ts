import * as z from 'zod';
import { ReshapedLayer, Reshaping } from './reshaping';

/** The effect of a compact step on one layer, done or planned. */
export const CompactLayer = ReshapedLayer.extend({
  /** The new form with its sizes, in words. */
  form: z.string().optional(),
  /**
   * Root of the mean squared error of its outputs, as a share of their standard deviation: of the approximation, and once it
   * was fitted; absent without data. `samples`: training examples.
   */
  outputError: z.object({ before: z.number(), after: z.number(), samples: z.number() }).optional(),
});
export type CompactLayer = z.infer<typeof CompactLayer>;

/** The result of a compact step. */
export const Compaction = Reshaping.extend({
  layers: z.array(CompactLayer),
  /** Shares that are left, 0 to 1: of the multiply-accumulates of the convolutions that the step is about, and of the whole model. */
  left: z.object({ convolutions: z.number(), macs: z.number(), params: z.number() }),
});
export type Compaction = z.infer<typeof Compaction>;
