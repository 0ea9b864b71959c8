import type { PendingValue, Value } from '../graph/value';

/** A convolution with bias and optional relu, computed in place of the last of these operations. */
export interface FusedConvolution {
  readonly convolution: PendingValue<'Conv2D'>;
  readonly bias: Value;
  readonly relu: boolean;
}

/** A gradient multiplied by the mask of a relu, `gradient * (source > 0)`, or of a clipped one. */
export interface MaskedGradient {
  readonly gradient: Value;
  /** The source of the mask: the result of the relu if it exists, else its argument. */
  readonly source: Value;
  /** The upper bound if the source is clipped; the gradient is zero at and above it. */
  readonly ceiling: number | null;
  /** The gradient of a pool, if `gradient` is one: its mask is cheaper at the pooled size. */
  readonly poolGradient: PendingValue<'MaxPoolGradient'> | null;
}

/** A matrix, with the shape under which it is read. */
export interface Operand {
  readonly value: Value;
  readonly shape: readonly [rows: number, columns: number];
}

/** A sum of matrix products `left[i]`, transposed, times `right[i]`. */
export interface SumOfTerms {
  /** Null for rows of ones: the sum of the rows of all `right`. */
  readonly left: readonly Operand[] | null;
  readonly right: readonly Operand[];
}

/** Sums of products with the same right operands, computed as one product with all left operands side by side. */
export interface SummedProducts {
  /** The value in whose place they are emitted. */
  readonly first: PendingValue;
  /**
   * The results from top to bottom. Each has as many rows as its left operands have columns; the sum of the right
   * operands has one row.
   */
  readonly results: readonly { readonly value: PendingValue; readonly rows: number }[];
  readonly terms: readonly { readonly lefts: readonly Operand[]; readonly right: Operand }[];
  /** True if the last result is the sum of the rows of all right operands. */
  readonly withSum: boolean;
}

/** Some columns of a matrix, or elements of a vector. */
export interface Columns {
  readonly value: Value;
  /** A vector is one row. */
  readonly shape: readonly [rows: number, columns: number];
  readonly from: number;
  readonly count: number;
}

/**
 * `lefts[0] * rights[0] + lefts[1] * rights[1] + ...`, plus biases: one product of concatenated columns and stacked
 * rows.
 */
export interface SumOfProducts {
  readonly lefts: readonly Operand[];
  readonly rights: readonly Columns[];
  readonly biases: readonly Columns[];
}

/** A sum of products with the activation of its result. */
export interface JoinedProduct extends SumOfProducts {
  readonly activation: 'Sigmoid' | 'Tanh' | null;
}

/** The activation of gates: sigmoid, or `alpha * x + beta` clipped to 0..1. */
export type GateActivation =
  { readonly fn: 'Sigmoid' } | { readonly fn: 'HardSigmoid'; readonly alpha: number; readonly beta: number };

/** One step of an LSTM or a GRU, as tfjs-layers records it. */
export interface RecurrentStep {
  readonly operator: 'LSTM' | 'GRU';
  readonly activation: GateActivation;
  readonly input: Value;
  /** `[features, gates * units]` and `[units, gates * units]`. */
  readonly weights: Value;
  readonly recurrentWeights: Value;
  /** `[gates * units]` */
  readonly bias: Value | null;
  /** `[batch, units]`, the state before and after the step. Only an LSTM has a cell. */
  readonly stateBefore: Value;
  readonly cellBefore: Value | null;
  readonly state: PendingValue;
  readonly cell: PendingValue | null;
  /** Intermediate values. */
  readonly inner: readonly PendingValue[];
  /** Slices of weights, which others may read as well. */
  readonly weightSlices: readonly PendingValue[];
}

/** All steps of an LSTM or GRU layer, for which ONNX Runtime has an operator. */
export interface Recurrence {
  readonly first: RecurrentStep;
  readonly last: RecurrentStep;
  /** `[steps, batch, features]` */
  readonly input: Value;
  /** The last cell, if it is read. */
  readonly cell: PendingValue | null;
  /** The states of all steps, `[batch, steps, units]`, if they are read. */
  readonly sequence: PendingValue | null;
}

/** Slices that divide a value into equal parts along one axis. */
export interface Parts {
  readonly whole: Value;
  readonly shape: readonly number[];
  readonly axis: number;
  /** The slices in their order along the axis. */
  readonly slices: readonly PendingValue<'Slice'>[];
}

/**
 * The gradient with respect to z of y = sigmoid(z) or tanh(z), if the gradient with respect to y is `upstream *
 * factor`: `upstream * factor * y * (1 - y)`, or `upstream * factor * (1 + y) * (1 - y)`.
 */
export interface SaturatingGradient {
  readonly fn: 'Sigmoid' | 'Tanh';
  readonly result: Value;
  readonly upstream: Value;
  /** Null if the factor is 1. */
  readonly known: KnownProduct | null;
}

/** A factor and its product with the result, which the forward pass computed for another reason. */
export interface KnownProduct {
  readonly factor: Value;
  readonly product: Value;
}

/** The gradient of a single hyperbolic tangent: `upstream * (factor - product * result)`. */
export interface TanhGradient extends KnownProduct {
  readonly upstream: Value;
  readonly result: Value;
}

/** All rewrites: the operations that are not emitted node by node. */
export interface Rewrites {
  /** Values that are not emitted. */
  readonly skipped: Set<Value>;
  readonly fusedConvolutions: Map<Value, FusedConvolution>;
  /**
   * Steps (derivatives of relu) whose argument a fusion replaced, with the result of the relu, which has the same sign.
   */
  readonly stepSources: Map<Value, Value>;
  readonly maskedGradients: Map<Value, MaskedGradient>;
  /** Clips of relus that are not computed, with the argument of the relu. */
  readonly clippedRelus: Map<Value, Value>;
  /** The first of several sums that become one matrix product. */
  readonly summedProducts: Map<Value, SummedProducts>;
  /** Sums of products and biases that become one product, or the activations of such sums. */
  readonly joinedProducts: Map<Value, JoinedProduct>;
  /** The last step of a recurrent layer that becomes one operator. */
  readonly recurrences: Map<Value, Recurrence>;
  /** The first of several slices that one Split computes. */
  readonly splits: Map<Value, Parts>;
  /** Gradients of several gates side by side. */
  readonly gateGradients: Map<Value, readonly SaturatingGradient[]>;
  readonly tanhGradients: Map<Value, TanhGradient>;
  /** Returns the number of a leaf that is a constant. */
  readonly constants: (leaf: Value) => number | undefined;
  /** Max-pools with 2 x 2 windows that have a gradient in the graph, and their images. */
  readonly halvedPools: Set<Value>;
  readonly halvedImages: Set<Value>;
}
