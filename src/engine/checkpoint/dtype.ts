import type { Quantization, WeightEntry } from '../../protocol/checkpoint';
import type { TensorData } from './types';

const VALUE_BYTES = { float32: 4, int32: 4, bool: 1, complex64: 8, uint8: 1, uint16: 2, float16: 2 } as const;

/** Counts the elements of a shape; a scalar has one. Returns infinity where the product is beyond any file. */
export function shapeSize(shape: readonly number[]): number {
  const size = shape.reduce((product, dimension) => product * dimension, 1);
  return Number.isSafeInteger(size) ? size : Infinity;
}

/** Returns the bytes of an entry in its shards; for strings, whose lengths are stored inside, the minimum. */
export function storedBytes(entry: WeightEntry): number {
  const size = shapeSize(entry.shape);
  if (entry.quantization) return size * VALUE_BYTES[entry.quantization.dtype];
  return size * (entry.dtype === 'string' ? 4 : VALUE_BYTES[entry.dtype]);
}

/** Converts the bits of a half-precision number (IEEE 754 binary16). */
export function fromFloat16(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 0x1f;
  const fraction = bits & 0x3ff;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 31) return fraction ? NaN : sign * Infinity;
  return sign * (1024 + fraction) * 2 ** (exponent - 25);
}

/** Returns the bits of the half-precision number nearest to `value`, ties to even; infinity beyond 65,504. */
export function roundToFloat16(value: number): number {
  const sign = value < 0 || Object.is(value, -0) ? 0x8000 : 0;
  const size = Math.abs(value);
  if (Number.isNaN(value)) return 0x7e00;
  // Adding and taking away a power of two leaves as many bits as a half has at this size.
  const exponent = Math.max(-14, size === 0 ? -14 : Math.floor(Math.log2(size)));
  const unit = 2 ** (exponent - 10);
  const steps = size / unit;
  const below = Math.floor(steps);
  const rest = steps - below;
  const rounded = below + (rest > 0.5 || (rest === 0.5 && below % 2 === 1) ? 1 : 0);
  return sign | (toFloat16(Math.min(rounded * unit, 2 ** 16)) ?? 0x7c00);
}

/** Returns the bits of the half-precision number that equals `value`; undefined where there is none. */
export function toFloat16(value: number): number | undefined {
  const sign = value < 0 || Object.is(value, -0) ? 0x8000 : 0;
  const size = Math.abs(value);
  if (Number.isNaN(value)) return undefined;
  if (size === Infinity) return sign | 0x7c00;
  if (size < 2 ** -14) {
    const fraction = size * 2 ** 24;
    return Number.isInteger(fraction) ? sign | fraction : undefined;
  }
  const exponent = Math.floor(Math.log2(size));
  const fraction = size * 2 ** (10 - exponent) - 1024;
  if (exponent > 15 || !Number.isInteger(fraction) || fraction < 0 || fraction > 1023) return undefined;
  return sign | ((exponent + 15) << 10) | fraction;
}

/** Dequantizes stored integers or halves exactly as `decodeWeight` of tfjs-core. `bytes` starts at an even address. */
export function dequantize(bytes: Uint8Array, dtype: WeightEntry['dtype'], quantization: Quantization): TensorData {
  const stored =
    quantization.dtype === 'uint8'
      ? bytes
      : new Uint16Array(bytes.buffer, bytes.byteOffset, Math.floor(bytes.byteLength / 2));
  if (quantization.dtype === 'float16') return Float32Array.from(stored, fromFloat16);
  const { scale = 1, min = 0 } = quantization;
  const values = dtype === 'int32' ? new Int32Array(stored.length) : new Float32Array(stored.length);
  for (let i = 0; i < stored.length; i++) {
    const value = stored[i]! * scale + min;
    values[i] = dtype === 'int32' ? Math.round(value) : value;
  }
  return values;
}
