import type { Quantization } from '../../../protocol/checkpoint';
import { dequantize, fromFloat16, roundToFloat16 } from '../../checkpoint/dtype';
import { roundToEven } from '../../checkpoint/quantize-tensor';
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

/** Returns a function that rounds a number as `storedNumbers` rounds tensors. */
export function roundingTo(quantization: Quantization): (value: number) => number {
  if (quantization.dtype === 'float16') return (value) => fromFloat16(roundToFloat16(value));
  const { min = 0, scale = 1, dtype } = quantization;
  const table = tableOf(quantization);
  return (value) => table[Math.min(MOST[dtype], Math.max(0, roundToEven((value - min) / scale)))]!;
}

const MOST = { uint8: 0xff, uint16: 0xffff } as const;

function onGrid({ dtype, ...rest }: Quantization): StoredNumbers {
  if (dtype === 'float16') throw new Error('halves have no grid');
  const values = tableOf({ dtype, ...rest });
  const table = tf.tensor1d(values);
  const { min = 0, scale = 1 } = rest;
  return {
    round: (x) => {
      const place = tf.clipByValue(tf.round(tf.div(tf.sub(x, min), scale)), 0, MOST[dtype]);
      return tf.gather(table, tf.cast(place, 'int32'));
    },
    least: Math.min(values[0]!, values[MOST[dtype]]!),
    most: Math.max(values[0]!, values[MOST[dtype]]!),
    dispose: () => table.dispose(),
  };
}

/** Lists all numbers of a grid in ascending order of their places. */
function tableOf(quantization: Quantization): Float32Array {
  const places = { length: quantization.dtype === 'uint8' ? 0x1_00 : 0x1_0000 };
  const place = (_: unknown, i: number): number => i;
  const stored = quantization.dtype === 'uint8' ? Uint8Array.from(places, place) : Uint16Array.from(places, place);
  return Float32Array.from(dequantize(new Uint8Array(stored.buffer), 'float32', quantization));
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
