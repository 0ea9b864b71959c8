import * as z from 'zod';
import { PrunedLayer } from '../measure';
import { LayerPatterns } from '../patterns';
import { defineStep } from './define';
import { measuredAfter, measuredWords } from './measured-after';

/**
 * The amount to prune, in one of three forms. `threshold`: weights with a smaller |w| become 0.
 * `sparsity`: the smallest weights become 0 until this share of weights is 0.
 * `standardDeviations`: the threshold is this many standard deviations of the weights (Han et al. 2015).
 */
export const PruneAmount = z.union([
  z.strictObject({
    sparsity: z
      .number('must be a number from 0 to 1')
      .min(0, 'must be from 0 to 1')
      .max(1, 'must be from 0 to 1')
      .describe('Share of the kernel weights that are 0 afterwards.')
      .meta({ share: true, start: 0.9 }),
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
      .describe('Threshold in standard deviations of the weights.')
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

/** Scores of weights, one line each. */
export const WEIGHT_SCORES_ABOUT = {
  magnitude: 'Size of the weight; for a group the mean. The default: right for most models, and needs no data.',
  l2: 'Root mean square of a group. Take it for blocks, kernels and filters; for single weights it equals the magnitude.',
  lamp: 'Square of the weight over those of the layer that are no smaller. Take it at high sparsity, to spare small layers without data.',
  random: 'A random number. Take it as the baseline that a score has to beat.',
  taylor: 'Change of the loss without the weight, to first order. Needs data; take it at low sparsity.',
  movement: 'How far training moves the weight away from 0. Needs data; take it in gradual pruning, not at one stroke.',
  wanda: 'Size of the weight times that of its inputs. Needs data; take it where nothing is trained afterwards.',
  obc: 'Error of the outputs without the weight; the others are then fitted to make up for it. Needs data; the best where nothing is trained afterwards.',
};

/** The weights that are ranked together. */
export const scope = z
  .enum(['global', 'layer'])
  .default('global')
  .describe('Rank all weights together, or those of each layer.')
  .meta({
    labels: { global: 'All layers together', layer: 'Each layer by itself' },
    about: {
      global: 'The least important weights go wherever they are. Take it for the highest accuracy at one sparsity.',
      layer: 'Each layer loses the same share. Take it where some layer would lose nearly all.',
    },
    page: 'scores',
  });

/** Importance scores; the engine describes each where it computes it. `taylor` and the later ones need training examples. */
export const ImportanceScoreName = z
  .enum(['magnitude', 'l2', 'lamp', 'random', 'taylor', 'movement', 'wanda', 'obc'])
  .meta({ labels: SCORE_LABELS, about: WEIGHT_SCORES_ABOUT, page: 'scores' });
export type ImportanceScoreName = z.infer<typeof ImportanceScoreName>;

const FROM_IMAGES: ReadonlySet<ImportanceScoreName> = new Set(['taylor', 'movement', 'wanda', 'obc']);
/** True if a score is computed from training examples. */
export const needsImages = (score: ImportanceScoreName): boolean => FROM_IMAGES.has(score);

/** The default number of training examples for a score. */
export const CALIBRATION_SAMPLES = 1000;
export const calibrationSamples = z
  .number()
  .int()
  .min(1)
  .max(1_000_000)
  .default(CALIBRATION_SAMPLES)
  .describe('Training examples for taylor, movement, wanda and obc; other scores need none.')
  .meta({ group: 'advanced', unit: 'examples' });

/**
 * The unit that is kept or pruned together. `element`: a single weight. `4x2`: a block of input by output channels at one
 * place of the window, smaller at the edges. `2:4` (N:M): the N best weights of M neighbouring input channels stay. `kernel`:
 * the window from one input channel to one output channel. `filter`: all weights of one output channel or neuron.
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
  .meta({
    suggestions: ['4x4', '2:4', '1:4', '4:8'],
    about: {
      element: 'Single weights. The highest accuracy at one sparsity; take it for small compressed files.',
      kernel: 'Windows from one input channel to one output channel. Take it where zeros are to lie together.',
      filter: 'Whole output channels and neurons. Take it before channels with zeros are removed.',
      '4x4': 'Blocks of 4 inputs by 4 outputs. Take it for programs that skip blocks of zeros.',
      '2:4': 'The 2 best of 4 neighboring inputs stay. Take it for processors that compute this pattern twice as fast.',
      '1:4': 'The best of 4 neighboring inputs stays. Take it for programs that know N:M patterns.',
      '4:8': 'The 4 best of 8 neighboring inputs stay. Take it for programs that know N:M patterns.',
    },
    page: 'scores',
  });
export type Granularity = z.infer<typeof Granularity>;

/**
 * Prunes: the kernel weights with the smallest importance scores become exactly 0.
 * With scope `global`, `amount` ranks the weights of all prunable kernels together, and a sparsity counts all kernel weights
 * of the model, protected ones included. With scope `layer`, each layer is ranked alone. `layers` overrides the amount by layer
 * name; without `amount` only those layers are pruned. N:M is an amount by itself, so it allows neither.
 */
export const prune = defineStep({
  name: 'prune',
  options: {
    score: ImportanceScoreName.default('magnitude').describe('Importance score that ranks weights.'),
    samples: calibrationSamples,
    scope,
    amount: PruneAmount.optional().meta({ begins: true }),
    layers: z
      .record(z.string(), PruneAmount)
      .optional()
      .describe('Amounts for single layers, by layer name.')
      .meta({ label: 'Single layers', group: 'advanced' }),
    granularity: Granularity.optional().describe(
      'Unit that is pruned together: element (default), kernel, filter, a block such as 4x4, or N:M such as 2:4.',
    ),
    protect: LayerPatterns.optional()
      .describe('Layers to leave alone, by name; * stands for any characters.')
      .meta({ label: 'Protected layers', group: 'advanced' }),
    allowEmptyLayers: z
      .boolean()
      .default(false)
      .describe('Allow a layer to lose all its weights; otherwise its largest weight stays.')
      .meta({ label: 'Let a layer lose all its weights', group: 'advanced' }),
  },
  result: { layers: z.array(PrunedLayer), ...measuredAfter },
  traits: { changesModel: true, compresses: true, needsData: ({ score }) => needsImages(score) },
  words: {
    title: 'Prune',
    running: 'Pruning',
    purpose: 'Sets the weights with the smallest scores to 0.',
    when: 'Take it for smaller compressed files at nearly the same accuracy, and train afterwards.',
    page: 'scores',
    verb: 'Prune',
    past: 'pruned',
    outcome: measuredWords,
  },
});
export const PruneStep = prune.schema;
export type PruneStep = z.infer<typeof PruneStep>;
