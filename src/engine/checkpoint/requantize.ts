import type { Quantization } from '../../protocol/checkpoint';
import { toFloat16 } from './dtype';
import type { TensorData } from './types';

/** Values as stored integers, with their quantization. */
export interface Quantized {
  readonly values: Uint8Array | Uint16Array;
  readonly quantization: Quantization;
}

/** Largest distance of a value from its grid point, in quantization steps, that counts as rounding. */
const TOLERANCE = 1e-6;

/**
 * Stores a tensor again on the grid that it came from, so that pruning an 8-bit model leaves an 8-bit model. Where the
 * grid misses zeros by rounding alone, `min` moves onto 0.
 * @returns undefined where a value would change, as after fine-tuning
 */
export function quantizeExactly(data: TensorData, quantization: Quantization): Quantized | undefined {
  return quantization.dtype === 'float16' ? toHalves(data, quantization) : toIntegers(data, quantization);
}

function toHalves(data: TensorData, quantization: Quantization): Quantized | undefined {
  const values = new Uint16Array(data.length);
  for (let i = 0; i < data.length; i++) {
    const half = toFloat16(data[i]!);
    if (half === undefined) return undefined;
    values[i] = half;
  }
  return { values, quantization };
}

function toIntegers(data: TensorData, quantization: Quantization): Quantized | undefined {
  const { scale = 1, min = 0 } = quantization;
  const zeroPoint = Math.round(-min / scale);
  const onZero = zeroPoint === 0 ? 0 : -zeroPoint * scale;
  const asItIs = onGrid(data, { ...quantization, scale, min });
  if (asItIs || Math.abs(onZero - min) > TOLERANCE * Math.abs(scale)) return asItIs;
  return onGrid(data, { ...quantization, scale, min: onZero });
}

function onGrid(data: TensorData, quantization: Quantization & { scale: number; min: number }): Quantized | undefined {
  const { scale, min } = quantization;
  const limit = quantization.dtype === 'uint8' ? 0xff : 0xffff;
  const values = quantization.dtype === 'uint8' ? new Uint8Array(data.length) : new Uint16Array(data.length);
  const whole = data instanceof Int32Array;
  const back = whole ? Math.round : Math.fround;
  for (let i = 0; i < data.length; i++) {
    const value = data[i]!;
    const stored = Math.round((value - min) / scale);
    if (!(stored >= 0 && stored <= limit)) return undefined;
    const again = back(stored * scale + min);
    const slack = value === 0 || whole ? 0 : TOLERANCE * Math.abs(scale) + Math.abs(value) * 2 ** -23;
    if (Math.abs(again - value) > slack) return undefined;
    values[i] = stored;
  }
  return { values, quantization };
}
