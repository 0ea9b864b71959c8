import type { tf } from '../tf';
import type { TrainedFor } from './trained-for';

/** Batch first; null where a size is left open. */
export type OpenShape = readonly (number | null)[];

/**
 * Kind of a classifier's output: one score for each class, before or after the conversion to probabilities. `open` means
 * that only the values can tell.
 */
export type OutputKind = 'logits' | 'probabilities' | 'open';

/**
 * Values that an input takes. `rows`: indices of rows in a table, from 0 to below `rows`; `pixels`: 0 to 255; `numbers`:
 * -1 to 1.
 */
export type InputValues = { readonly kind: 'rows'; readonly rows: number } | { readonly kind: 'pixels' | 'numbers' };

export interface NetworkInput {
  readonly name: string;
  readonly shape: OpenShape;
  readonly values: InputValues;
}

export interface NetworkOutput {
  readonly name: string;
  readonly shape: OpenShape;
  readonly kind: OutputKind;
  /** Function that the output has gone through last, such as `sigmoid`; undefined where no layer names it. */
  readonly activation?: string | undefined;
  /** True where some of its steps may be masked, which Keras leaves out of the loss. */
  readonly masked?: boolean | undefined;
}

/** A weight of a running network: a tensor of its checkpoint, and the variable that holds its values. */
export interface NetworkVariable {
  /** Name of the tensor in the checkpoint. */
  readonly name: string;
  readonly variable: tf.Variable;
  /** False for statistics and frozen layers. */
  readonly trainable: boolean;
}

/**
 * Mode of a run: as at inference, or as in training. In training, `draws` seeds dropout and noise; normalizations that
 * are not frozen use the statistics of the batch and move their own towards them.
 */
export type Pass = { readonly training: false } | { readonly training: true; readonly draws: readonly number[] };

/** A pass as at inference. */
export const INFERENCE: Pass = { training: false };

/** A tensor in a network on which all later layers depend, and no later layer on an earlier tensor. */
export interface SplitPoint {
  /** Identifies the tensor. */
  readonly id: number;
  /** Shape for one example. */
  readonly shape: readonly number[];
  /** MACs for one example before it; unknown ones count as none. */
  readonly macs: number;
  /** Computes it from the network's input. Call it within a tidy. */
  readonly head: (input: tf.Tensor) => tf.Tensor;
  /** Computes the network's output from it. Call it within a tidy. */
  readonly tail: (tensor: tf.Tensor) => tf.Tensor;
}

/**
 * A kernel that multiplies inputs: the outputs of its layer, without bias, are a matrix X times the kernel as inputs by
 * outputs. The last axis of its tensor runs over the outputs.
 */
export interface Product {
  /** Name of the kernel's tensor. */
  readonly name: string;
  /** Name of the bias tensor, which is added to each row of outputs, where the layer has one. */
  readonly bias?: string;
  /**
   * Passes X to `hear` at each call of the layer, within the tidy of the pass. X has a column for each row of the
   * kernel.
   * @returns a function that ends it
   */
  watch(hear: (columns: tf.Tensor2D) => void): () => void;
}

/** A layer with one kernel, whose input can be watched. */
export interface KernelLayer {
  /** Name of the kernel's tensor. */
  readonly name: string;
  /**
   * Passes the input to `hear` at each call of the layer, within the tidy of the pass.
   * @returns a function that ends it
   */
  watch(hear: (input: tf.Tensor) => void): () => void;
}

/** A layer whose first output can be watched. */
export interface LayerOutput {
  /** Its unique name in the graph. */
  readonly name: string;
  /**
   * Passes the output to `hear` at each call of the layer, within the tidy of the pass, which disposes of it.
   * @returns a function that ends it
   */
  watch(hear: (output: tf.Tensor) => void): () => void;
}

/** Mean and variance of each channel, within the tidy of the pass. */
export interface ChannelMoments {
  readonly mean: tf.Tensor1D;
  readonly variance: tf.Tensor1D;
}

/** A layer that can run by itself. */
export interface LayerRun {
  /** Its name in the graph of the model. */
  readonly name: string;
  /** Shapes of its inputs for one example. */
  readonly inputs: readonly (readonly number[])[];
  /** How often a pass of the model calls it. */
  readonly calls: number;
  /** Computes its first output as at inference, from a tensor for each input, batch first. Call it within a tidy. */
  readonly run: (inputs: readonly tf.Tensor[]) => tf.Tensor;
}

/** A layer that normalizes each channel by stored statistics. */
export interface BatchNormalization {
  /** Names of the tensors that hold the statistics. */
  readonly mean: string;
  readonly variance: string;
  /**
   * Makes it normalize each batch by its own statistics in any pass, and passes them to `hear` at each call.
   * @returns a function that ends it
   */
  watch(hear: (moments: ChannelMoments) => void): () => void;
}

/** A running network, from any file format. Its weights can change in place. */
export interface Network {
  readonly inputs: readonly NetworkInput[];
  readonly outputs: readonly NetworkOutput[];
  /** The losses with which it was trained, where its file names them. */
  readonly trainedFor?: TrainedFor | undefined;
  /** By name; the trainable ones in the order in which an optimizer takes them. */
  readonly variables: ReadonlyMap<string, NetworkVariable>;
  /** Number of elements of the largest layer output for one example, 1 or more; open sizes count as 1. */
  readonly largestOutput: number;
  /**
   * Computes one tensor for each output from one for each input. Call it within a tidy.
   * @throws UserError where a layer does something that it cannot, which shows only when it is called
   */
  forward(inputs: readonly tf.Tensor[], pass: Pass): tf.Tensor[];
  /** Computes the regularization terms of the loss. Call it within a tidy. */
  penalties(): tf.Scalar[];
  /**
   * Finds the tensors at which a network with one input and one output can be split, in order, so that none of the named
   * variables is before the split. The input itself is not one of them. Empty for other networks.
   */
  splitPointsBefore(variables: ReadonlySet<string>): SplitPoint[];
  /**
   * Finds the kernels of dense layers and convolutions among the named tensors. @throws UserError naming a tensor that
   * is no weight
   */
  products(names: Iterable<string>): Product[];
  /** Finds the dense layers and convolutions, depthwise ones too, of the named kernels. @throws UserError naming a tensor that is no weight */
  kernelLayers(names: Iterable<string>): KernelLayer[];
  normalizations(): BatchNormalization[];
  /** Finds layers by their unique names in the graph of the model. */
  layerOutputs(names: Iterable<string>): LayerOutput[];
  /** Lists the layers that can run by themselves, with known shapes; empty where layers are unknown. */
  layerRuns(): LayerRun[];
  dispose(): void;
}

/** Lists the weights that training changes, in order. */
export const trainableOf = ({ variables }: Network): NetworkVariable[] =>
  [...variables.values()].filter(({ trainable }) => trainable);
