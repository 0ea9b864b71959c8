import { z } from 'zod';
import { NetworkFeed } from '../peers/orders';

/** The job of the child process. */
export const OverheadJob = z.object({
  network: NetworkFeed,
  examples: z.object({ images: z.string(), labels: z.string(), count: z.number().int().positive() }),
  threads: z.number().int().positive(),
});
export type OverheadJob = z.infer<typeof OverheadJob>;

/** The figures that it prints. */
export const OverheadFigures = z.object({
  /** Share of a training step outside of ONNX Runtime, 0 to 1. */
  bookkeeping: z.number(),
  /** Milliseconds for a thousand images right after a change of weights, and once more. */
  first: z.array(z.number()).min(1),
  warm: z.array(z.number()).min(1),
  /** Graphs compiled because weights had changed. */
  recompiled: z.number(),
});
export type OverheadFigures = z.infer<typeof OverheadFigures>;
