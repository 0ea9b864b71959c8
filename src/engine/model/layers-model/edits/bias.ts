import type { Tensor } from '../../../checkpoint/types';
import type { GraphNode } from '../../model-graph';

/** Makes the tensor for the bias of a node. If the node has no bias, the new tensor is named after its kernel. */
export function biasOf({ tensors }: GraphNode, values: Float32Array): Tensor {
  const owned = tensors.find(({ role }) => role === 'bias');
  if (owned) return { ...owned.tensor, data: values };
  const kernel = tensors.find(({ axes }) => axes.length === 2)!.tensor.name;
  // Keras 3 numbers the weights of a layer. The bias is the last of them.
  const counted = /^(.*\/)?\d+$/.exec(kernel);
  const name = counted
    ? `${counted[1] ?? ''}${tensors.length}`
    : kernel.replace(/(pointwise_)?kernel([^/]*)$/, 'bias$2');
  return { name, shape: [values.length], dtype: 'float32', data: values };
}
