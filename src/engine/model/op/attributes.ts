import type { Equation } from './einsum';

/** One number for each axis of an image, a volume or a series; null where the file does not say. */
export type Sizes = readonly number[] | null;

/** Number of axes that a window moves over, without batch and channels: 1 for a series, 2 for an image, 3 for a volume. */
export type Rank = 1 | 2 | 3;

/** A window that moves over the positions of a series, an image or a volume. */
export interface Window {
  readonly size: Sizes;
  readonly strides: Sizes;
  readonly dilation: Sizes;
  /**
   * `valid`: the window stays within. `same`: zeros lie beyond the edges. `causal`: zeros lie before the first position
   * only.
   */
  readonly padding: 'valid' | 'same' | 'causal';
}

/**
 * The activation of a layer, in small letters without underscores: `relu`, `hardsigmoid`, `softmax`.
 * Each is a function of one number, except that `softmax` depends on all channels. `hardsigmoid` is x / 5 + 1/2 between
 * 0 and 1, `hardsigmoid6` is x / 6 + 1/2. `linear` means none, and `unknown` means that the file does not say which.
 */
export type Activation = string;

/** Sums over the last axis, with a weight for each number. */
export interface Dense {
  readonly kind: 'dense';
  readonly units: number | null;
  readonly activation: Activation;
}

/** Sums over a window and all channels, or over those of a group. */
export interface Convolution {
  readonly kind: 'conv';
  readonly rank: Rank;
  readonly filters: number | null;
  readonly window: Window;
  readonly groups: number;
  readonly activation: Activation;
}

/** Spreads each position over a window. */
export interface TransposedConvolution {
  readonly kind: 'transposed-conv';
  readonly rank: Rank;
  readonly filters: number | null;
  readonly window: Window;
  /** Added at the far end of each axis; null where the window alone decides. */
  readonly outputPadding: Sizes;
  readonly activation: Activation;
}

/** Sums over a window, for each channel separately. */
export interface DepthwiseConvolution {
  readonly kind: 'depthwise-conv';
  readonly rank: Rank;
  readonly window: Window;
  /** Filters for each channel. */
  readonly multiplier: number;
  /**
   * True if the file writes it as a convolution of as many groups as channels. The shape of its kernel ends in 1 and the
   * number of filters then, and the description counts filters and groups.
   */
  readonly grouped?: boolean;
  readonly activation: Activation;
}

/** A depthwise convolution, and a convolution of single positions after it. */
export interface SeparableConvolution {
  readonly kind: 'separable-conv';
  readonly rank: Rank;
  readonly filters: number | null;
  readonly window: Window;
  /** Filters for each channel; null where only the kernel determines it. */
  readonly multiplier: number | null;
  readonly activation: Activation;
}

/** Scales and shifts each channel by its statistics. */
export interface BatchNormalization {
  readonly kind: 'batch-normalization';
  /** Counted from the batch, or below 0 from the end; null where it is not one axis. */
  readonly axis: number | null;
  readonly epsilon: number;
}

/** Brings the values along some axes to mean 0 and variance 1. */
export interface LayerNormalization {
  readonly kind: 'layer-normalization';
  /** Counted from the batch, or below 0 from the end; null where they are not known. */
  readonly axes: Sizes;
  readonly epsilon: number;
}

/** A function of each number alone, without weights. */
export type ActivationLayer = { readonly kind: 'activation' } & (
  | { readonly form: 'named'; readonly activation: Activation }
  /** `slope * (x - threshold)` below the threshold, else x, but no more than `most`. */
  | { readonly form: 'rectifier'; readonly slope: number; readonly threshold: number; readonly most: number }
  /** x above the threshold, else 0. */
  | { readonly form: 'thresholded'; readonly threshold: number }
  | { readonly form: 'exponential'; readonly alpha: number }
);

/** Joins inputs element by element. */
export interface Merge {
  readonly kind: 'merge';
  readonly how: 'add' | 'subtract' | 'multiply' | 'divide' | 'average' | 'maximum' | 'minimum';
  /** Multiplies every input after the first; 1 where it is absent. */
  readonly factor?: number | null;
}

/** The sum, the mean, the largest or the smallest along some axes. */
export interface Reduction {
  readonly kind: 'reduce';
  readonly how: 'sum' | 'mean' | 'max' | 'min' | null;
  /** Counted from the batch, or below 0 from the end. */
  readonly axes: Sizes;
  /** True if the axes stay, 1 long. */
  readonly keepAxes: boolean;
}

