import * as z from 'zod';
import { LayerPatterns } from '../patterns';

/** The effect on one layer of a step after which weights have few values. */
export const RestrictedLayer = z.object({
  name: z.string(),
  state: z.enum(['restricted', 'kept']),
  /** The reason why it is left alone. */
  reason: z.string().optional(),
  /** Different values under each scale of its kernel, 0 included if it occurs; absent where the layer is left alone. */
  values: z.number().optional(),
  /** Share of its kernel weights that are 0. */
  zeros: z.number().optional(),
  /** Root of the mean squared change of its kernel, as a share of the root of its mean square. */
  error: z.number().optional(),
  /** Ideal bits for each weight: the entropy of its values in units of their scale. */
  bits: z.number().optional(),
});
export type RestrictedLayer = z.infer<typeof RestrictedLayer>;

/** The layers to leave alone. */
export const protect = LayerPatterns.optional()
  .describe('Layers to leave alone, by name; * stands for any characters.')
  .meta({ label: 'Protected layers', group: 'advanced' });

/** Weights that share a scale. */
export const scaleOf = z
  .enum(['filter', 'tensor'])
  .default('filter')
  .describe('Weights that share a scale: those of each output channel, or all of a layer.')
  .meta({
    label: 'Scale of',
    labels: { filter: 'Each filter', tensor: 'Each layer' },
    about: {
      filter: 'Each output channel has a scale. The default: more exact, for a few bytes.',
      tensor: 'All weights of a layer have one scale. Take it for the smallest file.',
    },
    page: 'few-values',
  });

/** The layers at both ends of a network. */
export const ends = z
  .enum(['keep', 'change'])
  .default('keep')
  .describe('First and last layer with weights: keep them as they are (default), or change them too.')
  .meta({ label: 'First and last layer', labels: { keep: 'Keep', change: 'Change' } });
