import * as z from 'zod';
import { Regularizer } from './own-layer';

const Size = z.number().int().positive();

/** One number for each axis that a window moves over; a single one holds for all. */
export const Sizes = z.union([Size, z.array(Size)]).default(1);
export const Padding = z.enum(['valid', 'same']).default('valid');
export const Convolving = z.object({
  kernelSize: Sizes,
  strides: Sizes,
  padding: Padding,
  dilationRate: Sizes,
  dataFormat: z.literal(['channelsLast', 'channels_last']).nullish(),
  activation: z.string().nullish(),
  useBias: z.boolean().default(true),
  biasRegularizer: Regularizer,
});

export const pair = (sizes: number | number[]): [number, number] =>
  typeof sizes === 'number' ? [sizes, sizes] : [sizes[0]!, sizes[1] ?? sizes[0]!];

/** Returns the length of an axis after a window; null where its length is open. */
export function convolved(length: number | null, size: number, stride: number, dilation: number, padding: string) {
  if (length === null) return null;
  const reach = (size - 1) * dilation + 1;
  return padding === 'same' ? Math.ceil(length / stride) : Math.ceil((length - reach + 1) / stride);
}
