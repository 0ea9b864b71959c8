import type { ClusterStep } from '../../../protocol/steps/cluster';
import type { ModelContent } from '../../checkpoint/types';
import { readGraph } from '../../model/graph';
import { nearestOf } from '../../nearest';
import { amountsByLayer } from '../layer-names';
import { clustersOf } from './clusters';
import { restricted, whyNotRestricted, type RestrictedModel } from './restrict';

/**
 * Gives the weights of each kernel a few values. Zeros stay 0, and 0 is then one of the values.
 * @throws UserError where a name in the step stands for no layer with a kernel
 */
export function clustered(model: ModelContent, step: ClusterStep): RestrictedModel {
  const numbers = clusterNumbers(model, step);
  return restricted(model, {
    protect: step.protect,
    change: ({ tensor: { data } }, layer) => clusteredData(data, numbers.get(layer) ?? step.clusters),
  });
}

/**
 * Finds the layers with numbers of values of their own, by index.
 * @throws UserError where a name in the step stands for no layer with a kernel
 */
export function clusterNumbers(model: ModelContent, step: Pick<ClusterStep, 'layers'>): Map<number, number> {
  const { layers } = readGraph(model);
  return amountsByLayer(layers, step.layers ?? {}, {
    possible: () => layers.filter((layer) => whyNotRestricted(layer) === undefined),
    why: (i) => {
      const reason = whyNotRestricted(layers[i]!);
      return reason && `The layer "${layers[i]!.name}" cannot be clustered, because ${reason}: leave it out.`;
    },
  });
}

/** Gives weights at most so many values. */
export function clusteredData(data: Float32Array, clusters: number): Float32Array {
  const values = clustersOf(data, data.includes(0) ? clusters - 1 : clusters);
  const nearest = nearestOf(values);
  return data.map((weight) => (weight === 0 ? 0 : values[nearest(weight)]!));
}
