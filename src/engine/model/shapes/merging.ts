import type { OpOf } from '../op/op';
import type { Shape } from '../shape';
import { product, UNKNOWN, without, type Infer } from './infer';

/** Broadcasts shapes as numpy does; missing axes are added after the batch. */
function broadcast(shapes: readonly Shape[]): Shape {
  const rank = shapes.reduce((most, shape) => Math.max(most, shape.length), 0);
  const padded = shapes.map(([batch = null, ...rest]): Shape => [
    batch,
    ...Array.from({ length: rank - 1 - rest.length }, () => 1),
    ...rest,
  ]);
  return Array.from({ length: rank }, (_, axis) => {
    const sizes = padded.map((shape) => shape[axis] ?? null);
    const wide = sizes.filter((size) => size !== 1);
    return wide.length === 0 ? 1 : wide.includes(null) ? null : wide[0]!;
  });
}

/** Joins element by element. */
export const elementwise: Infer = (_, inputs) => (inputs.length ? without(broadcast(inputs)) : UNKNOWN);

/** Joins along an axis. */
export const concatenate: Infer<OpOf<'concat'>> = ({ axis }, inputs) => {
  const [first] = inputs;
  if (!first || axis === null) return UNKNOWN;
  const at = axis < 0 ? first.length + axis : axis;
  const joined = inputs.reduce<number | null>((sum, shape) => {
    const size = shape[at] ?? null;
    return sum === null || size === null ? null : sum + size;
  }, 0);
  return without(first.map((size, i) => (i === at ? joined : size)));
};

/** Multiplies two inputs along one axis of each. */
export const dot: Infer<OpOf<'dot'>> = ({ axes }, [a, b]) => {
  if (!a || !b || !axes) return UNKNOWN;
  const at = [a, b].map((shape, i) => (axes[i]! < 0 ? shape.length + axes[i]! : axes[i]!));
  const left = a.filter((_, i) => i !== at[0]);
  const right = b.filter((_, i) => i !== at[1] && i !== 0);
  const shape = [...left, ...right];
  const made = shape.length === 1 ? [...shape, 1] : shape;
  return { shape: made, macs: product([...made.slice(1), a[at[0]!] ?? null]) };
};
