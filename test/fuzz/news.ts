import * as z from 'zod';

/** True where the system tells how much memory a process has taken at most. */
export const TELLS_MEMORY = process.platform === 'linux';

/** Packed files that a case opened: how many, and the most milliseconds and bytes beyond the declared ones of any of them. */
export const PackedTally = z.object({ files: z.number(), ms: z.number(), bytes: z.number() });
export type PackedTally = z.infer<typeof PackedTally>;

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
    packed: PackedTally.optional(),
  }),
]);
export type News = z.infer<typeof News>;
