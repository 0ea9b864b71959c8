import * as z from 'zod';
import { tf } from '../../../tf';
import { activationFunction } from './activation-function';
import { Padding, Sizes } from './convolving';
import { firstShape, only, OwnLayer, Regularizer, type Given, type Shapes, type Weight } from './own-layer';

const Further = z.number().int().min(0);
const Settings = z.object({
  filters: z.number().int().positive(),
  kernelSize: Sizes,
  strides: Sizes,
  padding: Padding,
  outputPadding: z.union([Further, z.array(Further)]).nullish(),
  dataFormat: z.literal(['channelsLast', 'channels_last']).nullish(),
  activation: z.string().nullish(),
  useBias: z.boolean().default(true),
  kernelRegularizer: Regularizer,
  biasRegularizer: Regularizer,
});

const sizeAt = (sizes: number | number[], axis: number): number =>
  typeof sizes === 'number' ? sizes : (sizes[axis] ?? sizes[0]!);

/** A transposed convolution over one axis or two, whose output may be made longer at its far end. */
abstract class Transposed extends OwnLayer<z.output<typeof Settings>> {
  #kernel: Weight | undefined;
  #bias: Weight | undefined;
  readonly #activate: (x: tf.Tensor) => tf.Tensor;

  constructor(
    given: tf.serialization.ConfigDict,
    private readonly rank: 1 | 2,
  ) {
    super(given, Settings);
    this.#activate = activationFunction(this.settings.activation);
  }

  override build(shapes: Shapes): void {
    const { filters, kernelSize, useBias, kernelRegularizer, biasRegularizer } = this.settings;
    const channels = firstShape(shapes).at(-1) ?? this.refuse('convolves channels whose number is open');
    const window = Array.from({ length: this.rank }, (_, axis) => sizeAt(kernelSize, axis));
    this.#kernel = this.weight('kernel', [...window, filters, channels], kernelRegularizer);
    if (useBias) this.#bias = this.weight('bias', [filters], biasRegularizer);
    this.built = true;
  }

  override computeOutputShape(shapes: Shapes): Shapes {
    const [batch, ...places] = firstShape(shapes);
    return [batch!, ...places.slice(0, -1).map((size, axis) => this.#length(size, axis)), this.settings.filters];
  }

  /** The length of an axis of the output, as Keras computes it; null where that of the input is open. */
  #length(size: number | null, axis: number): number | null {
    if (size === null) return null;
    const { kernelSize, strides, padding, outputPadding } = this.settings;
    const [window, stride] = [sizeAt(kernelSize, axis), sizeAt(strides, axis)];
    if (outputPadding === null || outputPadding === undefined)
      return padding === 'same' ? size * stride : size * stride + Math.max(window - stride, 0);
    const further = sizeAt(outputPadding, axis);
    const cut = padding === 'same' ? 2 * Math.floor(window / 2) : 0;
    return (size - 1) * stride + window - cut + further;
  }

  override call(given: Given): tf.Tensor {
    return tf.tidy(() => {
      const { strides, padding, filters } = this.settings;
      const series = this.rank === 1;
      const x = (series ? tf.expandDims(only(given), 1) : only(given)) as tf.Tensor4D;
      const read = this.#kernel!.read();
      const kernel = (series ? tf.expandDims(read, 0) : read) as tf.Tensor4D;
      const [height, width] = series ? [1, this.#length(x.shape[2], 0)!] : [0, 1].map((axis) => this.#length(x.shape[axis + 1]!, axis)!) as [number, number]; // prettier-ignore
      const steps: [number, number] = series ? [1, sizeAt(strides, 0)] : [sizeAt(strides, 0), sizeAt(strides, 1)];
      const sums = tf.conv2dTranspose(x, kernel, [x.shape[0], height, width, filters], steps, padding);
      const made = series ? tf.squeeze(sums, [1]) : sums;
      return this.#activate(this.#bias ? tf.add(made, this.#bias.read()) : made);
    });
  }
}

class Conv1DTranspose extends Transposed {
  static readonly className = 'Conv1DTranspose';
  constructor(given: tf.serialization.ConfigDict) {
    super(given, 1);
  }
}

/** `Conv2DTranspose` with `output_padding`. Registered under a name that no description uses by itself. */
export class PaddedTransposed extends Transposed {
  static readonly className = 'PaddedConv2DTranspose';
  constructor(given: tf.serialization.ConfigDict) {
    super(given, 2);
  }
}

for (const layer of [Conv1DTranspose, PaddedTransposed]) tf.serialization.registerClass(layer);
