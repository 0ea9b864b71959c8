import { z } from 'zod';
import { numberOf, shapeOf, sizesOf, type Shape } from '../topology-json';
import { product, UNKNOWN, without, type Infer } from './infer';
import { putTogether, takeApart } from './spatial';

const Pairs = z.array(z.tuple([z.number(), z.number()]));

/** What is added to, or with a sign taken from, both ends of each axis: one number, one for each axis, or a pair for each. */
function margins(value: unknown, rank: number): number[] | null {
  const pairs = Pairs.safeParse(value);
  if (pairs.success) return pairs.data.length === rank ? pairs.data.map(([a, b]) => a + b) : null;
  if (rank === 1) {
    const ends = sizesOf(value, 2);
    return Array.isArray(value) && ends ? [ends[0]! + ends[1]!] : (sizesOf(value, 1)?.map((size) => 2 * size) ?? null);
  }
  return sizesOf(value, rank)?.map((size) => 2 * size) ?? null;
}

function margin(rank: number, key: string, sign: number): Infer {
  return ({ config, inputs }) => {
    const input = takeApart(config, inputs[0], rank);
    const added = margins(config[key] ?? 1, rank);
    if (!input || !added) return UNKNOWN;
    const axes = input.axes.map((size, i) => (size === null ? null : size + sign * added[i]!));
    return without(putTogether(config, { ...input, axes }));
  };
}

function upsampling(rank: number): Infer {
  return ({ config, inputs }) => {
    const input = takeApart(config, inputs[0], rank);
    const factors = sizesOf(config['size'] ?? 2, rank);
    if (!input || !factors) return UNKNOWN;
    const axes = input.axes.map((size, i) => (size === null ? null : size * factors[i]!));
    return without(putTogether(config, { ...input, axes }));
  };
}

const reshape: Infer = ({ config, inputs: [input] }) => {
  const target = shapeOf(config['target_shape']);
  if (!input || !target) return UNKNOWN;
  const known = product(target.filter((size) => size !== null && size !== -1));
  const whole = product(input.slice(1));
  const open = known === null || whole === null ? null : whole / known;
  return without([input[0] ?? null, ...target.map((size) => (size === null || size === -1 ? open : size))]);
};

const permute: Infer = ({ config, inputs: [input] }) => {
  const order = sizesOf(config['dims'], (input?.length ?? 1) - 1);
  if (!input || !order) return UNKNOWN;
  return without([input[0] ?? null, ...order.map((axis) => input[axis] ?? null)]);
};

const flatten: Infer = ({ inputs: [input] }) =>
  input ? without([input[0] ?? null, product(input.slice(1))]) : UNKNOWN;

const repeat: Infer = ({ config, inputs: [input] }) =>
  input?.length === 2 ? without([input[0] ?? null, numberOf(config['n'], NaN), input[1] ?? null]) : UNKNOWN;

const embedding: Infer = ({ config, inputs: [input] }) => {
  if (!input) return UNKNOWN;
  const shape: Shape = [...input, numberOf(config['output_dim'], NaN)];
  return without(shape);
};

/** Layers that rearrange, by class name. */
export const reshapings: Record<string, Infer> = {
  Flatten: flatten,
  Reshape: reshape,
  Permute: permute,
  RepeatVector: repeat,
  Embedding: embedding,
  ZeroPadding1D: margin(1, 'padding', 1),
  ZeroPadding2D: margin(2, 'padding', 1),
  ZeroPadding3D: margin(3, 'padding', 1),
  Cropping1D: margin(1, 'cropping', -1),
  Cropping2D: margin(2, 'cropping', -1),
  Cropping3D: margin(3, 'cropping', -1),
  UpSampling1D: upsampling(1),
  UpSampling2D: upsampling(2),
  UpSampling3D: upsampling(3),
};
