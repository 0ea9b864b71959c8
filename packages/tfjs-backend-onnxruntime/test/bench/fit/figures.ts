import { z } from 'zod';

/** Milliseconds of one batch by plain tfjs-layers. */
export const FitFigures = z.object({ batch: z.number(), trainMs: z.number(), predictMs: z.number() });
export type FitFigures = z.infer<typeof FitFigures>;
