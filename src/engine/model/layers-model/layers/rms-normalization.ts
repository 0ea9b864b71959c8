import * as z from 'zod';
import { tf } from '../../../tf';
import { firstShape, fromFront, only, OwnLayer, type Given, type Shapes, type Weight } from './own-layer';

const Settings = z.object({
  axis: z.union([z.number().transform((one) => [one]), z.array(z.number())]).default([-1]),
  epsilon: z.number().positive().default(1e-6),
});

/** Divides by the root mean square along some axes, and scales. */
class RmsNormalization extends OwnLayer<z.output<typeof Settings>> {
  static readonly className = 'RMSNormalization';
  #scale: Weight | undefined;
  #axes: number[] = [];

  constructor(given: tf.serialization.ConfigDict) {
    super(given, Settings);
  }

  override build(shapes: Shapes): void {
    const shape = firstShape(shapes);
    this.#axes = this.settings.axis.map((axis) => fromFront(axis, shape.length));
    const sizes = this.#axes.map((axis) => shape[axis] ?? this.refuse('normalizes an axis whose size is open'));
    this.#scale = this.weight('scale', sizes);
    this.built = true;
  }

  override call(given: Given): tf.Tensor {
    return tf.tidy(() => {
      const x = only(given);
      const along = x.shape.map((size, axis) => (this.#axes.includes(axis) ? size : 1));
      const root = tf.rsqrt(tf.add(tf.mean(tf.square(x), this.#axes, true), this.settings.epsilon));
      return tf.mul(tf.mul(x, root), tf.reshape(this.#scale!.read(), along));
    });
  }
}

tf.serialization.registerClass(RmsNormalization);
