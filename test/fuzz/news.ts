import * as z from 'zod';

/** What the worker tells: that it asks one question of a case, and that the case is done. */
export const News = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('begin'), index: z.number(), target: z.string() }),
  z.object({
    kind: z.literal('end'),
    index: z.number(),
    target: z.string(),
    /** What is wrong, in words; empty where all is right. */
    found: z.array(z.string()),
    /** Questions that were answered, and those that were refused or cancelled. */
    answered: z.number(),
    refused: z.number(),
  }),
]);
export type News = z.infer<typeof News>;
