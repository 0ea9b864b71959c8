import { z } from 'zod';
import { tf } from '../../../tf';
import { Convolving, pair } from './convolving';
import { ConvolvingLayer } from './convolving-layer';
import { firstShape, only, Regularizer, type Given, type Shapes } from './own-layer';

const Settings = Convolving.extend({
  filters: z.number().int().positive(),
  groups: z.number().int().positive(),
  kernelRegularizer: Regularizer,
});

/** `Conv2D` of groups of channels, each by filters of its own. Registered under a name that no description uses by itself. */
export class GroupedConvolution extends ConvolvingLayer<z.output<typeof Settings>> {
  static readonly className = 'GroupedConv2D';

  constructor(given: tf.serialization.ConfigDict) {
    super(given, Settings);
  }

  protected override channelsAfter(): number {
    return this.settings.filters;
  }

  override build(shapes: Shapes): void {
    const { filters, groups, kernelSize, kernelRegularizer } = this.settings;
    const shape = firstShape(shapes);
    const channels = shape.at(-1) ?? this.refuse('convolves channels whose number is open');
    if (shape.length !== 4 || channels % groups !== 0 || filters % groups !== 0)
      this.refuse(`divides ${channels} channels and ${filters} filters into ${groups} groups`);
    this.kernel = this.weight('kernel', [...pair(kernelSize), channels / groups, filters], kernelRegularizer);
    this.addBias(filters);
    this.built = true;
  }

  override call(given: Given): tf.Tensor {
    return tf.tidy(() => {
      const { groups, strides, padding, dilationRate } = this.settings;
      const parts = tf.split(only(given), groups, 3);
      const kernels = tf.split(this.kernel!.read(), groups, 3);
      const sums = parts.map((part, i) =>
        tf.conv2d(part as tf.Tensor4D, kernels[i] as tf.Tensor4D, pair(strides), padding, 'NHWC', pair(dilationRate)),
      );
      const joined = tf.concat(sums, 3);
      return this.finished(joined);
    });
  }
}

tf.serialization.registerClass(GroupedConvolution);
