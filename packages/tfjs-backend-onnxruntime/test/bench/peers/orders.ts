import { z } from 'zod';

/** A network as the bench tells of it. */
export const NetworkFigures = z.object({
  name: z.string(),
  /** Of one example, channels last. */
  inputShape: z.array(z.number().int().positive()),
  /** How many classes; null where the network is trained towards its own input. */
  classes: z.number().int().positive().nullable(),
  /** Examples in a training step. */
  batch: z.number().int().positive(),
  /** Trainable ones. */
  parameters: z.number().int().positive(),
  /** Multiply-accumulates of one example's forward pass. */
  macs: z.number().int().positive(),
});
export type NetworkFigures = z.infer<typeof NetworkFigures>;

/** What it takes to feed a network. */
export const NetworkFeed = NetworkFigures.pick({ name: true, inputShape: true, classes: true, batch: true });
export type NetworkFeed = z.infer<typeof NetworkFeed>;

/** Examples on disk: little-endian floats, channels last, and one byte for each label. */
export interface Examples {
  readonly images: string;
  readonly labels: string;
  readonly count: number;
}

/** `best`: as its friends would run it; `tutorial`: as its tutorials write it. Only PyTorch tells the two apart. */
export type Manner = 'best' | 'tutorial';

/** What the bench asks of a peer: one JSON text a line; it answers each with one line. */
export type Order =
  | { readonly task: 'describe' }
  | { readonly task: 'prepare'; readonly network: NetworkFigures; readonly examples: Examples }
  | { readonly task: 'train' | 'evaluate'; readonly manner: Manner; readonly milliseconds: number }
  /** Products of two 1024 x 1024 matrices, the measure of what this processor can do. */
  | { readonly task: 'peak'; readonly milliseconds: number };

export const Described = z.object({ version: z.string(), networks: z.array(NetworkFigures) });
/** Ready and warm: the trainable parameters, and what was chosen as best. */
export const Prepared = z.object({ parameters: z.number(), chosen: z.string() });
/** Milliseconds of each step, pass or product, over so many examples each, and the last loss. */
export const Timed = z.object({
  milliseconds: z.array(z.number().positive()).min(1),
  examples: z.number(),
  loss: z.number(),
});
export type Timed = z.infer<typeof Timed>;
