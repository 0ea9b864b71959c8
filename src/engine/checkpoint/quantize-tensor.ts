import type { Quantization } from '../../protocol/checkpoint';
import type { StoredType } from '../../protocol/steps/quantize';
import { fromFloat16, roundToFloat16 } from './dtype';
import type { Tensor } from './types';

const MOST = { uint8: 0xff, uint16: 0xffff } as const;

/**
 * Quantizes a tensor of float32: returns it with the values that its files will hold. The grid of uint8 and uint16 runs from
 * the smallest value to the largest, moved so that 0 is on it where it lies between, as `quantize_weights` of the
 * tensorflowjs converter computes it.
 * @returns undefined where a value is beyond the range of float16, or not a number
 */
export function quantizeTensor(tensor: Tensor, dtype: StoredType): Tensor | undefined {
  const { data } = tensor;
  if (!(data instanceof Float32Array) || !data.every(Number.isFinite)) return undefined;
  if (dtype === 'float16') {
    const halves = data.map((value) => fromFloat16(roundToFloat16(value)));
    const quantization: Quantization = { dtype, original_dtype: 'float32' };
    return halves.every(Number.isFinite) ? { ...tensor, data: halves, quantization } : undefined;
  }
  const { min, scale } = gridOf(data, MOST[dtype]);
  const place = (value: number): number => Math.min(MOST[dtype], Math.max(0, roundToEven((value - min) / scale)));
  const values = data.map((value) => place(value) * scale + min);
  return { ...tensor, data: values, quantization: { dtype, min, scale, original_dtype: 'float32' } };
}

/** Finds the lowest value and the step of a grid with so many steps. */
function gridOf(data: Float32Array, steps: number): { min: number; scale: number } {
  let [least, most] = [Infinity, -Infinity];
  for (const value of data) {
    if (value < least) least = value;
    if (value > most) most = value;
  }
  if (data.length === 0) return { min: 0, scale: 1 };
  if (least === most) return { min: least, scale: 1 };
  const scale = (most - least) / steps;
  if (least > 0 || most < 0) return { min: least, scale };
  const zeroPoint = roundToEven((0 - least) / scale);
  return { min: zeroPoint === 0 ? 0 : -zeroPoint * scale, scale };
}

/** Rounds to the nearest whole number, and halves to the even one, as NumPy does. */
export function roundToEven(value: number): number {
  const nearest = Math.round(value);
  return Math.abs(value - Math.trunc(value)) === 0.5 ? 2 * Math.round(value / 2) : nearest;
}
