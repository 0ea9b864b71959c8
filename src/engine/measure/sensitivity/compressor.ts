import type { ScannedLayer } from '../../../protocol/measure/sensitivity';
import type { Tensors } from '../../checkpoint/types';

/** The tensors of a model with one compressed layer. */
export interface CompressedLayerTensors {
  readonly tensors: Tensors;
  /** The sparsity of the layer that was reached, in whole weights, groups or channels. */
  readonly reached: number;
}

/** Compresses one layer of a model at a time, for a scan. */
export interface LayerCompressor {
  /** Every layer of the model; those that are left alone have a reason. */
  readonly layers: readonly ScannedLayer[];
  /** @param amount a sparsity, a share of channels, or bits. @throws UserError, CancelledError */
  compress(layer: string, amount: number): CompressedLayerTensors | Promise<CompressedLayerTensors>;
}
