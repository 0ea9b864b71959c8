import type { Quantization } from '../../protocol/checkpoint';
import { dequantize, fromFloat16, roundToFloat16 } from './dtype';
import { roundToEven } from './quantize-tensor';

/** Returns a function that rounds a number to the nearest one that a file with this quantization holds. */
export function roundingTo(quantization: Quantization): (value: number) => number {
  if (quantization.dtype === 'float16') return (value) => fromFloat16(roundToFloat16(value));
  const { min = 0, scale = 1 } = quantization;
  const numbers = gridNumbers(quantization);
  const last = numbers.length - 1;
  return (value) => numbers[Math.min(last, Math.max(0, roundToEven((value - min) / scale)))]!;
}

/** Lists all numbers of a grid in ascending order of their places. */
export function gridNumbers(quantization: Quantization): Float32Array {
  const places = { length: quantization.dtype === 'uint8' ? 0x1_00 : 0x1_0000 };
  const place = (_: unknown, i: number): number => i;
  const stored = quantization.dtype === 'uint8' ? Uint8Array.from(places, place) : Uint16Array.from(places, place);
  return Float32Array.from(dequantize(new Uint8Array(stored.buffer), 'float32', quantization));
}
