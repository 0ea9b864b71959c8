import type { Progress } from '../../protocol/measure';
import type { PruneStep } from '../../protocol/steps/prune';
import type { QuantizeStep } from '../../protocol/steps/quantize';
import type { RemoveStep } from '../../protocol/steps/remove';
import type { ModelContent, Tensors } from '../checkpoint/types';
import type { Dataset } from '../dataset/open-data';
import type { LayerCompressor } from '../measure/sensitivity/compressor';

/** The method of a scan or a target, with its options. */
export interface MethodOptions {
  readonly by: 'prune' | 'remove' | 'quantize';
  readonly score: string;
  readonly granularity?: string | undefined;
  readonly protect?: string[] | undefined;
  /** Size of the inputs for MACs where channels are removed, see `closeInputs`. */
  readonly inputShape?: number[] | undefined;
}

/** The context in which scores are computed: training images, the recipe's seed, and progress. */
export interface MethodContext {
  readonly data: Dataset;
  readonly seed: number;
  readonly signal: AbortSignal;
  readonly onProgress?: ((progress: Progress) => void) | undefined;
}

/** A copy of the model after a plan was applied. */
export interface CompressedModel {
  /** The smaller or sparser model, as it would be written. */
  readonly model: ModelContent;
  /** Weights in the shapes of the original model. With them, that model gives the same outputs as the smaller one. */
  readonly shown: Tensors;
}

/** A way to compress a model: layer by layer, or several layers at once, each by its own amount. */
export interface CompressionMethod {
  readonly compressor: LayerCompressor;
  /** Makes the recipe step for these amounts: sparsities, shares of channels, or bits. */
  step(amounts: ReadonlyMap<string, number>): PruneStep | RemoveStep | QuantizeStep;
  /** Bytes of all weights where they are kept in so many bits; absent where the method changes no bits. */
  weightBytes?(amounts: ReadonlyMap<string, number>): number;
  /**
   * Returns the amount for each layer when all layers are ranked together and this share of the weights, parameters or
   * MACs goes; null where so much cannot go.
   */
  globalAmounts(share: number, of: 'params' | 'macs'): ReadonlyMap<string, number> | null;
  /** Prunes, removes or rounds, and does nothing more. @throws UserError */
  apply(amounts: ReadonlyMap<string, number>): CompressedModel;
  /** Does the whole step; refits weights where the step does that. @throws UserError, CancelledError */
  applyAndReconstruct(amounts: ReadonlyMap<string, number>): Promise<CompressedModel>;
}
