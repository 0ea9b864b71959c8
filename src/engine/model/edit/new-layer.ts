import type {
  ActivationLayer,
  Convolution,
  Dense,
  DepthwiseConvolution,
  SeparableConvolution,
  TransposedConvolution,
} from '../op/attributes';
import type { TensorRole } from '../roles';

/** The ops that a new layer can compute. The order of its axes, channels first or last, is that of the layer it replaces. */
export type NewOp =
  | Dense
  | Convolution
  | DepthwiseConvolution
  | SeparableConvolution
  | TransposedConvolution
  | Extract<ActivationLayer, { readonly form: 'named' }>;

/** A tensor of a new layer, shaped as TensorFlow.js shapes the tensor of that role. */
export interface NewTensor {
  readonly role: Extract<TensorRole, 'kernel' | 'depthwise-kernel' | 'pointwise-kernel' | 'bias'>;
  readonly shape: readonly number[];
  readonly data: Float32Array;
}

/** A layer that an edit puts into a model. It has a bias where `tensors` has one. */
export interface NewLayer {
  /** Its own name, see `NewNames`. */
  readonly name: string;
  /** Its activation is `linear`, that of the replaced layer, or one that all dialects spell alike, such as `relu`. */
  readonly op: NewOp;
  readonly tensors: readonly NewTensor[];
}
