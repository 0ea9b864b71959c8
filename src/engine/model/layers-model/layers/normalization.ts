import * as z from 'zod';
import { tf } from '../../../tf';
import { layers as tfLayers } from '../tfjs-layers';
import { firstShape, fromFront, only, OwnLayer, type Given, type Shapes, type Weight } from './own-layer';

/** Flattens nested lists of numbers. */
const Numbers = z.unknown().transform((value, context): number[] | null => {
  if (value === null || value === undefined) return null;
  const read = z.array(z.number()).safeParse([value].flat(Infinity));
  if (read.success) return read.data;
  context.addIssue('no numbers');
  return z.NEVER;
});
const Settings = z.object({
  axis: z
    .union([z.number().transform((one) => [one]), z.array(z.number())])
    .nullish()
    .transform((axes) => axes ?? []),
  mean: Numbers,
  variance: Numbers,
  invert: z.boolean().default(false),
});

/** The smallest divisor, as in Keras. */
const LEAST_DEVIATION = 1e-7;

/** Subtracts the mean of data and divides by their deviation; the reverse with `invert`. */
class Normalization extends OwnLayer<z.output<typeof Settings>> {
  static readonly className = 'Normalization';
  override supportsMasking = true;
  #statistics: readonly [mean: Weight, variance: Weight] | undefined;
  /** Sizes of the axes that have statistics of their own, 1 for the others. */
  #broadcast: number[] = [];

  constructor(given: tf.serialization.ConfigDict) {
    super(given, Settings);
  }

  override build(shapes: Shapes): void {
    const shape = firstShape(shapes);
    const kept = this.settings.axis.map((axis) => fromFront(axis, shape.length));
    const sizes = kept.map((axis) => shape[axis] ?? this.refuse('normalizes an axis whose size is open'));
    this.#broadcast = shape.map((size, axis) => (kept.includes(axis) ? size! : 1));
    const { mean, variance } = this.settings;
    if (mean === null || variance === null) {
      this.#statistics = [
        this.weight('mean', sizes, undefined, false),
        this.weight('variance', sizes, undefined, false),
      ];
      this.addWeight('count', [], 'int32', tfLayers.initializers.zeros(), undefined, false);
    } else {
      const size = sizes.reduce((all, one) => all * one, 1);
      for (const one of [mean, variance])
        if (one.length !== 1 && one.length !== size)
          this.refuse(`has ${one.length} means or variances for ${size} channels`);
    }
    this.built = true;
  }

  override call(given: Given): tf.Tensor {
    return tf.tidy(() => {
      const [mean, variance] = this.#read();
      const deviation = tf.maximum(tf.sqrt(variance), LEAST_DEVIATION);
      const x = tf.cast(only(given), 'float32');
      return this.settings.invert ? tf.add(mean, tf.mul(x, deviation)) : tf.div(tf.sub(x, mean), deviation);
    });
  }

  #read(): [tf.Tensor, tf.Tensor] {
    const { mean, variance } = this.settings;
    const broadcast = (values: readonly number[]) =>
      values.length === 1 ? tf.scalar(values[0]!) : tf.tensor([...values], this.#broadcast);
    if (!this.#statistics) return [broadcast(mean!), broadcast(variance!)];
    const [stored, deviating] = this.#statistics;
    return [tf.reshape(stored.read(), this.#broadcast), tf.reshape(deviating.read(), this.#broadcast)];
  }
}

tf.serialization.registerClass(Normalization);
