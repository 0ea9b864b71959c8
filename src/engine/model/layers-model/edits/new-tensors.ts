import type { Tensor } from '../../../checkpoint/types';
import type { NewLayer, NewTensor } from '../../edit/new-layer';
import type { GraphNode } from '../../model-graph';
import { isArchive } from '../weights/archive';

/** Names of weights within their layer, in the order in which files number them. */
const WEIGHTS: Readonly<Record<NewTensor['role'], string>> = {
  'depthwise-kernel': 'depthwise_kernel',
  'pointwise-kernel': 'pointwise_kernel',
  kernel: 'kernel',
  bias: 'bias',
};
const ORDER = Object.keys(WEIGHTS);

/**
 * Makes the tensors of the layers that replace a node, named as the file names those of the node: `body/conv2/kernel:0` ->
 * `body/conv2_in/kernel:0`, `conv2/0` -> `conv2_in/0`.
 */
export function newTensors({ path, tensors }: GraphNode, by: readonly NewLayer[]): Tensor[] {
  const own = path.at(-1)!;
  const [example] = tensors.map(({ tensor }) => tensor.name);
  return by.flatMap((layer) => {
    const sorted = [...layer.tensors].sort((a, b) => ORDER.indexOf(a.role) - ORDER.indexOf(b.role));
    return sorted.map(({ role, shape, data }, i): Tensor => {
      const weight = WEIGHTS[role];
      const name = nameLike(example, own, layer.name, weight, i);
      return { name, shape, dtype: 'float32', data, weight };
    });
  });
}

function nameLike(example: string | undefined, own: string, name: string, weight: string, index: number): string {
  const plain = `${name}/${weight}`;
  // Names of an archive are places, which are given when the whole description is known.
  if (example === undefined || isArchive([example])) return plain;
  const segments = example.split('/');
  const at = segments.lastIndexOf(own, segments.length - 2);
  if (at < 0) return plain;
  const [last] = segments.slice(-1);
  const ending = /^\d+$/.test(last!) ? String(index) : `${weight}${/(:\d+)?$/.exec(last!)![0]}`;
  return [...segments.slice(0, at), name, ...segments.slice(at + 1, -1), ending].join('/');
}
