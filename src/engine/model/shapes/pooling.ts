import type { OpOf } from '../op/op';
import { UNKNOWN, without, type Infer } from './infer';
import { putTogether, slide, takeApart, whole } from './spatial';

/** Pools within a window. */
export const pooling: Infer<OpOf<'pool'>> = (op, [shape]) => {
  const input = takeApart(op, shape, op.rank);
  const window = whole(op.window);
  if (!input || !window) return UNKNOWN;
  return without(putTogether(op, { ...input, axes: slide(input.axes, window) }));
};

/** Pools all positions. */
export const globalPooling: Infer<OpOf<'global-pool'>> = (op, [shape]) => {
  const input = takeApart(op, shape, op.rank);
  if (!input) return UNKNOWN;
  if (!op.keepAxes) return without([input.batch, input.channels]);
  return without(putTogether(op, { ...input, axes: input.axes.map(() => 1) }));
};
