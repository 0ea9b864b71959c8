import * as z from 'zod';
import { tf } from '../../../tf';
import { Convolving, pair } from './convolving';
import { ConvolvingLayer } from './convolving-layer';
import { firstShape, only, Regularizer, type Given, type Shapes } from './own-layer';

const Settings = Convolving.extend({
  depthMultiplier: z.number().int().positive().default(1),
  depthwiseRegularizer: Regularizer,
});

/** `DepthwiseConv2D` with gaps in its window. Registered under a name that no description uses by itself. */
export class DilatedDepthwise extends ConvolvingLayer<z.output<typeof Settings>> {
  static readonly className = 'DilatedDepthwiseConv2D';

  constructor(given: tf.serialization.ConfigDict) {
    super(given, Settings);
  }

  protected override channelsAfter(channels: number): number {
    return channels * this.settings.depthMultiplier;
  }

  override build(shapes: Shapes): void {
    const { kernelSize, depthMultiplier, depthwiseRegularizer } = this.settings;
    const channels = firstShape(shapes).at(-1) ?? this.refuse('convolves channels whose number is open');
    this.kernel = this.weight(
      'depthwise_kernel',
      [...pair(kernelSize), channels, depthMultiplier],
      depthwiseRegularizer,
    );
    this.addBias(this.channelsAfter(channels));
    this.built = true;
  }

  override call(given: Given): tf.Tensor {
    return tf.tidy(() => {
      const { strides, padding, dilationRate } = this.settings;
      // TensorFlow.js has no gradient of a dilated depthwise convolution: zeros in the kernel stand for the gaps.
      const kernel = spread(this.kernel!.read(), pair(dilationRate));
      const sums = tf.depthwiseConv2d(only(given) as tf.Tensor4D, kernel, pair(strides), padding);
      return this.finished(sums);
    });
  }
}

/** Puts zeros between the rows and columns of a kernel, which stand for the gaps of a dilated one. */
export function spread(kernel: tf.Tensor, [down, across]: [number, number]): tf.Tensor4D {
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
