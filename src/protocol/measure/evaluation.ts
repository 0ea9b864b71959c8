import * as z from 'zod';
import { Split } from '../dataset';
import { NormalizationInUse } from '../normalization';

/** The answer to `evaluate`. */
export const Evaluation = z.object({
  split: Split,
  samples: z.number(),
  /** Mean cross-entropy in nats. */
  loss: z.number(),
  /** 0 to 1. */
  accuracy: z.number(),
  perClass: z.array(z.object({ name: z.string(), samples: z.number(), accuracy: z.number() })),
  /** confusion[actual][predicted]: samples. */
  confusion: z.array(z.array(z.number())),
  samplesPerSecond: z.number(),
  dataset: z.object({
    name: z.string(),
    sample: z.boolean(),
    /** Changes to the examples, one sentence each. */
    notes: z.array(z.string()).optional(),
  }),
  /** The normalization of the pixels. Absent in evaluations of earlier versions. */
  normalization: NormalizationInUse.optional(),
});
export type Evaluation = z.infer<typeof Evaluation>;
