import type { CallInput, TensorRef } from '../edges';
import type { Shape } from '../shape';
import type {
  ActivationLayer,
  Attention,
  BatchNormalization,
  Cells,
  Convolution,
  ConvolutionLstm,
  Dense,
  DepthwiseConvolution,
  EinsumDense,
  GlobalPool,
  LayerNormalization,
  Margins,
  Merge,
  MultiHeadAttention,
  Plain,
  Pool,
  Rank,
  Recurrent,
  Reduction,
  SeparableConvolution,
  Sizes,
  Slice,
  Standardization,
  TransposedConvolution,
} from './attributes';

/** Runs forwards and backwards. */
export interface Bidirectional {
  readonly kind: 'bidirectional';
  /** Null where it cannot be read. */
  readonly inner: Op | null;
  /** How the results of both directions are joined; `apart`: they are not. */
  readonly merge: 'concat' | 'sum' | 'multiply' | 'average' | 'apart' | 'other';
}

/** A model within a layer. */
export interface InnerModel {
  readonly kind: 'model';
  /** Null where it cannot be read. @throws UserError where its calls could never be made */
  readonly read: () => Flow | null;
}

/** Runs on each step separately. */
export interface TimeDistributed {
  readonly kind: 'time-distributed';
  /** Null where it cannot be read. */
  readonly inner: Op | InnerModel | null;
}

/** The computation of a node, in any file format: a kind and its attributes. Attributes that cannot be read are null. */
export type Op = (
  | Dense
  | Convolution
  | TransposedConvolution
  | DepthwiseConvolution
  | SeparableConvolution
  | BatchNormalization
  | LayerNormalization
  | ActivationLayer
  | { readonly kind: 'softmax'; readonly axis: number | null }
  | Merge
  | { readonly kind: 'concat'; readonly axis: number | null }
  | { readonly kind: 'dot'; readonly axes: Sizes }
  | Reduction
  | Slice
  /** Adds an axis of length 1, or removes some. Axes are counted from the batch, or below 0 from the end. */
  | { readonly kind: 'expand'; readonly axis: number | null }
  | { readonly kind: 'squeeze'; readonly axes: Sizes }
  | Pool
  | GlobalPool
  | Margins
  | { readonly kind: 'upsample'; readonly rank: Rank; readonly factors: Sizes }
  /** -1 or null stands for the one size that the others decide. */
  | { readonly kind: 'reshape'; readonly target: Shape | null }
  /** The axes of the input, from 1, in their new order. */
  | { readonly kind: 'permute'; readonly order: Sizes }
  | { readonly kind: 'repeat'; readonly times: number | null }
  /** `masks`: steps of the number 0 are masked in later layers. */
  | { readonly kind: 'embedding'; readonly rows: number | null; readonly width: number | null; readonly masks: boolean }
  | Recurrent
  | ConvolutionLstm
  | Cells
  | Bidirectional
  | TimeDistributed
  /** `x * scale + offset`; null where each channel has its own. */
  | { readonly kind: 'rescaling'; readonly scale: number | null; readonly offset: number | null }
  | { readonly kind: 'resize'; readonly height: number | null; readonly width: number | null }
  /** Augments images while a model trains, by moving their pixels or changing their colors. */
  | {
      readonly kind: 'augment';
      readonly moves: boolean;
      /** The axis whose size is random, from the end. */
      readonly open?: -3 | -2;
    }
  | Standardization
  | Attention
  | MultiHeadAttention
  | EinsumDense
  | { readonly kind: 'category-encoding'; readonly tokens: number | null; readonly oneHot: boolean }
  | Plain
) & {
  /** True if channels come right after the batch, false if they come last. */
  readonly channelsFirst: boolean;
};

/** The op of one kind. */
export type OpOf<K extends Op['kind']> = Extract<Op, { readonly kind: K }>;

/** A node: it computes something in a model, in any number of calls. */
export interface FlowNode {
  readonly op: Op;
  /** Indices in `calls` of its calls that lead to an output of the model; empty where none does. */
  readonly calls: readonly number[];
  /** The shape that it declares for its input, batch first; null where other nodes feed it. */
  readonly inputShape: Shape | null;
}

/** One call of a node. */
export interface FlowCall {
  /** Index in `nodes`. */
  readonly node: number;
  /** Tensors that feed it, those passed by position first; empty where it takes an input of the model. */
  readonly inputs: readonly CallInput[];
  /** Arguments of the call that are set to true: `use_causal_mask`. */
  readonly flags?: readonly string[];
  /** True if it is computed as at inference, also while the model trains. */
  readonly inference?: boolean;
}

/**
 * The nodes of a model, and their calls in an order in which they can be made.
 * Code about values that flow through the model (shapes, MACs, channels, constants) must go over `calls`: each comes
 * after those that feed it.
 */
export interface Flow {
  readonly nodes: readonly FlowNode[];
  readonly calls: readonly FlowCall[];
  /** Indices of the calls that take the inputs of the model, in order. */
  readonly inputCalls: readonly number[];
  /** The outputs of the model, in order. */
  readonly results: readonly TensorRef[];
}
