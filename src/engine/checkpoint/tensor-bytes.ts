import { storedBytes } from './dtype';
import type { Tensor } from './types';

/** Returns the bytes of a tensor in its shards. */
export const tensorBytes = ({ name, shape, dtype, data, quantization }: Tensor): number =>
  dtype === 'string'
    ? data.byteLength
    : storedBytes({ name, shape: [...shape], dtype, ...(quantization ? { quantization } : {}) });
