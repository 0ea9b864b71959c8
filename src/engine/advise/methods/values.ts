import { sparsityOf } from '../../../protocol/figures';
import type { ScannedLayer } from '../../../protocol/measure/sensitivity';
import type { ModelContent } from '../../checkpoint/types';
import { readGraph } from '../../model/graph';
import type { GraphLayer, GraphTensor } from '../../model/model-graph';
import type { LayerTrials } from './method';

/** A layer with the kernels that a method gives other values, or the reason why there are none. */
interface Valued {
  readonly layer: GraphLayer;
  readonly kernels: readonly GraphTensor[];
  readonly reason?: string | undefined;
}

/** Names the other layers with kernels, to protect them. */
export const othersThan = (model: ModelContent, layer: string): string[] =>
  readGraph(model)
    .layers.filter(({ name, tensors }) => name !== layer && tensors.some(({ kernel }) => kernel))
    .map(({ name }) => name);

/**
 * Makes the trials of a method that gives kernels other values and changes no shape.
 * @param smaller returns the model with one layer changed
 */
export function trialsOf(
  valued: readonly Valued[],
  smaller: (layer: string, amount: number) => ModelContent,
): LayerTrials {
  const layers = valued.map(({ layer: { name }, kernels, reason }): ScannedLayer => {
    const scanned = kernels.length > 0;
    return {
      ...{ name, state: scanned ? 'scanned' : 'skipped' },
      parameters: kernels.map(({ tensor }) => tensor.name),
      size: kernels.reduce((sum, { params }) => sum + params, 0),
      ...(scanned || reason === undefined ? {} : { reason }),
    };
  });
  return {
    smaller,
    compressor: {
      layers,
      compress: (layer, amount) => {
        const { tensors } = smaller(layer, amount);
        const values = layers.find(({ name }) => name === layer)!.parameters.map((name) => tensors.get(name)!.data);
        const zeros = values.reduce((sum, one) => sum + one.filter((value) => value === 0).length, 0);
        const weights = values.reduce((sum, { length }) => sum + length, 0);
        return { tensors, reached: sparsityOf(zeros, weights) ?? 0 };
      },
    },
  };
}
