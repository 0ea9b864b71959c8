import { layers } from '../tf';
import type { Draw } from './draw';

type Symbolic = layers.SymbolicTensor;

/** Applies a layer to one symbolic tensor. */
export function apply(layer: layers.layers.Layer, input: Symbolic | Symbolic[]): Symbolic {
  const result = layer.apply(input);
  if (!(result instanceof layers.SymbolicTensor)) throw new TypeError(`${layer.name} has no single symbolic output.`);
  return result;
}

interface ConvolutionOptions {
  readonly filters: number;
  readonly kernelSize: number | [number, number];
  readonly strides?: number | [number, number];
}

/** Convolution without bias, then batch normalization. */
export function normalisedConvolution(draw: Draw, input: Symbolic, options: ConvolutionOptions): Symbolic {
  const { conv2d, batchNormalization } = layers.layers;
  const convolution = conv2d({ ...options, padding: 'same', useBias: false, kernelInitializer: draw.he() });
  return apply(batchNormalization(), apply(convolution, input));
}

/** Depthwise 3x3 convolution without bias, then batch normalization. */
export function normalisedDepthwise(draw: Draw, input: Symbolic, strides: number): Symbolic {
  const { batchNormalization, depthwiseConv2d } = layers.layers;
  const options = { kernelSize: 3, strides, padding: 'same', useBias: false, depthwiseInitializer: draw.he() } as const;
  return apply(batchNormalization(), apply(depthwiseConv2d(options), input));
}

export function relu(input: Symbolic): Symbolic {
  return apply(layers.layers.activation({ activation: 'relu' }), input);
}

export function relu6(input: Symbolic): Symbolic {
  return apply(layers.layers.reLU({ maxValue: 6 }), input);
}

/** The mean of each channel, then one logit for each class. */
export function classifier(draw: Draw, input: Symbolic, classes: number): Symbolic {
  const pooled = apply(layers.layers.globalAveragePooling2d({}), input);
  return apply(layers.layers.dense({ units: classes, kernelInitializer: draw.glorot() }), pooled);
}
