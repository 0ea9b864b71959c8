import type { Tensor } from '../../../checkpoint/types';
import type { GraphNode } from '../../model-graph';

/** The tensor that holds the bias of a node; of a node without one a new tensor, named after its kernel. */
export function biasOf({ tensors }: GraphNode, values: Float32Array): Tensor {
  const owned = tensors.find(({ role }) => role === 'bias');
  if (owned) return { ...owned.tensor, data: values };
  const kernel = tensors.find(({ axes }) => axes.length === 2)!.tensor.name;
  // Keras 3 counts the weights of a layer, of which the bias is the last.
  const counted = /^(.*\/)?\d+$/.exec(kernel);
  const name = counted
    ? `${counted[1] ?? ''}${tensors.length}`
    : kernel.replace(/(pointwise_)?kernel([^/]*)$/, 'bias$2');
  return { name, shape: [values.length], dtype: 'float32', data: values };
}
