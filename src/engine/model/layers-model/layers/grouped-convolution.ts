import { z } from 'zod';
import { tf } from '../../../tf';
import { activationFunction } from './activation-function';
import { Convolving, convolved, pair } from './convolving';
import { firstShape, only, OwnLayer, Regularizer, type Given, type Shapes, type Weight } from './own-layer';

const Settings = Convolving.extend({
  filters: z.number().int().positive(),
  groups: z.number().int().positive(),
  kernelRegularizer: Regularizer,
});

/** `Conv2D` of groups of channels, each by filters of its own. Registered under a name that no description uses by itself. */
export class GroupedConvolution extends OwnLayer<z.output<typeof Settings>> {
  static readonly className = 'GroupedConv2D';
  readonly #activate: (x: tf.Tensor) => tf.Tensor;
  #kernel: Weight | undefined;
  #bias: Weight | undefined;

  constructor(given: tf.serialization.ConfigDict) {
    super(given, Settings);
    this.#activate = activationFunction(this.settings.activation);
  }

  override build(shapes: Shapes): void {
    const { filters, groups, kernelSize, useBias, kernelRegularizer, biasRegularizer } = this.settings;
    const shape = firstShape(shapes);
    const channels = shape.at(-1) ?? this.refuse('convolves channels whose number is open');
    if (shape.length !== 4 || channels % groups !== 0 || filters % groups !== 0)
      this.refuse(`divides ${channels} channels and ${filters} filters into ${groups} groups`);
    this.#kernel = this.weight('kernel', [...pair(kernelSize), channels / groups, filters], kernelRegularizer);
    if (useBias) this.#bias = this.weight('bias', [filters], biasRegularizer);
    this.built = true;
  }

  override computeOutputShape(shapes: Shapes): Shapes {
    const [batch, ...places] = firstShape(shapes);
    const { kernelSize, strides, dilationRate, padding, filters } = this.settings;
    const sides = [0, 1].map((i) =>
      convolved(places[i]!, pair(kernelSize)[i]!, pair(strides)[i]!, pair(dilationRate)[i]!, padding),
    );
    return [batch!, ...sides, filters];
  }

  override call(given: Given): tf.Tensor {
    return tf.tidy(() => {
      const { groups, strides, padding, dilationRate } = this.settings;
      const parts = tf.split(only(given), groups, 3);
      const kernels = tf.split(this.#kernel!.read(), groups, 3);
      const sums = parts.map((part, i) =>
        tf.conv2d(part as tf.Tensor4D, kernels[i] as tf.Tensor4D, pair(strides), padding, 'NHWC', pair(dilationRate)),
      );
      const joined = tf.concat(sums, 3);
      return this.#activate(this.#bias ? tf.add(joined, this.#bias.read()) : joined);
    });
  }
}

tf.serialization.registerClass(GroupedConvolution);
