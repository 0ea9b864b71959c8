import type { Activation } from '../../graph/operations';
import type { tf } from '../../tf';
import { activationOf, type FusedAttributes, LINEAR } from '../activations';
import { kernel, type Kernel, type KernelContext } from '../kernel';
import type { ConvolutionAttributes } from '../windows';

/** The inputs of a convolution of any kind. */
interface ConvolutionInputs {
  readonly x: tf.TensorInfo;
  readonly filter: tf.TensorInfo;
  readonly bias?: tf.TensorInfo;
  readonly preluActivationWeights?: tf.TensorInfo;
}

interface InputGradientInputs {
  readonly dy: tf.TensorInfo;
  readonly filter: tf.TensorInfo;
}
interface InputGradientAttributes extends ConvolutionAttributes {
  readonly inputShape: number[];
}

interface FilterGradientInputs {
  readonly x: tf.TensorInfo;
  readonly dy: tf.TensorInfo;
}
interface FilterGradientAttributes extends ConvolutionAttributes {
  readonly filterShape: number[];
}

/** Declares a kernel for the gradient of a convolution with respect to its input. */
export const inputGradientKernel = kernel<InputGradientInputs, InputGradientAttributes>;

/** Declares a kernel for the gradient of a convolution with respect to its filter. */
export const filterGradientKernel = kernel<FilterGradientInputs, FilterGradientAttributes>;

/** Records a convolution with its activation, or returns undefined to leave it to the cpu kernel. */
type Convolve = (
  context: KernelContext,
  inputs: ConvolutionInputs,
  attributes: ConvolutionAttributes,
  activation: Activation,
) => tf.TensorInfo | undefined;

/** Makes the two kernels of a kind of convolution: plain, and fused with bias and activation. */
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
