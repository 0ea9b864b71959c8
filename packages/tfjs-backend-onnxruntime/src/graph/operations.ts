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

/** The sampling of a resized image, in the terms of tfjs. */
export interface ResizeRule {
  readonly method: 'bilinear' | 'nearest';
  readonly alignCorners: boolean;
  readonly halfPixelCenters: boolean;
}

type NoAttributes = Readonly<Record<string, never>>;

/** The attributes of each kind of operation. Convolutions and pools use NHWC tensors and HWIO filters. */
export interface OperationAttributes {
  Unary: { readonly fn: UnaryFunction };
  Binary: { readonly fn: BinaryFunction };
  Step: { readonly alpha: number };
  LeakyRelu: { readonly alpha: number };
  /** Input and slope below zero. */
  PRelu: NoAttributes;
  /** Gradient of the result, result. */
  EluGradient: NoAttributes;
  Clip: { readonly min: number; readonly max: number };
  /** Gradient of the result, input. */
  ClipGradient: { readonly min: number; readonly max: number };
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
  Reverse: { readonly axes: readonly number[] };
  /** Rows, and the segment index of each row. Rows without a segment are left out. */
  SegmentSum: NoAttributes;
  OneHot: { readonly depth: number; readonly on: number; readonly off: number };
  /** Two matrices (or stacks of them), and an optional bias. */
  MatMul: { readonly transposeA: boolean; readonly transposeB: boolean; readonly activation: Activation };
  /** Input, filter, and an optional bias. */
  Conv2D: { readonly window: Window; readonly activation: Activation };
  /** Gradient of the result, filter. */
  Conv2DInputGradient: { readonly window: Window };
  /** Input, gradient of the result. */
  Conv2DFilterGradient: { readonly window: Window };
  /** Input, filter, and an optional bias. */
  DepthwiseConv2D: { readonly window: Window; readonly activation: Activation };
  /** Gradient of the result, filter. */
  DepthwiseInputGradient: { readonly window: Window };
  /** Input, gradient of the result. */
  DepthwiseFilterGradient: { readonly window: Window };
  /** Input, mean, variance, then optional offset and scale, each broadcast to the input. */
  BatchNorm: { readonly epsilon: number; readonly hasOffset: boolean; readonly hasScale: boolean };
  MaxPool: { readonly window: Window };
  AveragePool: { readonly window: Window };
  /** Gradient of the result, input, result. */
  MaxPoolGradient: { readonly window: Window };
  /** Gradient of the result. */
  AveragePoolGradient: { readonly window: Window };
  /** An image, resized to the result's height and width. */
  Resize: { readonly rule: ResizeRule };
  /** Gradient of the result of a resize. */
  ResizeGradient: { readonly rule: ResizeRule };
  /** An average and the newest number, or its square: decay * average + (1 - decay) * newest. */
  MovingAverage: { readonly decay: number; readonly squared: boolean };
  /** Weight, first moment, second moment, rate and epsilon, the last two scalars. */
  AdamUpdate: NoAttributes;
}

export type OperationKind = keyof OperationAttributes;

/** One operation and its attributes. */
export type Operation<K extends OperationKind = OperationKind> = {
  [P in K]: { readonly kind: P; readonly attributes: OperationAttributes[P] };
}[K];

/** True if the windows cover the input without overlap, gap or padding. */
export function tilesInput({ kernel, strides, pads }: Window, [, height, width]: readonly number[]): boolean {
  const exact = kernel[0] === strides[0] && kernel[1] === strides[1] && pads.every((pad) => pad === 0);
  return exact && height! % kernel[0] === 0 && width! % kernel[1] === 0;
}

/** True for a 2 x 2 window with stride 2 over an image of even height and width. */
export function halvesInput(window: Window, shape: readonly number[]): boolean {
  return window.kernel.every((length) => length === 2) && tilesInput(window, shape);
}
