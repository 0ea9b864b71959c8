import type { WeightEntry } from '../../protocol/checkpoint';
import { quantizeExactly } from './requantize';
import type { Tensor } from './types';

/** Encodes a tensor, whose values are read into memory. */
export function encodeTensor(tensor: Tensor): { entry: WeightEntry; bytes: Uint8Array } {
  const { name, shape, dtype, data, group, extra } = tensor;
  const stored = tensor.quantization ? quantizeExactly(data, tensor.quantization) : undefined;
  const entry: WeightEntry = {
    name,
    shape: [...shape],
    dtype,
    ...(stored ? { quantization: stored.quantization } : {}),
    ...(group === undefined ? {} : { group }),
    ...extra,
  };
  const values = stored?.values ?? data;
  return { entry, bytes: new Uint8Array(values.buffer, values.byteOffset, values.byteLength) };
}
