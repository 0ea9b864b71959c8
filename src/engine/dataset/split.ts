import { Random, shuffled } from './random';

/**
 * Which training images are trained on, in ascending order, and which are held out, in the order in which they were drawn:
 * the first few of these are a fair sample even of a file that is sorted by class.
 */
export interface HoldOut {
  train: Uint32Array;
  validation: Uint32Array;
}

/** One image in twelve: 5,000 of 60,000. */
export const defaultHoldOut = (count: number): number => Math.max(1, Math.round(count / 12));

/** Draws `validationImages` of `count` images by `seed`. The caller has checked that some remain. */
export function holdOut(count: number, validationImages: number, seed: number): HoldOut {
  const all = Uint32Array.from({ length: count }, (_, i) => i);
  const order = shuffled(all, new Random(seed, 0x5b117));
  return { validation: order.slice(0, validationImages), train: order.slice(validationImages).sort() };
}
