import { layers as tfLayers } from '../tfjs-layers';
import type { Plan } from './plan';

const { activation, add, batchNormalization, conv2d, dense, depthwiseConv2d, globalAveragePooling2d, reLU } =
  tfLayers.layers;
type Layer = tfLayers.layers.Layer;
type Symbolic = tfLayers.SymbolicTensor;
type Size = number | [number, number];

/** With that of Keras, 0.99, the statistics of small data would lag behind the weights for many epochs. */
const MOMENTUM = 0.9;

/** Applies a layer that has one output. */
function applied(layer: Layer, input: Symbolic | Symbolic[]): Symbolic {
  const output = layer.apply(input);
  if (!(output instanceof tfLayers.SymbolicTensor)) throw new Error(`${layer.name} has no single output`);
  return output;
}

/** Scales a number of filters, to a multiple of 8 where it is large (Sandler et al. 2018). */
export function scaledFilters(filters: number, width: number): number {
  if (width === 1) return filters;
  const scaled = filters * width;
  const whole = Math.max(8, 8 * Math.round(scaled / 8));
  // Rounding must not take more than a tenth.
  return whole < 0.9 * scaled ? whole + 8 : whole;
}

/** Builds the blocks of convolutional networks. Convolutions have a batch normalization instead of a bias. */
export class Blocks {
  constructor(private readonly plan: Plan) {}

  input(): Symbolic {
    return tfLayers.input({ shape: [...this.plan.input], name: 'input' });
  }

  convolution(
    name: string,
    input: Symbolic,
    { filters, kernelSize = 1, strides = 1 }: { filters: number; kernelSize?: Size; strides?: Size },
  ): Symbolic {
    const { draw } = this.plan;
    const options = { padding: 'same', useBias: false, kernelInitializer: draw.he() } as const;
    return this.#normalized(name, applied(conv2d({ name, filters, kernelSize, strides, ...options }), input));
  }

  depthwise(name: string, input: Symbolic, strides = 1): Symbolic {
    const { draw } = this.plan;
    const options = { padding: 'same', useBias: false, depthwiseInitializer: draw.he() } as const;
    return this.#normalized(name, applied(depthwiseConv2d({ name, kernelSize: 3, strides, ...options }), input));
  }

  relu(name: string, input: Symbolic): Symbolic {
    return applied(activation({ name: `${name}_relu`, activation: 'relu' }), input);
  }

  relu6(name: string, input: Symbolic): Symbolic {
    return applied(reLU({ name: `${name}_relu`, maxValue: 6 }), input);
  }

  sum(name: string, inputs: Symbolic[]): Symbolic {
    return applied(add({ name: `${name}_add` }), inputs);
  }

  /** Ends a network: the mean of each channel, and a linear layer for the answers. */
  model(name: string, input: Symbolic, features: Symbolic): tfLayers.LayersModel {
    const { draw, outputs, activation } = this.plan;
    const pooled = applied(globalAveragePooling2d({ name: 'pool' }), features);
    const logits = applied(
      dense({ name: 'logits', units: outputs, activation, kernelInitializer: draw.glorot() }),
      pooled,
    );
    return tfLayers.model({ name, inputs: input, outputs: logits });
  }

  #normalized(name: string, input: Symbolic): Symbolic {
    return applied(batchNormalization({ name: `${name}_bn`, momentum: MOMENTUM }), input);
  }
}
