import * as z from 'zod';
import { DatasetInfo } from './dataset';
import { Progress } from './measure';
import { Comparison } from './measure/compare';
import { Latency } from './measure/latency';
import { Packing } from './measure/packing';
import { request, type RequestTable } from './table';
import { ModelTopology } from './topology';

/** The two checkpoints of a comparison: absolute paths of their model.json. The page keeps them over a reload. */
export const ComparedPair = z.object({ a: z.string().min(1), b: z.string().min(1) });
export type ComparedPair = z.infer<typeof ComparedPair>;

const nothing = z.object({});

/** The requests of the comparison page to the extension host. */
export const compareRequests = {
  /** Compares once per panel; `again` compares again. */
  comparison: request({
    params: z.object({ again: z.boolean() }),
    result: Comparison,
    progress: Progress,
    trust: 'reads',
  }),
  /** Times forward passes of both models. Nothing is cached. */
  latency: request({ params: nothing, result: Latency, progress: Progress, trust: 'runs' }),
  /** Tells the bytes of one of the models in a packed file. */
  packedSide: request({ params: z.object({ side: z.enum(['a', 'b']) }), result: Packing, trust: 'reads' }),
  /** Tells how the layers of one of the models are connected. */
  topologyOfSide: request({ params: z.object({ side: z.enum(['a', 'b']) }), result: ModelTopology, trust: 'reads' }),
  /** Lets the person choose the data of the workspace; null if they cancel. The next comparison measures with it. */
  chooseDataForBoth: request({ params: nothing, result: DatasetInfo.nullable(), trust: 'runs' }),
  openCheckpoint: request({ params: z.object({ path: z.string() }), result: z.null(), trust: 'reads' }),
  showLog: request({ params: nothing, result: z.null(), trust: 'reads' }),
} satisfies RequestTable;
export type CompareRequests = typeof compareRequests;
