import type { Tensor } from '../../../checkpoint/types';
import type { GraphNode } from '../../model-graph';

/** Copies tensors with another bias of a node. A new one comes right after the tensors of that node. */
export function withBias(
  tensors: ReadonlyMap<string, Tensor>,
  node: GraphNode,
  values: Float32Array,
): ReadonlyMap<string, Tensor> {
  const bias = biasOf(node, values);
  if (tensors.has(bias.name)) return new Map(tensors).set(bias.name, bias);
  const own = new Set(node.tensors.map(({ tensor }) => tensor.name));
  const last = [...tensors.keys()].findLast((name) => own.has(name));
  return new Map([...tensors].flatMap((entry) => (entry[0] === last ? [entry, [bias.name, bias] as const] : [entry])));
}

/** Makes the tensor for the bias of a node. If the node has no bias, the new tensor is named after its kernel. */
function biasOf({ tensors }: GraphNode, values: Float32Array): Tensor {
  const owned = tensors.find(({ role }) => role === 'bias');
  if (owned) return { ...owned.tensor, data: values };
  const kernels = tensors.filter(({ role }) => role.endsWith('kernel'));
  const kernel = (kernels.find(({ axes }) => axes.length === 2) ?? kernels[0]!).tensor.name;
  // Keras 3 numbers the weights of a layer. The bias is the last of them.
  const counted = /^(.*\/)?\d+$/.exec(kernel);
  const name = counted
    ? `${counted[1] ?? ''}${tensors.length}`
    : kernel.replace(/(pointwise_|depthwise_)?kernel([^/]*)$/, 'bias$2');
  return { name, shape: [values.length], dtype: 'float32', data: values };
}
