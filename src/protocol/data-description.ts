import * as z from 'zod';
import { DataFormat, Preprocess, Split } from './dataset';
import { Normalization } from './normalization';

/** What Secateur sees in data, and how it will take it: the answer to `describeData`. */
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
      /** Whether it was held out of the training part. */
      heldOut: z.boolean(),
    }),
  ),
  classes: z.array(z.string()),
  /** Of one example; null where images differ in it. */
  shape: z.array(z.number().nullable()),
  /** How pixels become inputs, as far as it was said: what is left out, the model decides. */
  preprocess: Preprocess.extend({ normalization: Normalization.optional() }),
  /** What told all this, a sentence each. */
  evidence: z.array(z.string()),
});
export type DataDescription = z.infer<typeof DataDescription>;
