import { z } from 'zod';
import { tf } from '../../../tf';
import { firstShape, only, OwnLayer, type Given, type Shapes } from './own-layer';

const Settings = z.object({
  height: z.number().int().positive(),
  width: z.number().int().positive(),
  interpolation: z.string().default('bilinear'),
  cropToAspectRatio: z.boolean().nullish(),
  padToAspectRatio: z.boolean().nullish(),
  dataFormat: z.string().nullish(),
});

/**
 * Resizes images as Keras does, with half-pixel centers. The layer of TensorFlow.js aligns corners, and its output shape
 * leaves the batch out. The interpolation is a product with a matrix for each axis, so that it has an exact gradient.
 */
class Resizing extends OwnLayer<z.output<typeof Settings>> {
  static readonly className = 'Resizing';

  constructor(given: tf.serialization.ConfigDict) {
    super(given, Settings);
    const { interpolation, cropToAspectRatio, padToAspectRatio, dataFormat } = this.settings;
    if (interpolation !== 'bilinear' && interpolation !== 'nearest')
      this.refuse(`resizes with the interpolation "${interpolation}", and only bilinear and nearest can be computed`);
    if (cropToAspectRatio || padToAspectRatio)
      this.refuse('keeps the aspect ratio of images, which cannot be computed');
    if (/first$/i.test(dataFormat ?? '')) this.refuse('resizes images whose channels come first');
  }

  override computeOutputShape(shapes: Shapes): Shapes {
    const shape = firstShape(shapes);
    if (shape.length !== 4) this.refuse(`resizes an input of ${shape.length} axes instead of 4`);
    return [shape[0]!, this.settings.height, this.settings.width, shape[3]!];
  }

  override call(given: Given): tf.Tensor {
    const { height, width } = this.settings;
    return tf.tidy(() => {
      const x = only(given);
      const rows = this.#resized(tf.transpose(x, [0, 2, 3, 1]), height);
      const columns = this.#resized(tf.transpose(rows, [0, 3, 2, 1]), width);
      return tf.transpose(columns, [0, 1, 3, 2]);
    });
  }

  /** Resizes the last axis. */
  #resized(x: tf.Tensor, to: number): tf.Tensor {
    const from = x.shape.at(-1)!;
    const weights = interpolation(from, to, this.settings.interpolation === 'nearest');
    const product = tf.matMul(tf.reshape(x, [-1, from]), tf.tensor2d(weights, [from, to]));
    return tf.reshape(product, [...x.shape.slice(0, -1), to]);
  }
}

/** Returns the weight of each source pixel for each target pixel, `from` x `to`, row-major. */
function interpolation(from: number, to: number, nearest: boolean): Float32Array {
  const weights = new Float32Array(from * to);
  for (let target = 0; target < to; target++) {
    const center = ((target + 0.5) * from) / to;
    if (nearest) {
      weights[Math.min(from - 1, Math.floor(center)) * to + target] = 1;
      continue;
    }
    const left = Math.floor(center - 0.5);
    const share = center - 0.5 - left;
    for (const [pixel, weight] of [
      [left, 1 - share],
      [left + 1, share],
    ] as const)
      weights[Math.min(from - 1, Math.max(0, pixel)) * to + target]! += weight;
  }
  return weights;
}

tf.serialization.registerClass(Resizing);
