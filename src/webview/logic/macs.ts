import type { PrunedLayer } from '../../protocol/measure';
import type { LayerInfo } from '../../protocol/model';

/**
 * Multiply-accumulates of one sample that have a weight other than 0: in each layer every kernel weight is used equally
 * often, so they shrink with its density. Null where a layer's figure is unknown.
 */
export function nonzeroMacs(layers: readonly LayerInfo[], after: ReadonlyMap<string, PrunedLayer>): number | null {
  let sum = 0;
  for (const layer of layers) {
    if (layer.macs === null) {
      if (layer.params > 0) return null;
      continue;
    }
    const sparsity = after.get(layer.name)?.sparsity ?? layer.sparsity ?? 0;
    sum += layer.macs * (1 - sparsity);
  }
  return Math.round(sum);
}
