import type { TextModel } from '../../../loader/text-model';
import type { RangeEncoder } from './range-encoder';

/** Encodes bytes that `readText` decodes again. */
export function writeText(coder: RangeEncoder, model: TextModel, bytes: Uint8Array): void {
  for (const byte of bytes)
    for (let shift = 7; shift >= 0; shift--) {
      const bit = (byte >> shift) & 1;
      coder.among(model.chance(), 4096, bit);
      model.take(bit);
    }
}
