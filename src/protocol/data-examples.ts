import * as z from 'zod';
import { DataReference, Split } from './dataset';

/** Examples that a page shows at most. */
export const MOST_SHOWN = 12;
/** The longer side of an example picture, in pixels. */
export const SHOWN_SIDE = 96;

/** The requested examples of one split. */
export const ExamplesQuestion = z.object({
  data: DataReference,
  split: Split,
  count: z.number().int().min(1).max(MOST_SHOWN).default(MOST_SHOWN),
});

/** The target of an example: the name of its class, or its first 12 numbers; null for one that is not finite. */
const Target = z.union([z.string(), z.array(z.number().nullable())]);

/** Some examples of a split, as they lie in their files: pictures, or numbers. */
export const DataExamples = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('pictures'),
    /** Spread evenly over the split. `picture`: a PNG as a data URL, at most 96 pixels wide and high. */
    examples: z.array(z.object({ picture: z.string(), target: Target })),
  }),
  z.object({
    kind: z.literal('numbers'),
    /** The number of values of an example; the first 12 of them are in `values`. */
    width: z.number(),
    /** The first ones of the split. */
    examples: z.array(z.object({ values: z.array(z.number()), target: Target })),
  }),
]);
export type DataExamples = z.infer<typeof DataExamples>;
