import * as z from 'zod';
import { tf } from '../../../tf';
import { firstShape, only, OwnLayer, type Given, type Shapes } from './own-layer';

const Settings = z.object({ dataFormat: z.string().nullish(), keepdims: z.boolean().default(false) });

/** The mean or the largest of all places, for each channel; with `keepdims` the axes of places stay, 1 long. */
abstract class GlobalPooling extends OwnLayer<z.output<typeof Settings>> {
  constructor(
    given: tf.serialization.ConfigDict,
    private readonly rank: number,
    private readonly how: 'mean' | 'max',
  ) {
    super(given, Settings);
  }

  override computeOutputShape(shapes: Shapes): Shapes {
    const shape = firstShape(shapes);
    if (shape.length !== this.rank + 2) this.refuse(`pools ${this.rank} axes of an input of ${shape.length} axes`);
    const axes = this.#axes();
    if (this.settings.keepdims) return shape.map((size, axis) => (axes.includes(axis) ? 1 : size));
    return shape.filter((_, axis) => !axes.includes(axis));
  }

  override call(given: Given, { mask }: { mask?: unknown }): tf.Tensor {
    const { keepdims } = this.settings;
    return tf.tidy(() => {
      const x = only(given);
      const axes = this.#axes();
      if (this.how === 'max') return tf.max(x, axes, keepdims);
      // Only the mean of a series leaves masked steps out.
      if (!(mask instanceof tf.Tensor) || this.rank > 1) return tf.mean(x, axes, keepdims);
      if (axes[0] !== 1) this.refuse('takes masked steps behind the channels');
      const kept = tf.expandDims(tf.cast(mask, 'float32'), 2);
      return tf.div(tf.sum(tf.mul(x, kept), axes, keepdims), tf.sum(kept, axes, keepdims));
    });
  }

  #axes(): number[] {
    const first = /first$/i.test(this.settings.dataFormat ?? '') ? 2 : 1;
    return Array.from({ length: this.rank }, (_, i) => first + i);
  }
}

for (const rank of [1, 2, 3]) {
  tf.serialization.registerClass(
    class extends GlobalPooling {
      static readonly className = `GlobalAveragePooling${rank}D`;
      constructor(given: tf.serialization.ConfigDict) {
        super(given, rank, 'mean');
      }
    },
  );
  tf.serialization.registerClass(
    class extends GlobalPooling {
      static readonly className = `GlobalMaxPooling${rank}D`;
      constructor(given: tf.serialization.ConfigDict) {
        super(given, rank, 'max');
      }
    },
  );
}
