import * as z from 'zod';
import { Split } from './dataset';
import { MetricValues } from './metric';
import { RunCurve, StartModel } from './runs-page';

/** Measurements of the run that wrote exactly these weights; they lie beside them. */
export const RecordedResults = z.object({
  /** The end of the run in ISO 8601; null in runs of earlier versions. */
  finished: z.string().nullable(),
  /** The main metric first; null where nothing was measured. */
  metrics: MetricValues.nullable(),
  split: Split,
  /** Examples that were measured; null where it is not known. */
  samples: z.number().nullable(),
  sampleData: z.boolean(),
  curve: RunCurve,
  /** Null: random weights. */
  parent: StartModel.nullable(),
});
export type RecordedResults = z.infer<typeof RecordedResults>;
