import type { Tensor, Tensors } from '../../../checkpoint/types';
import { weightName } from './roles';
import type { TopologyLayer } from '../description/topology';
import { archivedPlace, isArchive } from './archive';
import { MAX_SEGMENTS, matchWeights } from './match';
import { slotsOf } from './slots';

/** Tensors of each layer by its id, and other tensors by the part of their names before the last slash. */
export interface Ownership {
  readonly byLayer: ReadonlyMap<string, readonly Tensor[]>;
  readonly others: ReadonlyMap<string, readonly Tensor[]>;
}

/**
 * Assigns each tensor to a layer.
 * Layers of known types have the weights of their type, see `matchWeights`, and each of these tensors gets its name
 * within the layer, such as `kernel`. Any other tensor belongs to the layer whose name, or end of path, is part of its
 * own name as whole segments, as far right and as long as possible. In a Keras archive, it belongs to the layer at whose
 * path it lies. Optimizer slots belong to no layer.
 */
export function assignTensors(layers: readonly TopologyLayer[], tensors: Tensors): Ownership {
  const weights = [...tensors.values()].filter(({ group }) => group !== 'optimizer');
  const names = weights.map(({ name }) => name);
  const { byTensor } = matchWeights(layers.flatMap(slotsOf), names);
  const places = isArchive(names) ? new Map(layers.map((layer) => [layer.archive, layer])) : undefined;
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
  for (const tensor of weights) {
    const slot = byTensor.get(tensor.name);
    const owner =
      slot?.layer ?? (places ? findPlace(tensor.name, places) : findOwner(tensor.name.split('/'), bySuffix))?.id;
    const isKnown = slot === undefined || weightName(tensor) === slot.weight;
    if (owner !== undefined) add(byLayer, owner, isKnown ? tensor : { ...tensor, weight: slot.weight });
    else add(others, tensor.name.split('/').slice(0, -1).join('/') || tensor.name, tensor);
  }
  return { byLayer, others };
}

/** Finds the layer at whose path in an archive a tensor lies. */
function findPlace(name: string, places: ReadonlyMap<string, TopologyLayer>): TopologyLayer | undefined {
  const segments = archivedPlace(name).split('/').slice(0, MAX_SEGMENTS);
  return segments
    .map((_, i) => places.get(segments.slice(0, i + 1).join('/')))
    .findLast((layer) => layer !== undefined);
}

function findOwner(
  segments: readonly string[],
  bySuffix: ReadonlyMap<string, TopologyLayer>,
): TopologyLayer | undefined {
  if (segments.length > MAX_SEGMENTS) return undefined;
  for (let end = segments.length - 1; end > 0; end--) {
    for (let start = 0; start < end; start++) {
      const owner = bySuffix.get(segments.slice(start, end).join('/'));
      if (owner) return owner;
    }
  }
  return undefined;
}
