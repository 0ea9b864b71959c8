import { z } from 'zod';

/** A network of the bench and its figures. */
export const NetworkFigures = z.object({
  name: z.string(),
  /** Shape of one example, channels last. */
  inputShape: z.array(z.number().int().positive()),
  /** Number of classes; null for a network that reproduces its input. */
  classes: z.number().int().positive().nullable(),
  /** Examples in a training step. */
  batch: z.number().int().positive(),
  /** Trainable parameters. */
  parameters: z.number().int().positive(),
  /** Multiply-accumulates of one example's forward pass. */
  macs: z.number().int().positive(),
});
export type NetworkFigures = z.infer<typeof NetworkFigures>;

/** The data that are needed to feed a network. */
export const NetworkFeed = NetworkFigures.pick({ name: true, inputShape: true, classes: true, batch: true });
export type NetworkFeed = z.infer<typeof NetworkFeed>;

/** Examples on disk: little-endian floats, channels last, and one byte for each label. */
export interface Examples {
  readonly images: string;
  readonly labels: string;
  readonly count: number;
}

/** `best`: the fastest settings; `tutorial`: the settings of its tutorials. They differ for PyTorch only. */
export type Manner = 'best' | 'tutorial';

/** An order to a peer: one line of JSON. The peer answers each with one line. */
export type Order =
  | { readonly task: 'describe' }
  | { readonly task: 'prepare'; readonly network: NetworkFigures; readonly examples: Examples }
  | { readonly task: 'train' | 'evaluate'; readonly manner: Manner; readonly milliseconds: number }
  /** Products of two 1024 x 1024 matrices, which measure the peak of the processor. */
  | { readonly task: 'peak'; readonly milliseconds: number };

export const Described = z.object({ version: z.string(), networks: z.array(NetworkFigures) });
/** The answer of a warm peer: the trainable parameters and the settings it chose as best. */
export const Prepared = z.object({ parameters: z.number(), chosen: z.string() });
/** Milliseconds of each step, pass or product, the examples in each, and the last loss. */
export const Timed = z.object({
  milliseconds: z.array(z.number().positive()).min(1),
  examples: z.number(),
  loss: z.number(),
});
export type Timed = z.infer<typeof Timed>;
