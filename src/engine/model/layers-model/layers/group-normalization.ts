import * as z from 'zod';
import { tf } from '../../../tf';
import { firstShape, fromFront, only, OwnLayer, Regularizer, type Given, type Shapes, type Weight } from './own-layer';

const Settings = z.object({
  groups: z.number().int().default(32),
  axis: z.number().int().default(-1),
  epsilon: z.number().default(1e-3),
  center: z.boolean().default(true),
  scale: z.boolean().default(true),
  gammaRegularizer: Regularizer,
  betaRegularizer: Regularizer,
});

/** Normalizes groups of channels of each example by their own mean and variance. */
class GroupNormalization extends OwnLayer<z.output<typeof Settings>> {
  static readonly className = 'GroupNormalization';
  override supportsMasking = true;
  #gamma: Weight | undefined;
  #beta: Weight | undefined;
  #axis = 0;
  #groups = 1;

  constructor(given: tf.serialization.ConfigDict) {
    super(given, Settings);
  }

  override build(shapes: Shapes): void {
    const shape = firstShape(shapes);
    const { axis, groups, scale, center, gammaRegularizer, betaRegularizer } = this.settings;
    this.#axis = fromFront(axis, shape.length);
    const size = shape[this.#axis] ?? this.refuse('needs a known number of channels');
    this.#groups = groups === -1 ? size : groups;
    if (this.#groups < 1 || size % this.#groups !== 0) this.refuse(`divides ${size} channels into ${groups} groups`);
    if (scale) this.#gamma = this.weight('gamma', [size], gammaRegularizer);
    if (center) this.#beta = this.weight('beta', [size], betaRegularizer);
    this.built = true;
  }

  override call(given: Given): tf.Tensor {
    return tf.tidy(() => {
      const x = only(given);
      const axis = this.#axis;
      const grouped = [...x.shape];
      grouped.splice(axis, 1, this.#groups, x.shape[axis]! / this.#groups);
      const split = tf.reshape(x, grouped);
      const others = [...grouped.keys()].filter((one) => one !== 0 && one !== axis);
      const mean = tf.mean(split, others, true);
      const apart = tf.sub(split, mean);
      const variance = tf.mean(tf.square(apart), others, true);
      const normal = tf.div(apart, tf.sqrt(tf.add(variance, this.settings.epsilon)));
      let result = tf.reshape(normal, x.shape);
      const broadcast = x.shape.map((size, one) => (one === axis ? size : 1));
      if (this.#gamma) result = tf.mul(result, tf.reshape(this.#gamma.read(), broadcast));
      if (this.#beta) result = tf.add(result, tf.reshape(this.#beta.read(), broadcast));
      return result;
    });
  }
}

tf.serialization.registerClass(GroupNormalization);
