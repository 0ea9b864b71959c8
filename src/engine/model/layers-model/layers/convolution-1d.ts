import * as z from 'zod';
import { tf } from '../../../tf';
import { activationFunction } from './activation-function';
import { convolved, Convolving } from './convolving';
import { spread } from './dilated-depthwise';
import { firstShape, only, OwnLayer, Regularizer, type Given, type Shapes, type Weight } from './own-layer';

const Settings = Convolving.extend({
  depthMultiplier: z.number().int().positive().default(1),
  depthwiseRegularizer: Regularizer,
});

/** A convolution of each channel of a series by itself, computed as one of images that are 1 high. */
abstract class Depthwise1D<S extends z.output<typeof Settings>> extends OwnLayer<S> {
  #kernel: Weight | undefined;
  #bias: Weight | undefined;
  readonly #activate: (x: tf.Tensor) => tf.Tensor;

  constructor(given: tf.serialization.ConfigDict, schema: z.ZodType<S>) {
    super(given, schema);
    this.#activate = activationFunction(this.settings.activation);
  }

  /** Returns the number of channels of the output. */
  protected abstract width(channels: number): number;

  override build(shapes: Shapes): void {
    const { kernelSize, depthMultiplier, depthwiseRegularizer, useBias, biasRegularizer } = this.settings;
    const channels = firstShape(shapes).at(-1) ?? this.refuse('convolves channels whose number is open');
    this.#kernel = this.weight('depthwise_kernel', [one(kernelSize), channels, depthMultiplier], depthwiseRegularizer);
    this.buildMore(channels * depthMultiplier);
    if (useBias) this.#bias = this.weight('bias', [this.width(channels)], biasRegularizer);
    this.built = true;
  }

  /** Adds weights between the kernel and the bias. */
  protected buildMore(_channels: number): void {}

  override computeOutputShape(shapes: Shapes): Shapes {
    const [batch, length, channels] = firstShape(shapes);
    const { kernelSize, strides, dilationRate, padding } = this.settings;
    const after = convolved(length!, one(kernelSize), one(strides), one(dilationRate), padding);
    return [batch!, after, this.width(channels!)];
  }

  override call(given: Given): tf.Tensor {
    return tf.tidy(() => {
      const { strides, padding, dilationRate } = this.settings;
      const image = tf.expandDims<tf.Tensor4D>(only(given), 1);
      const kernel = spread(tf.expandDims(this.#kernel!.read(), 0), [1, one(dilationRate)]);
      const sums = this.mixed(tf.depthwiseConv2d(image, kernel, one(strides), padding));
      const series = tf.squeeze(sums, [1]);
      return this.#activate(this.#bias ? tf.add(series, this.#bias.read()) : series);
    });
  }

  /** Mixes the channels. */
  protected mixed(x: tf.Tensor4D): tf.Tensor4D {
    return x;
  }
}

const one = (sizes: number | number[]): number => (typeof sizes === 'number' ? sizes : sizes[0]!);

class DepthwiseConv1D extends Depthwise1D<z.output<typeof Settings>> {
  static readonly className = 'DepthwiseConv1D';

  constructor(given: tf.serialization.ConfigDict) {
    super(given, Settings);
  }

  protected override width(channels: number): number {
    return channels * this.settings.depthMultiplier;
  }
}

const Separable = Settings.extend({ filters: z.number().int().positive(), pointwiseRegularizer: Regularizer });

class SeparableConv1D extends Depthwise1D<z.output<typeof Separable>> {
  static readonly className = 'SeparableConv1D';
  #pointwise: Weight | undefined;

  constructor(given: tf.serialization.ConfigDict) {
    super(given, Separable);
  }

  protected override width(): number {
    return this.settings.filters;
  }

  protected override buildMore(channels: number): void {
    const { filters, pointwiseRegularizer } = this.settings;
    this.#pointwise = this.weight('pointwise_kernel', [1, channels, filters], pointwiseRegularizer);
  }

  protected override mixed(x: tf.Tensor4D): tf.Tensor4D {
    return tf.conv2d(x, tf.expandDims<tf.Tensor4D>(this.#pointwise!.read(), 0), 1, 'valid');
  }
}

for (const layer of [DepthwiseConv1D, SeparableConv1D]) tf.serialization.registerClass(layer);
