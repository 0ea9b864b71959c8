import * as z from 'zod';
import { tf } from '../../../tf';
import { Convolving, pair } from './convolving';
import { ConvolvingLayer } from './convolving-layer';
import { spread } from './dilated-depthwise';
import { firstShape, only, Regularizer, type Given, type Shapes } from './own-layer';

const Settings = Convolving.extend({
  filters: z.number().int().positive(),
  groups: z.number().int().positive(),
  kernelRegularizer: Regularizer,
});

/**
 * Groups of few channels are joined up to this number: fewer and larger convolutions are faster, though they multiply by
 * zeros.
 */
const JOINED_CHANNELS = 64;

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
      const x = only(given) as tf.Tensor4D;
      return this.finished(x.shape[3] === this.settings.groups ? this.#ofChannels(x) : this.#ofGroups(x));
    });
  }

  /** Convolves each channel by itself, at once: thousands of convolutions of one channel would take minutes to compile. */
  #ofChannels(x: tf.Tensor4D): tf.Tensor {
    const { filters, groups, strides, padding, dilationRate } = this.settings;
    const kernel = this.kernel!.read();
    const [height, width] = kernel.shape as [number, number];
    // The filters of a channel lie side by side in both kernels.
    const depthwise = tf.reshape(kernel, [height, width, groups, filters / groups]);
    return tf.depthwiseConv2d(x, spread(depthwise, pair(dilationRate)), pair(strides), padding);
  }

  #ofGroups(x: tf.Tensor4D): tf.Tensor {
    const { filters, groups, strides, padding, dilationRate } = this.settings;
    const [inward, outward] = [x.shape[3] / groups, filters / groups];
    const most = Math.max(1, Math.floor(JOINED_CHANNELS / Math.max(inward, outward)));
    const counts = Array.from({ length: Math.ceil(groups / most) }, (_, i) => Math.min(most, groups - i * most));
    const sizes = (each: number) => counts.map((count) => count * each);
    const parts = inParts(x, sizes(inward));
    const kernels = inParts(this.kernel!.read() as tf.Tensor4D, sizes(outward));
    const sums = parts.map((part, i) =>
      tf.conv2d(part, joined(kernels[i]!, counts[i]!), pair(strides), padding, 'NHWC', pair(dilationRate)),
    );
    return sums.length === 1 ? sums[0]! : tf.concat(sums, 3);
  }
}

/** Splits the last axis. TensorFlow.js has no gradient of a split into one part. */
const inParts = (x: tf.Tensor4D, sizes: number[]): tf.Tensor4D[] => (sizes.length === 1 ? [x] : tf.split(x, sizes, 3));

/**
 * Joins the kernels of groups into one of all their channels, with zeros between channels of different groups.
 * @param kernel [height, width, channels of a group, filters], in which the filters of a group lie side by side
 * @returns [height, width, channels, filters]
 */
function joined(kernel: tf.Tensor4D, groups: number): tf.Tensor4D {
  if (groups === 1) return kernel;
  const [height, width, channels, filters] = kernel.shape;
  // Rows that are longer than the matrix by one block put the blocks on its diagonal.
  const rows = tf.reshape(kernel, [height * width * channels, groups, filters / groups]);
  const long = tf.pad(rows, [[0, 0], [0, 0], [0, filters]]); // prettier-ignore
  const flat = tf.reshape(long, [height * width * channels, groups * (filters / groups + filters)]);
  const blocks = tf.slice(flat, [0, 0], [-1, groups * filters]);
  const apart = tf.reshape(blocks, [height * width, channels, groups, filters]);
  return tf.reshape(tf.transpose(apart, [0, 2, 1, 3]), [height, width, groups * channels, filters]);
}

tf.serialization.registerClass(GroupedConvolution);
