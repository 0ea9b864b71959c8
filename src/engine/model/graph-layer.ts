import { shapeSize } from '../checkpoint/dtype';
import type { GraphLayer, GraphTensor } from './model-graph';

/** Describes a layer by the properties of its tensors. */
export function describeLayer(
  layer: Pick<GraphLayer, 'name' | 'path' | 'type' | 'outputShape' | 'macs'>,
  tensors: readonly Omit<GraphTensor, 'params'>[],
): GraphLayer {
  const described = tensors.map((one): GraphTensor => ({ ...one, params: shapeSize(one.tensor.shape) }));
  const prunable = described.some((tensor) => tensor.prunable);
  const reason =
    described.length === 0 ? 'it has no weights' : (described.find(({ kernel }) => kernel) ?? described[0])?.reason;
  return {
    ...layer,
    params: described.reduce((sum, { params }) => sum + params, 0),
    tensors: described,
    prunable,
    ...(prunable || reason === undefined ? {} : { reason }),
  };
}
