import { z } from 'zod';

const Alive = z.object({
  tensors: z.number(),
  data: z.number(),
  /** Resident memory. */
  megabytes: z.number(),
  sessionMegabytes: z.number(),
});
export type Alive = z.infer<typeof Alive>;

/** The state after the caches are full, and at the end. */
const Phase = z.object({ before: Alive, after: Alive });
export type Phase = z.infer<typeof Phase>;

export const LongLife = z.object({
  trained: Phase,
  opened: Phase,
  traced: Phase,
  grown: Phase,
  peakMegabytes: z.number(),
});
export type LongLife = z.infer<typeof LongLife>;
