import * as z from 'zod';
import { DataFormat, Preprocess, Split } from './dataset';
import { Normalization } from './normalization';

/** The recognized properties of data, and its preprocessing: the answer to `describeData`. */
export const DataDescription = z.object({
  /** The folder or file, absolute. */
  source: z.string(),
  name: z.string(),
  format: DataFormat,
  task: z.enum(['classification', 'values']),
  splits: z.array(
    z.object({
      name: Split,
      examples: z.number(),
      /** True where it was held out of the training part. */
      heldOut: z.boolean(),
    }),
  ),
  classes: z.array(z.string()),
  /** Shape of one example; null where images differ. */
  shape: z.array(z.number().nullable()),
  /** The given preprocessing; the model decides the rest. */
  preprocess: Preprocess.extend({ normalization: Normalization.optional() }),
  /** The evidence, one sentence each. */
  evidence: z.array(z.string()),
});
export type DataDescription = z.infer<typeof DataDescription>;
