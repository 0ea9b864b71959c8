import type { EvenNormalization } from '../../protocol/normalization';
import { readingRows, type PixelFile } from './pictures/pixel-file';

/** The normalization that gives images mean 0 and standard deviation 1; null where all pixels are the same gray. */
export type Standardization = EvenNormalization | null;

/**
 * Computes mean and standard deviation of x / 255 over the images in `members`, to four decimals, the usual precision.
 * @param size bytes of one image
 */
export function standardization(pixels: Uint8Array | PixelFile, size: number, members: Uint32Array): Standardization {
  const counts = new Float64Array(256);
  readingRows(pixels, size, (row) => {
    for (const member of members) for (const byte of row(member)) counts[byte]!++;
  });
  const total = members.length * size;
  let [sum, squares] = [0, 0];
  counts.forEach((count, x) => {
    sum += (count * x) / 255;
    squares += count * (x / 255) ** 2;
  });
  const mean = sum / total;
  const std = Math.sqrt(Math.max(0, squares / total - mean ** 2));
  const rounded = { mean: Number(mean.toFixed(4)), std: Number(std.toFixed(4)) };
  return rounded.std > 0 ? rounded : null;
}
