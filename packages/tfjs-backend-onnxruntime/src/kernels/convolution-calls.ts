import type { Activation } from '../graph/operations';
import type { tf } from '../tf';
import { activationOf, type FusedAttributes, LINEAR } from './activations';
import { kernel, type Kernel, type KernelContext } from './kernel';
import type { ConvolutionAttributes } from './windows';

/** What tfjs hands to a convolution of any kind. */
export interface ConvolutionInputs {
  readonly x: tf.TensorInfo;
  readonly filter: tf.TensorInfo;
  readonly bias?: tf.TensorInfo;
  readonly preluActivationWeights?: tf.TensorInfo;
}

export interface InputGradientInputs {
  readonly dy: tf.TensorInfo;
  readonly filter: tf.TensorInfo;
}
export interface InputGradientAttributes extends ConvolutionAttributes {
  readonly inputShape: number[];
}

export interface FilterGradientInputs {
  readonly x: tf.TensorInfo;
  readonly dy: tf.TensorInfo;
}
export interface FilterGradientAttributes extends ConvolutionAttributes {
  readonly filterShape: number[];
}

/** Records a convolution with its activation, or returns undefined to leave it to the cpu kernel. */
type Convolve = (
  context: KernelContext,
  inputs: ConvolutionInputs,
  attributes: ConvolutionAttributes,
  activation: Activation,
) => tf.TensorInfo | undefined;

/** The two kernels of a kind of convolution: plain, and fused with bias and activation. */
export function plainAndFused(convolve: Convolve): { plain: Kernel; fused: Kernel } {
  return {
    plain: kernel<ConvolutionInputs, ConvolutionAttributes>((inputs, attributes, context) =>
      convolve(context, inputs, attributes, LINEAR),
    ),
    fused: kernel<ConvolutionInputs, ConvolutionAttributes & FusedAttributes>((inputs, attributes, context) => {
      const activation = activationOf(attributes);
      if (activation === undefined || inputs.preluActivationWeights) return undefined;
      return convolve(context, inputs, attributes, activation);
    }),
  };
}
