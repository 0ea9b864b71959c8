import type { ScannedLayer } from '../../../protocol/measure/sensitivity';
import type { Tensors } from '../../checkpoint/types';

/** A model of which one layer is cut; all other tensors are those of the model. */
export interface PrunedLayerTensors {
  readonly tensors: Tensors;
  /** The share of the layer that is cut, as whole weights, groups or channels make it. */
  readonly reached: number;
}

/** Cuts one layer of a model at a time: what a scan asks of a method of pruning. */
export interface LayerPruner {
  /** Every layer of the model, those that are left alone with the reason. */
  readonly layers: readonly ScannedLayer[];
  /** @throws UserError */
  prune(layer: string, sparsity: number): PrunedLayerTensors | Promise<PrunedLayerTensors>;
}
