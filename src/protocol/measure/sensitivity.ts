import * as z from 'zod';
import { Progress } from './progress';
import { NormalizationInUse } from '../normalization';
import { Granularity, ImportanceScoreName } from '../steps/prune';
import { ChannelScoreName } from '../steps/remove';

/** Sparsities at which a scan measures each layer, where none are given: ten, from 10 to 99 %. */
export const SCAN_SPARSITIES = [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.99];
/** Validation images that a scan is measured on, where nothing else is said. */
export const SCAN_SAMPLES = 2000;

/** Scores of weights and of channels; some are only one of both. */
export const ScanScoreName = z.enum({ ...ImportanceScoreName.enum, ...ChannelScoreName.enum });

const share = z.number().min(0).max(1);

/** How a sensitivity scan prunes (Li et al. 2017; Distiller): one layer at a time, all others as they are. */
export const SensitivityOptions = z.strictObject({
  by: z
    .enum(['prune', 'remove'])
    .default('prune')
    .describe(
      'What is cut: weights, or whole channels (filters and neurons with their biases), as removing them would.',
    ),
  score: ScanScoreName.default('magnitude').describe('Importance score by which weights, or channels, are ranked.'),
  granularity: Granularity.optional().describe(
    'What is cut as one: element (default), kernel, filter, or a block such as 4x4. N:M has no sparsities to scan.',
  ),
  sparsities: z
    .array(z.number().gt(0).max(1))
    .min(1)
    .max(100)
    .default(SCAN_SPARSITIES)
    .describe('Sparsities at which each layer is measured, 0 to 1; of channels, the share that is cut.'),
  samples: z
    .number()
    .int()
    .min(1)
    .default(SCAN_SAMPLES)
    .describe('Validation images; the first so many, or all where there are fewer.'),
  collapse: share
    .default(0.9)
    .describe(
      'A layer is measured no further once this share of the accuracy above chance is lost; 1 measures every sparsity.',
    ),
});
export type SensitivityOptions = z.infer<typeof SensitivityOptions>;

/** What a model came to on the images of a scan: shares of images whose class is the best guess, or among the best five; mean cross-entropy in nats. */
export const ScanMetrics = z.object({ accuracy: share, top5: share, loss: z.number() });
export type ScanMetrics = z.infer<typeof ScanMetrics>;

/** A layer at one sparsity. */
export const SensitivityPoint = z.object({
  /** As asked for, and as whole weights or groups made it. */
  sparsity: share,
  reached: share,
  ...ScanMetrics.shape,
});
export type SensitivityPoint = z.infer<typeof SensitivityPoint>;

/** A layer that is scanned, or left alone. */
export const ScannedLayer = z.object({
  name: z.string(),
  /** The tensors that are cut, `conv1/kernel` for example; empty where it is left alone. */
  parameters: z.array(z.string()),
  /** Weights of them, or channels. */
  size: z.number(),
  /** As in a plan: `scanned`; `protected`, never pruned; `skipped`, nothing to cut or the granularity does not fit. */
  state: z.enum(['scanned', 'protected', 'skipped']),
  /** Why it is left alone. */
  reason: z.string().optional(),
});
export type ScannedLayer = z.infer<typeof ScannedLayer>;

/** A layer with its curve. */
export const LayerSensitivity = ScannedLayer.extend({
  /** By ascending sparsity; sparsities above `collapsedAt` were not measured. */
  points: z.array(SensitivityPoint),
  collapsedAt: share.optional(),
});
export type LayerSensitivity = z.infer<typeof LayerSensitivity>;

/** The answer to `sensitivity`, and what `sensitivity.json` holds. */
export const Sensitivity = z.object({
  /** SHA-256 of the scanned model's weights. */
  weightsHash: z.string(),
  dataset: z.object({ name: z.string(), sample: z.boolean() }),
  /** How the pixels entered the model. Absent in scans of earlier versions. */
  normalization: NormalizationInUse.optional(),
  split: z.literal('validation'),
  /** Images that were measured. */
  samples: z.number(),
  options: SensitivityOptions,
  /** The model as it is. */
  baseline: ScanMetrics,
  layers: z.array(LayerSensitivity),
  /** How long this took, and how many points came from an earlier scan. */
  seconds: z.number(),
  reused: z.number(),
});
export type Sensitivity = z.infer<typeof Sensitivity>;

/** News of a scan, in this order: `begin` once; then `point` for each that is known, those of an earlier scan first, among `progress`. */
export const SensitivityPart = z.discriminatedUnion('part', [
  z.object({ part: z.literal('begin'), baseline: ScanMetrics, layers: z.array(ScannedLayer) }),
  z.object({ part: z.literal('point'), layer: z.string(), point: SensitivityPoint, collapsed: z.boolean() }),
  z.object({ part: z.literal('progress'), progress: Progress }),
]);
export type SensitivityPart = z.infer<typeof SensitivityPart>;
