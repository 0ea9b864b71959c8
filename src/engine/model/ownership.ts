import type { Tensor, Tensors } from '../checkpoint/types';
import type { TopologyLayer } from './topology';

/** Tensors of each layer by its id, and those of no layer by the part of their names before the last slash. */
export interface Ownership {
  readonly byLayer: ReadonlyMap<string, readonly Tensor[]>;
  readonly others: ReadonlyMap<string, readonly Tensor[]>;
}

/**
 * Finds the layer of each tensor by its name, such as `conv1/kernel`, `lstm/lstm_cell/kernel` or `model/block/conv1/kernel`:
 * the layer whose name, or end of its path, stands in it as whole segments, as far right and as long as possible.
 * Slots of optimisers belong to nothing.
 */
export function assignTensors(layers: readonly TopologyLayer[], tensors: Tensors): Ownership {
  const bySuffix = new Map<string, TopologyLayer>();
  for (const { path, ...layer } of layers) {
    for (let start = path.length - 1; start >= 0; start--) {
      const suffix = path.slice(start).join('/');
      if (!bySuffix.has(suffix)) bySuffix.set(suffix, { path, ...layer });
    }
  }
  const byLayer = new Map<string, Tensor[]>();
  const others = new Map<string, Tensor[]>();
  const add = (map: Map<string, Tensor[]>, key: string, tensor: Tensor) => {
    const list = map.get(key);
    if (list) list.push(tensor);
    else map.set(key, [tensor]);
  };
  for (const tensor of tensors.values()) {
    if (tensor.group === 'optimizer') continue;
    const owner = findOwner(tensor.name.split('/'), bySuffix);
    if (owner) add(byLayer, owner.id, tensor);
    else add(others, tensor.name.split('/').slice(0, -1).join('/') || tensor.name, tensor);
  }
  return { byLayer, others };
}

function findOwner(
  segments: readonly string[],
  bySuffix: ReadonlyMap<string, TopologyLayer>,
): TopologyLayer | undefined {
  for (let end = segments.length - 1; end > 0; end--) {
    for (let start = 0; start < end; start++) {
      const owner = bySuffix.get(segments.slice(start, end).join('/'));
      if (owner) return owner;
    }
  }
  return undefined;
}
