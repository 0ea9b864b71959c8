import * as z from 'zod';
import { typedPercent } from '../format';
import { t } from '../l10n';
import { Measurement, measurementFields, withMetrics } from './measurement';
import { Progress } from './progress';
import { NormalizationInUse } from '../normalization';
import { Granularity, ImportanceScoreName, SCORE_LABELS, WEIGHT_SCORES_ABOUT } from '../steps/prune';
import { CHANNEL_SCORES_ABOUT, ChannelScoreName } from '../steps/remove';

/** The default sparsities of a scan: ten, from 10 to 99%. */
export const SCAN_SPARSITIES = [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.99];
/** The default bits of a scan by quantization. */
export const SCAN_BITS = [8, 4, 3, 2];
/** The default number of validation examples of a scan. */
export const SCAN_SAMPLES = 2000;

/** Scores of weights and of channels; some exist for only one of the two. */
export const ScanScoreName = z
  .enum({ ...ImportanceScoreName.enum, ...ChannelScoreName.enum })
  .meta({ labels: SCORE_LABELS, about: { ...CHANNEL_SCORES_ABOUT, ...WEIGHT_SCORES_ABOUT }, page: 'scores' });

const share = z.number().min(0).max(1).meta({ share: true });

/** Options of a sensitivity scan (Li et al. 2017; Distiller). It prunes one layer at a time; all others stay as they are. */
export const SensitivityOptions = z.strictObject({
  by: z
    .enum(['prune', 'remove', 'quantize'])
    .default('prune')
    .describe(
      'Prune single weights, remove whole channels (filters and neurons with their biases), or quantize weights.',
    ),
  score: ScanScoreName.default('magnitude').describe('Importance score that ranks weights or channels.'),
  granularity: Granularity.optional().describe(
    'Unit that is pruned together: element (default), kernel, filter, or a block such as 4x4. N:M has no sparsities to scan.',
  ),
  sparsities: z
    .array(z.number().gt(0).max(1).meta({ share: true }))
    .min(1)
    .max(100)
    .default(SCAN_SPARSITIES)
    .describe('Sparsities at which each layer is measured; for channels, the share that is removed.'),
  bits: z
    .array(z.number().int().min(2).max(8))
    .min(1)
    .max(7)
    .default(SCAN_BITS)
    .describe('Where weights are quantized, bits of a weight at which each layer is measured, 2 to 8.'),
  samples: z
    .number()
    .int()
    .min(1)
    .default(SCAN_SAMPLES)
    .describe('Number of validation examples, the first ones of the split.'),
  collapse: share
    .default(0.9)
    .describe(
      'The scan of a layer stops once it has lost this share of what the model does better than chance, or than the mean of the targets; the whole of it measures every sparsity.',
    ),
});
export type SensitivityOptions = z.infer<typeof SensitivityOptions>;

const Point = z.object({
  /** The sparsity that was asked for, and the one that whole weights or groups gave. */
  sparsity: share,
  reached: share,
  /** Bits of a weight, where the layer was quantized; its sparsity is then what rounding made 0. */
  bits: z.number().optional(),
  ...measurementFields,
});

/** A layer at one sparsity, or in so many bits. */
export type SensitivityPoint = z.infer<typeof Point>;
export const SensitivityPoint = z.preprocess((value: SensitivityPoint) => withMetrics(value), Point);

/** The amount of a point: bits where the layer was quantized, else a sparsity. */
export const amountOf = ({ bits, sparsity }: Pick<SensitivityPoint, 'bits' | 'sparsity'>): number => bits ?? sparsity;

/** The amounts of a scan, each once, from little to much compression. */
export const scanAmounts = ({
  by,
  sparsities,
  bits,
}: Pick<SensitivityOptions, 'by' | 'sparsities' | 'bits'>): number[] =>
  by === 'quantize' ? [...new Set(bits)].sort((a, b) => b - a) : [...new Set(sparsities)].sort((a, b) => a - b);

/** Formats an amount for the head of a column: `4 bits`, or a share in percent. */
export const amountWords = (by: SensitivityOptions['by'], amount: number): string =>
  by === 'quantize' ? t('{0} bits', amount) : typedPercent(amount);

/** A layer of a scan, scanned or left alone. */
export const ScannedLayer = z.object({
  name: z.string(),
  /** The tensors that are pruned, for example `conv1/kernel`; empty if it is left alone. */
  parameters: z.array(z.string()),
  /** The number of their weights, or of channels. */
  size: z.number(),
  /** `scanned`; `protected`: never pruned; `skipped`: nothing to prune, or a granularity that does not fit. */
  state: z.enum(['scanned', 'protected', 'skipped']),
  /** The reason why it is left alone. */
  reason: z.string().optional(),
});
export type ScannedLayer = z.infer<typeof ScannedLayer>;

/** A layer with its curve. */
export const LayerSensitivity = ScannedLayer.extend({
  /** From little to much compression; amounts beyond `collapsedAt` were not measured. */
  points: z.array(SensitivityPoint),
  collapsedAt: z.number().nonnegative().optional(),
});
export type LayerSensitivity = z.infer<typeof LayerSensitivity>;

/** The answer to `sensitivity`, and the content of `sensitivity.json`. */
export const Sensitivity = z.object({
  /** SHA-256 of the scanned model's weights. */
  weightsHash: z.string(),
  dataset: z.object({ name: z.string(), sample: z.boolean() }),
  /** The normalization of the pixels. Absent in scans of earlier versions. */
  normalization: NormalizationInUse.optional(),
  split: z.literal('validation'),
  /** The number of examples on which points were measured. */
  samples: z.number(),
  options: SensitivityOptions,
  /** The metrics of the unchanged model. */
  baseline: Measurement,
  layers: z.array(LayerSensitivity),
  /** The time that the scan took, and the number of points from an earlier scan. */
  seconds: z.number(),
  reused: z.number(),
});
export type Sensitivity = z.infer<typeof Sensitivity>;

/** The parts of a scan in this order: `begin` once, then `point` for each known point, earlier ones first, with `progress` between. */
export const SensitivityPart = z.discriminatedUnion('part', [
  z.object({ part: z.literal('begin'), baseline: Measurement, layers: z.array(ScannedLayer) }),
  z.object({ part: z.literal('point'), layer: z.string(), point: SensitivityPoint, collapsed: z.boolean() }),
  z.object({ part: z.literal('progress'), progress: Progress }),
]);
export type SensitivityPart = z.infer<typeof SensitivityPart>;
