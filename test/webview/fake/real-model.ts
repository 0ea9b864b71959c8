import * as z from 'zod';
import { Inspection } from '../../../src/protocol/model';
import { ModelTopology } from '../../../src/protocol/topology';
import type { FakeModel } from './model';
import { trainedWeights } from './weights';

/** A model as an engine described it, without its weights. */
export const RealModel = z.object({ inspection: Inspection, topology: ModelTopology });
export type RealModel = z.infer<typeof RealModel>;

/** Most weights that are made up for a layer. */
const MOST = 1000;

/** The model with made-up weights, so that histograms can be drawn. */
export const realModel = ({ inspection }: RealModel): FakeModel => ({
  inspection,
  kernels: new Map(
    inspection.layers.flatMap(({ name, prunable, params }, i): [string, Float32Array][] =>
      prunable ? [[name, trainedWeights(Math.min(params, MOST), 64, i + 1)]] : [],
    ),
  ),
});
