import * as z from 'zod';
import { Split } from './dataset';
import { Progress } from './measure';
import { MetricValues } from './metric';
import { ModelTotals } from './model';
import { request, type RequestTable } from './table';

/** A checkpoint in the chart of runs. */
export const ChartedModel = z.object({
  /** Absolute path of its model.json or packed file. */
  path: z.string(),
  /** Its folder as the workspace names it. */
  name: z.string(),
  totals: ModelTotals.pick({ bytes: true, gzipBytes: true, packedBytes: true, estimated: true, params: true, nonzero: true, macs: true, sparsity: true }), // prettier-ignore
  /** The last measured metrics, the main one first; null where nothing was measured. */
  metrics: MetricValues.nullable(),
  split: Split,
  /** True where they were measured on the small sample that ships. */
  sampleData: z.boolean(),
});
export type ChartedModel = z.infer<typeof ChartedModel>;

const nothing = z.object({});

/** The requests of the chart of runs to the extension host. */
export const runsRequests = {
  /** The finished runs of the workspace, from their results; and the paths of checkpoints that no run wrote. */
  runs: request({
    params: nothing,
    result: z.object({ runs: z.array(ChartedModel), others: z.array(z.string()) }),
    trust: 'reads',
  }),
  /** Reads one of those other checkpoints. */
  checkpoint: request({ params: z.object({ path: z.string() }), result: ChartedModel, trust: 'reads' }),
  /** Times forward passes of one example, model by model: medians in milliseconds; null where a model cannot run. */
  latencies: request({
    params: z.object({ paths: z.array(z.string()).min(1) }),
    result: z.array(z.object({ path: z.string(), milliseconds: z.number().nullable() })),
    progress: Progress,
    trust: 'runs',
  }),
  openCheckpoint: request({ params: z.object({ path: z.string() }), result: z.null(), trust: 'reads' }),
  showLog: request({ params: nothing, result: z.null(), trust: 'reads' }),
} satisfies RequestTable;
export type RunsRequests = typeof runsRequests;
