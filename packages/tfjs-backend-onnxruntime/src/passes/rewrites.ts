import type { PendingValue, Value } from '../graph/value';

/** A convolution that also adds its bias and applies its relu, computed where the last of the three stood. */
export interface FusedConvolution {
  readonly convolution: PendingValue<'Conv2D'>;
  readonly bias: Value;
  readonly relu: boolean;
}

/** A gradient multiplied by the mask of a relu, `gradient * (source > 0)`, or of a clipped one. */
export interface MaskedGradient {
  readonly gradient: Value;
  /** What the mask is taken from: the relu's result where it exists anyway, else its argument. */
  readonly source: Value;
  /** Set where the source is clipped too, and the gradient lost at and above this bound. */
  readonly ceiling: number | null;
  /** Set where `gradient` is a pool's, whose mask is cheaper at the pooled size. */
  readonly poolGradient: PendingValue<'MaxPoolGradient'> | null;
}

/** A matrix, under the shape in which it is seen. */
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

/** Sums of products that share their right sides, so that they are one: that of all left sides beside each other. */
export interface SummedProducts {
  /** Where they are emitted. */
  readonly first: PendingValue;
  /** From above: as many rows of the result as the left sides have columns, and one for the sum of the right sides. */
  readonly results: readonly { readonly value: PendingValue; readonly rows: number }[];
  readonly terms: readonly { readonly lefts: readonly Operand[]; readonly right: Operand }[];
  /** Whether the last result is the sum of the rows of all right sides. */
  readonly withSum: boolean;
}

/** Some columns of a matrix, or elements of a vector. */
export interface Columns {
  readonly value: Value;
  /** Of a vector, one row. */
  readonly shape: readonly [rows: number, columns: number];
  readonly from: number;
  readonly count: number;
}

/** `lefts[0] * rights[0] + lefts[1] * rights[1] + ...`, plus biases: one product of what is beside and below each other. */
export interface SumOfProducts {
  readonly lefts: readonly Operand[];
  readonly rights: readonly Columns[];
  readonly biases: readonly Columns[];
}

/** Such a sum as it is emitted, with the activation of its result. */
export interface JoinedProduct extends SumOfProducts {
  readonly activation: 'Sigmoid' | 'Tanh' | null;
}

/** What gates apply: sigmoid, or `alpha * x + beta` clipped to 0..1. */
export type GateActivation =
  { readonly fn: 'Sigmoid' } | { readonly fn: 'HardSigmoid'; readonly alpha: number; readonly beta: number };

/** One step of an LSTM or a GRU, as tfjs's layers record it. */
export interface RecurrentStep {
  readonly operator: 'LSTM' | 'GRU';
  readonly activation: GateActivation;
  readonly input: Value;
  /** `[features, gates * units]` and `[units, gates * units]`. */
  readonly weights: Value;
  readonly recurrentWeights: Value;
  /** `[gates * units]` */
  readonly bias: Value | null;
  /** `[batch, units]`, the state before and after the step; the cell is an LSTM's. */
  readonly stateBefore: Value;
  readonly cellBefore: Value | null;
  readonly state: PendingValue;
  readonly cell: PendingValue | null;
  /** What is computed on the way. */
  readonly inner: readonly PendingValue[];
  /** Columns of weights, which others may read too. */
  readonly weightSlices: readonly PendingValue[];
}

/** All steps of an LSTM or GRU layer, which ONNX Runtime has an operator for. */
export interface Recurrence {
  readonly first: RecurrentStep;
  readonly last: RecurrentStep;
  /** `[steps, batch, features]` */
  readonly input: Value;
  /** The last cell, where somebody asks for it. */
  readonly cell: PendingValue | null;
  /** The states of all steps, `[batch, steps, units]`, where somebody asks for them. */
  readonly sequence: PendingValue | null;
}

/** Slices that cut a whole into equal parts along one axis. */
export interface Parts {
  readonly whole: Value;
  readonly shape: readonly number[];
  readonly axis: number;
  /** In their order along the axis. */
  readonly slices: readonly PendingValue<'Slice'>[];
}

/**
 * The gradient of the argument of y = sigmoid(z) or tanh(z), where the gradient of y is `upstream * factor`:
 * `upstream * factor * y * (1 - y)`, or `upstream * factor * (1 + y) * (1 - y)`.
 */
export interface SaturatingGradient {
  readonly fn: 'Sigmoid' | 'Tanh';
  readonly result: Value;
  readonly upstream: Value;
  /** Null where the factor is 1. */
  readonly known: KnownProduct | null;
}

/** A factor and its product with the result, which the forward pass computed for a purpose of its own. */
export interface KnownProduct {
  readonly factor: Value;
  readonly product: Value;
}

/** The gradient of a hyperbolic tangent by itself: `upstream * (factor - product * result)`. */
export interface TanhGradient extends KnownProduct {
  readonly upstream: Value;
  readonly result: Value;
}

/** What the emitter does otherwise than node by node. */
export interface Rewrites {
  /** Values that need no emission of their own. */
  readonly skipped: Set<Value>;
  readonly fusedConvolutions: Map<Value, FusedConvolution>;
  /** Steps (a relu's derivative) whose argument a fusion has swallowed, with the relu's result, which has the same sign. */
  readonly stepSources: Map<Value, Value>;
  readonly maskedGradients: Map<Value, MaskedGradient>;
  /** Clips of relus that need not exist, with the argument of the relu. */
  readonly clippedRelus: Map<Value, Value>;
  /** The first of several sums that are one matrix product. */
  readonly summedProducts: Map<Value, SummedProducts>;
  /** Sums of products and biases that are one product, or the activations of such. */
  readonly joinedProducts: Map<Value, JoinedProduct>;
  /** Where the last step of a recurrent layer comes that is one operator. */
  readonly recurrences: Map<Value, Recurrence>;
  /** The first of several slices that are made together. */
  readonly splits: Map<Value, Parts>;
  /** Gradients of several gates beside each other. */
  readonly gateGradients: Map<Value, readonly SaturatingGradient[]>;
  readonly tanhGradients: Map<Value, TanhGradient>;
  /** The number that a leaf always is, if it is always the same. */
  readonly constants: (leaf: Value) => number | undefined;
  /** Max-pools of windows of two by two whose gradient is asked for too, and the images that they are of. */
  readonly halvedPools: Set<Value>;
  readonly halvedImages: Set<Value>;
}
