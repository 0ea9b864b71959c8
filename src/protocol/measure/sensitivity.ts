import * as z from 'zod';
import { Measurement, measurementFields, withMetrics } from './measurement';
import { Progress } from './progress';
import { NormalizationInUse } from '../normalization';
import { Granularity, ImportanceScoreName } from '../steps/prune';
import { ChannelScoreName } from '../steps/remove';

/** The default sparsities of a scan: ten, from 10 to 99%. */
export const SCAN_SPARSITIES = [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.99];
/** The default number of validation examples of a scan. */
export const SCAN_SAMPLES = 2000;

/** Scores of weights and of channels; some exist for only one of the two. */
export const ScanScoreName = z.enum({ ...ImportanceScoreName.enum, ...ChannelScoreName.enum });

const share = z.number().min(0).max(1);

/** Options of a sensitivity scan (Li et al. 2017; Distiller). It prunes one layer at a time; all others stay as they are. */
export const SensitivityOptions = z.strictObject({
  by: z
    .enum(['prune', 'remove'])
    .default('prune')
    .describe('Prune single weights, or remove whole channels (filters and neurons with their biases).'),
  score: ScanScoreName.default('magnitude').describe('Importance score that ranks weights or channels.'),
  granularity: Granularity.optional().describe(
    'Unit that is pruned together: element (default), kernel, filter, or a block such as 4x4. N:M has no sparsities to scan.',
  ),
  sparsities: z
    .array(z.number().gt(0).max(1))
    .min(1)
    .max(100)
    .default(SCAN_SPARSITIES)
    .describe('Sparsities at which each layer is measured, 0 to 1; for channels, the share that is removed.'),
  samples: z
    .number()
    .int()
    .min(1)
    .default(SCAN_SAMPLES)
    .describe('Number of validation examples, the first ones of the split.'),
  collapse: share
    .default(0.9)
    .describe(
      'The scan of a layer stops once it has lost this share of what the model does better than chance, or than the mean of the targets; 1 measures every sparsity.',
    ),
});
export type SensitivityOptions = z.infer<typeof SensitivityOptions>;

const Point = z.object({
  /** The sparsity that was asked for, and the one that whole weights or groups gave. */
  sparsity: share,
  reached: share,
  ...measurementFields,
});

/** A layer at one sparsity. */
export type SensitivityPoint = z.infer<typeof Point>;
export const SensitivityPoint = z.preprocess((value: SensitivityPoint) => withMetrics(value), Point);

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
  /** In ascending order of sparsity; sparsities above `collapsedAt` were not measured. */
  points: z.array(SensitivityPoint),
  collapsedAt: share.optional(),
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
