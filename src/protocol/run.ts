import * as z from 'zod';
import { Split } from './dataset';
import { EpochRecord } from './epoch';
import { Progress } from './measure';
import { LayerFigures, ModelTotals } from './model';
import { NormalizationInUse } from './normalization';
import { StepResult } from './steps';

/** How far a whole run is: the share that is done, 0 to 1, and the seconds that are left where they are known. */
export const RunClock = z.object({ share: z.number(), secondsLeft: z.number().optional() });
export type RunClock = z.infer<typeof RunClock>;

/** News of a run while it goes on. */
export const RunEvent = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('step'), index: z.number(), steps: z.number(), step: z.string() }),
  z.object({
    kind: z.literal('progress'),
    progress: Progress,
    /** While training: mean loss and accuracy of this epoch so far, and how many epochs (with fraction) are done. */
    training: z.object({ loss: z.number(), accuracy: z.number(), epoch: z.number() }).optional(),
    /** Put in by the extension host, for the page: the clock that the status bar shows too. */
    clock: RunClock.optional(),
  }),
  /** The mask was found anew; `epoch`: epochs done, fraction included; `sparsity` of all kernel weights. */
  z.object({ kind: z.literal('mask'), epoch: z.number(), sparsity: z.number() }),
  z.object({ kind: z.literal('epoch'), step: z.string(), epochs: z.number(), record: EpochRecord }),
  z.object({ kind: z.literal('result'), index: z.number(), result: StepResult }),
  z.object({ kind: z.literal('message'), text: z.string() }),
]);
export type RunEvent = z.infer<typeof RunEvent>;

/** SHA-256, hex, of a checkpoint's model.json and of its shards one after another. */
export const StoredHashes = z.object({
  modelJson: z.string().regex(/^[0-9a-f]{64}$/),
  weights: z.string().regex(/^[0-9a-f]{64}$/),
});
export type StoredHashes = z.infer<typeof StoredHashes>;

/** A finished run. Accuracies are on the split that reports measure, null where no data was given or the step is absent. */
export const RunResult = z.object({
  /** The checkpoint to use: path of its model.json. */
  out: z.string(),
  folder: z.string(),
  steps: z.array(StepResult),
  /** Null where the recipe starts from random weights. */
  before: ModelTotals.nullable(),
  after: ModelTotals,
  accuracy: z.object({
    before: z.number().nullable(),
    afterPrune: z.number().nullable(),
    afterFineTune: z.number().nullable(),
    /** The split on which they were measured; absent where that is the test split. */
    split: Split.optional(),
  }),
  sampleData: z.boolean(),
  /** Why no accuracy was measured, where none was. */
  noAccuracy: z.string().optional(),
  /** What else changed beside what was asked for, and what was doubtful, a sentence each. */
  notes: z.array(z.string()).optional(),
  /** How the pixels entered the model, wherever accuracy was measured. Absent in runs of earlier versions. */
  normalization: NormalizationInUse.optional(),
  /** Every layer as it is now. These and the times are absent in runs of earlier versions. */
  layers: z.array(LayerFigures).optional(),
  /** How long it ran, pauses between resumed parts left out; and when it was done, ISO 8601. */
  seconds: z.number().optional(),
  finished: z.string().optional(),
  /** The files of the checkpoint that it wrote; absent where no step changes the model, and in runs of earlier versions. */
  written: StoredHashes.optional(),
});
export type RunResult = z.infer<typeof RunResult>;
