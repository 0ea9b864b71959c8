import { z } from 'zod';
import { tf } from '../../../tf';
import { activationFunction } from './activation-function';
import { Convolving, convolved, pair } from './convolving';
import { firstShape, only, OwnLayer, Regularizer, type Given, type Shapes, type Weight } from './own-layer';

const Settings = Convolving.extend({
  depthMultiplier: z.number().int().positive().default(1),
  depthwiseRegularizer: Regularizer,
});

/** `DepthwiseConv2D` with gaps in its window. Registered under a name that no description uses by itself. */
export class DilatedDepthwise extends OwnLayer<z.output<typeof Settings>> {
  static readonly className = 'DilatedDepthwiseConv2D';
  readonly #activate: (x: tf.Tensor) => tf.Tensor;
  #kernel: Weight | undefined;
  #bias: Weight | undefined;

  constructor(given: tf.serialization.ConfigDict) {
    super(given, Settings);
    this.#activate = activationFunction(this.settings.activation);
  }

  override build(shapes: Shapes): void {
    const { kernelSize, depthMultiplier, useBias, depthwiseRegularizer, biasRegularizer } = this.settings;
    const channels = firstShape(shapes).at(-1) ?? this.refuse('convolves channels whose number is open');
    const size = [...pair(kernelSize), channels, depthMultiplier];
    this.#kernel = this.weight('depthwise_kernel', size, depthwiseRegularizer);
    if (useBias) this.#bias = this.weight('bias', [channels * depthMultiplier], biasRegularizer);
    this.built = true;
  }

  override computeOutputShape(shapes: Shapes): Shapes {
    const [batch, height, width, channels] = firstShape(shapes) as [number, number, number, number];
    const { kernelSize, strides, dilationRate, padding, depthMultiplier } = this.settings;
    const sides = [height, width].map((length, i) =>
      convolved(length, pair(kernelSize)[i]!, pair(strides)[i]!, pair(dilationRate)[i]!, padding),
    );
    return [batch, ...sides, channels * depthMultiplier];
  }

  override call(given: Given): tf.Tensor {
    return tf.tidy(() => {
      const { strides, padding, dilationRate } = this.settings;
      // TensorFlow.js has no gradient of a dilated depthwise convolution: zeros in the kernel stand for the gaps.
      const kernel = spread(this.#kernel!.read(), pair(dilationRate));
      const sums = tf.depthwiseConv2d(only(given) as tf.Tensor4D, kernel, pair(strides), padding);
      return this.#activate(this.#bias ? tf.add(sums, this.#bias.read()) : sums);
    });
  }
}

/** A kernel with zeros between its rows and columns. */
function spread(kernel: tf.Tensor, [down, across]: [number, number]): tf.Tensor4D {
  const [height, width, ...channels] = kernel.shape as [number, number, number, number];
  const rest = channels[0] * channels[1];
  const apart = (x: tf.Tensor, [before, length, behind]: [number, number, number], gap: number): tf.Tensor => {
    const filled = tf.concat(
      [tf.reshape(x, [before, length, 1, behind]), tf.zeros([before, length, gap - 1, behind])].slice(0, gap),
      2,
    );
    const size = (length - 1) * gap + 1;
    return tf.slice(tf.reshape(filled, [before, length * gap, behind]), [0, 0, 0], [before, size, behind]);
  };
  const tall = (height - 1) * down + 1;
  const rows = apart(kernel, [1, height, width * rest], down);
  const wide = apart(rows, [tall, width, rest], across);
  return tf.reshape(wide, [tall, (width - 1) * across + 1, channels[0], channels[1]]);
}

tf.serialization.registerClass(DilatedDepthwise);
