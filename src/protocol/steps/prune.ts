import * as z from 'zod';
import { percent } from '../format';
import { PrunedLayer } from '../measure';
import { LayerPatterns } from '../patterns';
import { defineStep } from './define';

/**
 * How much to prune, in one of three ways. `threshold`: weights with |w| below it become 0.
 * `sparsity`: the smallest weights become 0 until this share of weights is 0.
 * `standardDeviations`: the threshold is this many standard deviations of the weights (Han et al. 2015).
 */
export const PruneAmount = z.union([
  z.strictObject({
    sparsity: z
      .number('must be a number from 0 to 1')
      .min(0, 'must be from 0 to 1')
      .max(1, 'must be from 0 to 1')
      .describe('Share of the kernel weights that is 0 afterwards, 0 to 1.')
      .meta({ start: 0.9 }),
  }),
  z.strictObject({
    threshold: z
      .number('must be a number, 0 or more')
      .nonnegative('must be 0 or more')
      .describe('Weights with a smaller absolute value become 0.')
      .meta({ start: 0.05 }),
  }),
  z.strictObject({
    standardDeviations: z
      .number('must be a number, 0 or more')
      .nonnegative('must be 0 or more')
      .describe('The threshold, in standard deviations of the weights.')
      .meta({ start: 1 }),
  }),
]);
export type PruneAmount = z.infer<typeof PruneAmount>;

/** The names of scores. */
export const SCORE_LABELS = {
  magnitude: 'Magnitude (L1)',
  l2: 'L2',
  lamp: 'LAMP',
  obc: 'OBC',
  fpgm: 'FPGM',
  'bn-scale': 'Batch-normalization scale',
};

/** How weights are ranked. */
export const scope = z
  .enum(['global', 'layer'])
  .default('global')
  .describe('Rank all weights together, or each layer by itself.')
  .meta({ labels: { global: 'All layers together', layer: 'Each layer by itself' } });

/** Importance scores; each is described where it is computed. Those from `taylor` on are computed from training images. */
export const ImportanceScoreName = z
  .enum(['magnitude', 'l2', 'lamp', 'random', 'taylor', 'movement', 'wanda', 'obc'])
  .meta({ labels: SCORE_LABELS });
export type ImportanceScoreName = z.infer<typeof ImportanceScoreName>;

const FROM_IMAGES: ReadonlySet<ImportanceScoreName> = new Set(['taylor', 'movement', 'wanda', 'obc']);
/** Whether a score is computed from training images. */
export const needsImages = (score: ImportanceScoreName): boolean => FROM_IMAGES.has(score);

/** Training images from which a score is computed. */
export const CALIBRATION_SAMPLES = 1000;
export const calibrationSamples = z
  .number()
  .int()
  .min(1)
  .max(1_000_000)
  .default(CALIBRATION_SAMPLES)
  .describe('Training images from which taylor, movement, wanda and obc are computed; other scores need none.')
  .meta({ group: 'advanced', unit: 'images' });

/**
 * What is kept or cut as one: `element`, a single weight; `4x2`, a block of input by output channels at one place of the
 * window, smaller at the edges; `2:4` (N:M), of M neighbouring input channels the N best weights stay; `kernel`, the window
 * from one input channel to one output channel; `filter`, all weights that lead to one output channel or neuron.
 */
export const Granularity = z
  .union(
    [
      z.enum(['element', 'kernel', 'filter']),
      z.string().regex(/^[1-9]\d{0,3}x[1-9]\d{0,3}$/),
      z.string().regex(/^[1-9]\d{0,3}:[1-9]\d{0,3}$/),
    ],
    { error: 'must be element, kernel, filter, a block such as 4x4, or N:M such as 2:4' },
  )
  .meta({ suggestions: ['4x4', '2:4', '1:4', '4:8'] });
export type Granularity = z.infer<typeof Granularity>;

/** `test accuracy 91.20%`. */
export const accuracyWords = (accuracy: number | null): string =>
  accuracy === null ? 'accuracy not measured' : `test accuracy ${percent(accuracy)}`;

/**
 * Pruning: kernel weights with the smallest importance scores become exactly 0.
 * With scope `global`, `amount` ranks the weights of all prunable kernels together and a sparsity counts all kernel
 * weights of the model, protected ones included; with `layer`, each layer by itself. `layers` overrides it by layer name;
 * without `amount` only the layers named there are pruned. N:M says itself how much to prune, so neither is given with it.
 */
export const prune = defineStep({
  name: 'prune',
  options: {
    score: ImportanceScoreName.default('magnitude').describe('Importance score by which weights are ranked.'),
    samples: calibrationSamples,
    scope,
    amount: PruneAmount.optional().meta({ begins: true }),
    layers: z
      .record(z.string(), PruneAmount)
      .optional()
      .describe('Amounts for single layers, by layer name.')
      .meta({ label: 'Single layers', group: 'advanced' }),
    granularity: Granularity.optional().describe(
      'What is cut as one: element (default), kernel, filter, a block such as 4x4, or N:M such as 2:4.',
    ),
    protect: LayerPatterns.optional()
      .describe('Layers that are left alone, by name; * stands for any characters.')
      .meta({ label: 'Protected layers', group: 'advanced' }),
    allowEmptyLayers: z
      .boolean()
      .default(false)
      .describe('Allow a layer to lose all its weights; otherwise it keeps its largest.')
      .meta({ label: 'Let a layer lose all its weights', group: 'advanced' }),
  },
  result: { layers: z.array(PrunedLayer), accuracy: z.number().nullable() },
  traits: { changesModel: true, compresses: true, needsData: ({ score }) => needsImages(score) },
  words: {
    title: 'Prune',
    running: 'Pruning',
    purpose: 'Weights with the smallest scores become 0.',
    verb: 'Prune',
    past: 'pruned',
    outcome: ({ accuracy }) => accuracyWords(accuracy),
  },
});
export const PruneStep = prune.schema;
export type PruneStep = z.infer<typeof PruneStep>;
