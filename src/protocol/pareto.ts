import * as z from 'zod';
import { NormalizationInUse } from './normalization';
import { TargetGoal } from './steps/goal';
import { PruneStep } from './steps/prune';
import { RemoveStep } from './steps/remove';

/** The file in a run folder that keeps the plans of its target step. */
export const PARETO_FILE = 'pareto.json';

/** The folder in a run folder with a checkpoint for each plan, if the step asks for that: `plan-01` is the largest. */
export const PLANS_FOLDER = 'plans';

const PruneOrRemove = z.discriminatedUnion('step', [PruneStep, RemoveStep]);
/** A step with its defaults, on both sides of a process boundary. */
const CompressingStep = z
  .custom<z.output<typeof PruneOrRemove>>(
    (value) => PruneOrRemove.safeParse(value).success,
    'must be a prune or remove step',
  )
  .transform((value) => PruneOrRemove.parse(value));

/** A plan of a target step. Running `step` on the checkpoint applies it. */
export const ParetoPoint = z.object({
  /** Ready to run, with amounts for each layer. */
  step: CompressingStep,
  /** Cross-entropy that the scan predicted, in nats. */
  predictedLoss: z.number(),
  /** Measured on the validation images of the scan. */
  accuracy: z.number(),
  loss: z.number(),
  /** Bytes of the real files, plain and gzipped. */
  bytes: z.number(),
  gzipBytes: z.number(),
  /** Parameters and MACs, all and nonzero. MACs are null if they cannot be inferred. */
  params: z.number(),
  nonzero: z.number(),
  macs: z.number().nullable(),
  nonzeroMacs: z.number().nullable(),
  sparsity: z.number(),
  meets: z.boolean(),
});
export type ParetoPoint = z.infer<typeof ParetoPoint>;

/** The plans of a target step, from large to small. No plan is both larger and less accurate than another. */
export const ParetoCurve = z.object({
  goal: TargetGoal,
  samples: z.number(),
  sampleData: z.boolean(),
  /** The normalization of the pixels. Absent in runs of earlier versions. */
  normalization: NormalizationInUse.optional(),
  /** The figures of the unchanged model. */
  baseline: z.object({ accuracy: z.number(), loss: z.number(), gzipBytes: z.number() }),
  points: z.array(ParetoPoint),
  /** The index of the applied point. */
  chosen: z.number().int().nonnegative(),
});
export type ParetoCurve = z.infer<typeof ParetoCurve>;
