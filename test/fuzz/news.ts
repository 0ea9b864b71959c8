import * as z from 'zod';

/** Messages of the worker: it asks one question of a case, or the case is finished. */
export const News = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('begin'), index: z.number(), target: z.string() }),
  z.object({
    kind: z.literal('end'),
    index: z.number(),
    target: z.string(),
    /** The complaint in words; empty where everything is right. */
    found: z.array(z.string()),
    /** Questions that were answered, and those that were refused or cancelled. */
    answered: z.number(),
    refused: z.number(),
  }),
]);
export type News = z.infer<typeof News>;
