import * as z from 'zod';
import { tf } from '../../../tf';
import { resized } from './interpolation';
import { firstShape, only, OwnLayer, type Given, type Shapes } from './own-layer';

const Factor = z.number().int().positive();
const Settings = z.object({
  size: z.union([Factor, z.array(Factor)]).default(2),
  interpolation: z.enum(['nearest', 'bilinear']).default('nearest'),
  dataFormat: z.string().nullish(),
});

/** Makes each axis of places longer by a whole factor. */
abstract class UpSampling extends OwnLayer<z.output<typeof Settings>> {
  constructor(
    given: tf.serialization.ConfigDict,
    private readonly rank: number,
  ) {
    super(given, Settings);
    if (/first$/i.test(this.settings.dataFormat ?? '')) this.refuse('takes channels that come first');
  }

  protected factors(): number[] {
    const { size } = this.settings;
    return Array.from({ length: this.rank }, (_, i) => (typeof size === 'number' ? size : (size[i] ?? size[0]!)));
  }

  override computeOutputShape(shapes: Shapes): Shapes {
    const shape = firstShape(shapes);
    if (shape.length !== this.rank + 2)
      this.refuse(`takes an input of ${shape.length} axes instead of ${this.rank + 2}`);
    const factors = [1, ...this.factors(), 1];
    return shape.map((size, axis) => (size === null ? null : size * factors[axis]!));
  }

  override call(given: Given): tf.Tensor {
    return tf.tidy(() => this.factors().reduce((x, factor, i) => repeated(x, i + 1, factor), only(given)));
  }
}

/** Repeats each place along an axis. The other axes are joined, since a gradient exists for few axes only. */
function repeated(x: tf.Tensor, axis: number, factor: number): tf.Tensor {
  const before = x.shape.slice(0, axis + 1).reduce((all, size) => all * size, 1);
  const apart = tf.reshape(x, [before, 1, x.size / before]);
  return tf.reshape(tf.tile(apart, [1, factor, 1]), x.shape.map((size, at) => (at === axis ? size * factor : size))); // prettier-ignore
}

for (const rank of [1, 3])
  tf.serialization.registerClass(
    class extends UpSampling {
      static readonly className = `UpSampling${rank}D`;
      constructor(given: tf.serialization.ConfigDict) {
        super(given, rank);
      }
    },
  );

/** `UpSampling2D` between pixels, where TensorFlow.js aligns corners. Registered under a name that no description uses. */
export class BilinearUpSampling extends UpSampling {
  static readonly className = 'BilinearUpSampling2D';

  constructor(given: tf.serialization.ConfigDict) {
    super(given, 2);
  }

  override call(given: Given): tf.Tensor {
    return tf.tidy(() => {
      const x = only(given);
      const [height, width] = this.factors().map((factor, i) => factor * x.shape[i + 1]!) as [number, number];
      return resized(x, height, width, 'bilinear');
    });
  }
}

tf.serialization.registerClass(BilinearUpSampling);