/** A part of one axis: a place, which removes the axis, a range, or all axes that no other part is about. */
export type SlicePart =
  | number
  | '...'
  | {
      readonly start?: number | null | undefined;
      readonly stop?: number | null | undefined;
      readonly step?: number | null | undefined;
    };

/** A part of a tensor, as Python writes it: `x[:, 1:3, ..., 0]`. */
export interface Slice {
  readonly kind: 'slice';
  readonly parts: readonly SlicePart[] | null;
}

/** Takes the largest or the mean within a window, for each channel. */
export interface Pool {
  readonly kind: 'pool';
  readonly how: 'max' | 'average';
  readonly rank: Rank;
  readonly window: Window;
}

/** Takes the largest or the mean of all positions, for each channel. */
export interface GlobalPool {
  readonly kind: 'global-pool';
  readonly how: 'max' | 'average';
  readonly rank: Rank;
  readonly keepAxes: boolean;
}

/** Adds zeros at the edges, or crops the edges. */
export interface Margins {
  readonly kind: 'pad' | 'crop';
  readonly rank: Rank;
  /** Sum over both ends of an axis. */
  readonly margins: Sizes;
  /** The part of it at the beginning. */
  readonly before: Sizes;
}

/** Number of gates of an LSTM, a GRU or a simple recurrent layer: its kernels hold as many columns for each unit. */
export type Gates = 1 | 3 | 4;

/** Goes over steps with a state. */
export interface Recurrent {
  readonly kind: 'recurrent';
  readonly gates: Gates;
  readonly units: number | null;
  /** True if it returns every step, false if only the last one. */
  readonly sequences: boolean;
  /** True if it also returns its states. */
  readonly states: boolean;
  /** The activations of the candidate values and of the gates. */
  readonly stateActivation: Activation;
  readonly gateActivation: Activation;
  /** True for a GRU that resets its state after the product with the recurrent kernel, which then has a bias of its own. */
  readonly resetAfter: boolean;
  /** True if it goes from the last step to the first. */
  readonly backwards: boolean;
  /** True if it begins with the states of the batch before. */
  readonly stateful: boolean;
}

/** An LSTM over images, whose products are convolutions. */
export interface ConvolutionLstm {
  readonly kind: 'conv-lstm';
  readonly filters: number | null;
  readonly window: Window;
  readonly sequences: boolean;
  readonly states: boolean;
}

/** Stacked cells, which run at each step. */
export interface Cells {
  readonly kind: 'cells';
  /** Null where the kind of a cell is unknown. */
  readonly cells: readonly { readonly gates: Gates; readonly units: number | null }[] | null;
  readonly sequences: boolean;
}

/** Scales the inputs of a model by the mean and variance of data. */
export interface Standardization {
  readonly kind: 'standardization';
  /** For each channel, or one for all; null where its weights hold them. */
  readonly mean: readonly number[] | null;
  readonly variance: readonly number[] | null;
  /** True where it multiplies by the deviation and adds the mean instead. */
  readonly inverse: boolean;
  /** The axes that have values of their own, from the batch or below 0 from the end; null where they are not known. */
  readonly axes: Sizes;
}

/** Means of values, weighted by how queries fit keys. */
export interface Attention {
  readonly kind: 'attention';
}

/** Attention in several heads, between products with kernels. */
export interface MultiHeadAttention {
  readonly kind: 'multi-head-attention';
  readonly heads: number | null;
  readonly keySize: number | null;
  readonly valueSize: number | null;
  /** The last axes of its output; those of the query where it is null. */
  readonly output: Sizes;
  /** True where a query sees no values behind its own place; calls can say so too, see `FlowCall.flags`. */
  readonly causal: boolean;
}

/** A product with a kernel along any axes. */
export interface EinsumDense extends Equation {
  readonly kind: 'einsum';
}

/** Ops without attributes that matter here. */
export interface Plain {
  readonly kind:
    | 'input'
    | 'prelu'
    /** Changes values only while a model trains: dropout, noise, penalties of activities. */
    | 'noise'
    | 'identity'
    /** A function of each number alone: a root, a power, a limit. */
    | 'element-function'
    | 'flatten'
    | 'group-normalization'
    | 'unit-normalization'
    | 'rms-normalization'
    /** Multiplies each channel by a trained number. */
    | 'layer-scale'
    | 'masking'
    | 'unknown';
}
