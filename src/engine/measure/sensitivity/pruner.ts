import type { ScannedLayer } from '../../../protocol/measure/sensitivity';
import type { Tensors } from '../../checkpoint/types';

/** The tensors of a model with one pruned layer. */
export interface PrunedLayerTensors {
  readonly tensors: Tensors;
  /** The reached sparsity of the layer, in whole weights, groups or channels. */
  readonly reached: number;
}

/** Prunes one layer of a model at a time, for a scan. */
export interface LayerPruner {
  /** Every layer of the model; those that are left alone have a reason. */
  readonly layers: readonly ScannedLayer[];
  /** @throws UserError */
  prune(layer: string, sparsity: number): PrunedLayerTensors | Promise<PrunedLayerTensors>;
}
