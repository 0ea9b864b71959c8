import * as z from 'zod';
import { measurementFields, withMetrics } from './measure/measurement';
import { metricNamed, type MetricOf } from './metric';
import { NormalizationInUse } from './normalization';
import { goalBound, TargetGoal } from './steps/goal';
import { PruneStep } from './steps/prune';
import { QuantizeStep } from './steps/quantize';
import { RemoveStep } from './steps/remove';

/** The file in a run folder that keeps the plans of its target step. */
export const PARETO_FILE = 'pareto.json';

/** The folder in a run folder with a checkpoint for each plan, if the step asks for that: `plan-01` is the largest. */
export const PLANS_FOLDER = 'plans';

const Compressing = z.discriminatedUnion('step', [PruneStep, RemoveStep, QuantizeStep]);
/** A step with its defaults, on both sides of a process boundary. */
const CompressingStep = z
  .custom<z.output<typeof Compressing>>(
    (value) => Compressing.safeParse(value).success,
    'must be a prune, remove or quantize step',
  )
  .transform((value) => Compressing.parse(value));

const Point = z.object({
  /** Ready to run, with amounts for each layer. */
  step: CompressingStep,
  /** Loss that the scan predicted. */
  predictedLoss: z.number(),
  /** Measured on the validation examples of the scan. */
  ...measurementFields,
  /** Bytes of the real files, plain and gzipped. */
  bytes: z.number(),
  gzipBytes: z.number(),
  /** Parameters and MACs, all and nonzero. MACs are null if they cannot be inferred. */
  params: z.number(),
  nonzero: z.number(),
  macs: z.number().nullable(),
  nonzeroMacs: z.number().nullable(),
  sparsity: z.number(),
  /** Bytes of all weights in the bits of the plan, scales included; present where weights are quantized. */
  weightBytes: z.number().optional(),
  meets: z.boolean(),
});

/** A plan of a target step. Running `step` on the checkpoint applies it. */
export type ParetoPoint = z.infer<typeof Point>;
export const ParetoPoint = z.preprocess((value: ParetoPoint) => withMetrics(value), Point);

const Baseline = z.object({ ...measurementFields, gzipBytes: z.number() });

/** The plans of a target step, from large to small. No plan is both larger and worse than another. */
export const ParetoCurve = z.object({
  goal: TargetGoal,
  samples: z.number(),
  sampleData: z.boolean(),
  /** The normalization of the pixels. Absent in runs of earlier versions. */
  normalization: NormalizationInUse.optional(),
  /** The figures of the unchanged model. */
  baseline: z.preprocess((value: z.infer<typeof Baseline>) => withMetrics(value), Baseline),
  points: z.array(ParetoPoint),
  /** The index of the applied point. */
  chosen: z.number().int().nonnegative(),
});
export type ParetoCurve = z.infer<typeof ParetoCurve>;

/** The metric by which plans are compared: that of the goal, or else the main metric. */
export function metricOfPlans({ goal, baseline }: Pick<ParetoCurve, 'goal' | 'baseline'>): MetricOf {
  const bound = goalBound(goal);
  const { name, output } =
    (bound && metricNamed(baseline.metrics, bound.name, bound.output)) ?? bound ?? baseline.metrics[0];
  return { name, ...(output === undefined ? {} : { output }) };
}
