import type { OpOf } from '../op/op';
import { product, UNKNOWN, without, type Infer } from './infer';
import { putTogether, takeApart } from './spatial';

/** Adds zeros at the edges, or crops the edges. */
export const margins: Infer<OpOf<'pad' | 'crop'>> = (op, [shape]) => {
  const input = takeApart(op, shape, op.rank);
  const { kind, margins: added } = op;
  if (!input || !added) return UNKNOWN;
  const axes = input.axes.map((size, i) => (size === null ? null : size + (kind === 'pad' ? added[i]! : -added[i]!)));
  return without(putTogether(op, { ...input, axes }));
};

/** Repeats positions, or interpolates between them. */
export const upsampling: Infer<OpOf<'upsample'>> = (op, [shape]) => {
  const input = takeApart(op, shape, op.rank);
  const { factors } = op;
  if (!input || !factors) return UNKNOWN;
  const axes = input.axes.map((size, i) => (size === null ? null : size * factors[i]!));
  return without(putTogether(op, { ...input, axes }));
};

/** Gives another shape to the same number of values. */
export const reshape: Infer<OpOf<'reshape'>> = ({ target }, [input]) => {
  if (!input || !target) return UNKNOWN;
  const known = product(target.filter((size) => size !== null && size !== -1));
  const all = product(input.slice(1));
  const open = known === null || all === null ? null : all / known;
  return without([input[0] ?? null, ...target.map((size) => (size === null || size === -1 ? open : size))]);
};

/** Reorders axes. */
export const permute: Infer<OpOf<'permute'>> = ({ order }, [input]) => {
  if (!input || order?.length !== input.length - 1) return UNKNOWN;
  return without([input[0] ?? null, ...order.map((axis) => input[axis] ?? null)]);
};

/** Puts all positions in sequence. */
export const flatten: Infer = (_, [input]) => (input ? without([input[0] ?? null, product(input.slice(1))]) : UNKNOWN);

/** Repeats the same vector at every step. */
export const repeat: Infer<OpOf<'repeat'>> = ({ times }, [input]) =>
  input?.length === 2 ? without([input[0] ?? null, times ?? NaN, input[1] ?? null]) : UNKNOWN;

/** Looks up a row of a table for each index. */
export const embedding: Infer<OpOf<'embedding'>> = ({ width }, [input]) =>
  input ? without([...input, width ?? NaN]) : UNKNOWN;
