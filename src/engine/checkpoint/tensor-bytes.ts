import { storedBytes } from './dtype';
import type { Tensor } from './types';

/** Returns the bytes of a tensor in its shards. */
export function tensorBytes(tensor: Tensor): number {
  const { name, shape, dtype, quantization } = tensor;
  return dtype === 'string'
    ? tensor.data.byteLength
    : storedBytes({ name, shape: [...shape], dtype, ...(quantization ? { quantization } : {}) });
}
