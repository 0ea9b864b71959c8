import type { Quantization } from '../../../protocol/checkpoint';
import { gridNumbers } from '../../checkpoint/stored-rounding';
import { tf } from '../../tf';

/** Rounds values to the numbers in which they are stored; within a tidy. */
export interface StoredNumbers {
  round(values: tf.Tensor): tf.Tensor;
  /** The smallest and the largest number. */
  readonly least: number;
  readonly most: number;
  dispose(): void;
}

/** Makes the rounding to stored numbers. The results are bit for bit the values that a file with them holds. */
export function storedNumbers(quantization: Quantization): StoredNumbers {
  return quantization.dtype === 'float16' ? halves() : onGrid(quantization);
}

function onGrid({ dtype, ...rest }: Quantization): StoredNumbers {
  if (dtype === 'float16') throw new Error('halves have no grid');
  const values = gridNumbers({ dtype, ...rest });
  const last = values.length - 1;
  const table = tf.tensor1d(values);
  const { min = 0, scale = 1 } = rest;
  return {
    round: (x) => {
      const place = tf.clipByValue(tf.round(tf.div(tf.sub(x, min), scale)), 0, last);
      return tf.gather(table, tf.cast(place, 'int32'));
    },
    least: Math.min(values[0]!, values[last]!),
    most: Math.max(values[0]!, values[last]!),
    dispose: () => table.dispose(),
  };
}

/** The largest number of half precision, its smallest normal one, and its step below that. */
const LARGEST_HALF = 65_504;
const SMALLEST_NORMAL = 2 ** -14;
const SUBNORMAL_STEP = 2 ** -24;
/** A product with this factor splits a float32 after 11 bits (Dekker 1971). */
const SPLITTER = 2 ** 13 + 1;

const halves = (): StoredNumbers => ({
  round: (x) => {
    const product = tf.mul(x, SPLITTER);
    const normal = tf.sub(product, tf.sub(product, x));
    const subnormal = tf.mul(tf.round(tf.div(x, SUBNORMAL_STEP)), SUBNORMAL_STEP);
    return tf.where(tf.less(tf.abs(x), SMALLEST_NORMAL), subnormal, normal);
  },
  least: -LARGEST_HALF,
  most: LARGEST_HALF,
  dispose: () => undefined,
});
