import * as z from 'zod';
import { tf } from '../../../tf';
import { only, OwnLayer, type Given } from './own-layer';

const Settings = z.object({ rate: z.number().min(0).max(1) });

for (const rank of [2, 3])
  tf.serialization.registerClass(
    /** Drops whole channels while a model trains. */
    class extends OwnLayer<z.output<typeof Settings>> {
      static readonly className = `SpatialDropout${rank}D`;

      constructor(given: tf.serialization.ConfigDict) {
        super(given, Settings);
      }

      override call(given: Given, { training }: { training?: boolean }): tf.Tensor {
        const x = only(given);
        const { rate } = this.settings;
        if (!training || rate === 0) return tf.clone(x);
        const each = x.shape.map((size, axis) => (axis === 0 || axis === rank + 1 ? size : 1));
        return tf.tidy(() => (rate === 1 ? tf.zerosLike(x) : tf.mul(x, tf.dropout(tf.ones(each), rate))));
      }
    },
  );
