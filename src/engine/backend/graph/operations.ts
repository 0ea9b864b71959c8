/** Element-wise functions of one argument that keep shape and type. */
export type UnaryFunction =
  | 'Abs' | 'Ceil' | 'Cos' | 'Elu' | 'Erf' | 'Exp' | 'Floor' | 'Log' | 'Log1p' | 'LogicalNot' | 'Neg' | 'Reciprocal'
  | 'Relu' | 'Relu6' | 'Round' | 'Rsqrt' | 'Selu' | 'Sigmoid' | 'Sin' | 'Softplus' | 'Sqrt' | 'Square' | 'Tanh'; // prettier-ignore

/** Element-wise functions of two arguments, broadcast as in NumPy. */
export type BinaryFunction =
  | 'Add' | 'Sub' | 'Multiply' | 'RealDiv' | 'Maximum' | 'Minimum' | 'Pow' | 'SquaredDifference' | 'Greater'
  | 'GreaterEqual' | 'Less' | 'LessEqual' | 'Equal' | 'NotEqual' | 'LogicalAnd' | 'LogicalOr'; // prettier-ignore

export type Reduction = 'Sum' | 'Mean' | 'Max' | 'Min' | 'Prod' | 'All' | 'Any';

/** The activation that a matrix product or convolution applies to its result. */
export interface Activation {
  readonly name: 'linear' | 'relu' | 'relu6' | 'elu' | 'sigmoid' | 'leakyrelu';
  /** Slope below zero, for `leakyrelu`. */
  readonly alpha: number;
}

/** A sliding window over height and width. Pads are top, left, bottom, right; the result's size is rounded down. */
export interface Window {
  readonly kernel: readonly [number, number];
  readonly strides: readonly [number, number];
  readonly dilations: readonly [number, number];
  readonly pads: readonly [number, number, number, number];
}

type NoAttributes = Readonly<Record<string, never>>;

/** What can be recorded, with the attributes of each kind. Convolutions and pools see NHWC tensors and HWIO filters. */
export interface OperationAttributes {
  Unary: { readonly fn: UnaryFunction };
  Binary: { readonly fn: BinaryFunction };
  Step: { readonly alpha: number };
  LeakyRelu: { readonly alpha: number };
  Clip: { readonly min: number; readonly max: number };
  Cast: NoAttributes;
  AddN: NoAttributes;
  /** Condition, then, else, all of one shape. */
  Select: NoAttributes;
  /** Axes are ascending and never negative. */
  Reduce: { readonly fn: Reduction; readonly axes: readonly number[] };
  ArgReduce: { readonly fn: 'ArgMax' | 'ArgMin'; readonly axis: number };
  Softmax: { readonly fn: 'Softmax' | 'LogSoftmax'; readonly axis: number };
  Transpose: { readonly perm: readonly number[] };
  Concat: { readonly axis: number };
  Slice: { readonly begin: readonly number[]; readonly size: readonly number[] };
  Pad: { readonly paddings: readonly (readonly [number, number])[]; readonly value: number };
  Tile: { readonly reps: readonly number[] };
  Gather: { readonly axis: number };
  OneHot: { readonly depth: number; readonly on: number; readonly off: number };
  /** Two matrices (or stacks of them), and an optional bias. */
  MatMul: { readonly transposeA: boolean; readonly transposeB: boolean; readonly activation: Activation };
  /** Input, filter, and an optional bias. */
  Conv2D: { readonly window: Window; readonly activation: Activation };
  /** Gradient of the result, filter. */
  Conv2DInputGradient: { readonly window: Window };
  /** Input, gradient of the result. */
  Conv2DFilterGradient: { readonly window: Window };
  DepthwiseConv2D: { readonly window: Window };
  MaxPool: { readonly window: Window };
  AveragePool: { readonly window: Window };
  /** Gradient of the result, input, result. Windows tile the input exactly. */
  MaxPoolGradient: { readonly window: Window };
  /** Gradient of the result. Windows tile the input exactly. */
  AveragePoolGradient: { readonly window: Window };
}

export type OperationKind = keyof OperationAttributes;

/** One operation and its attributes. */
export type Operation<K extends OperationKind = OperationKind> = {
  [P in K]: { readonly kind: P; readonly attributes: OperationAttributes[P] };
}[K];
