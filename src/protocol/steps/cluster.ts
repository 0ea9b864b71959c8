import * as z from 'zod';
import { defineStep } from './define';
import { measuredAfter, measuredWords } from './measured-after';
import { protect, RestrictedLayer } from './restricted';

const clusters = z.number('must be a whole number from 2 to 256').int().min(2).max(256);

/**
 * Clusters: the weights of each kernel share a few values, whose squared distance from the weights is smallest (Deep
 * Compression, Han et al. 2016). Pruned weights stay 0, and 0 is then one of the values. Training keeps the assignments
 * and trains the values.
 */
export const cluster = defineStep({
  name: 'cluster',
  options: {
    clusters: clusters
      .default(16)
      .describe('Values that the weights of a layer share, 2 to 256; 0 counts where weights are 0.'),
    layers: z
      .record(z.string(), clusters)
      .optional()
      .describe('Numbers of values for single layers, by layer name; * stands for any characters.')
      .meta({ label: 'Single layers', group: 'advanced' }),
    assignments: z
      .enum(['keep', 'move'])
      .default('move')
      .describe(
        'In a fine-tuning that follows: each weight keeps its value, which is trained; or it may move to another value (default).',
      )
      .meta({
        labels: { keep: 'Keep', move: 'Move' },
        about: {
          keep: 'Each weight keeps its value, which is trained. Take it for short training.',
          move: 'A weight may move to another value. The default, and better after long training.',
        },
        page: 'few-values',
      }),
    protect,
  },
  result: { layers: z.array(RestrictedLayer), ...measuredAfter },
  traits: { changesModel: true, compresses: true },
  words: {
    title: 'Cluster',
    running: 'Clustering',
    purpose: 'Lets the weights of a layer share a few values.',
    when: 'Take it after pruning, for the smallest packed files.',
    page: 'few-values',
    verb: 'Cluster',
    past: 'clustered',
    outcome: measuredWords,
  },
});
export const ClusterStep = cluster.schema;
export type ClusterStep = z.infer<typeof ClusterStep>;
