import { LayerJson, type Config } from '../description/json';
import { damaged } from './damaged';

/** Limit of the sizes of a layer; rows of an embedding may be more. */
const MAX_SIZE = 2 ** 24;
const MAX_ROWS = 2 ** 31 - 1;
/** Limit of the pixels on a side of a resized image. */
const MAX_SIDE = 2 ** 14;
/** Limit of the numbers that encode a token. */
const MAX_TOKENS = 2 ** 18;

type Rule = (size: number) => boolean;
const positive: Rule = (size) => size >= 1 && size <= MAX_SIZE;
const natural: Rule = (size) => size >= 0 && size <= MAX_SIZE;
/** Limit of the axes of a tensor. */
const MAX_AXES = 8;
const axis: Rule = (place) => Math.abs(place) <= MAX_AXES;

/** Settings that are sizes, one or one for each axis, with their ranges. */
const RULES: Readonly<Record<string, Rule>> = {
  ...Object.fromEntries(
    [
      ...['units', 'filters', 'kernel_size', 'strides', 'pool_size', 'dilation_rate', 'depth_multiplier', 'groups'],
      ...['output_dim', 'n', 'size', 'batch_input_shape', 'batch_shape', 'build_input_shape'],
      ...['input_length', 'projection_dim', 'num_heads', 'key_dim', 'value_dim'],
    ].map((key) => [key, positive]),
  ),
  ...Object.fromEntries(['axis', 'axes', 'dims', 'shared_axes'].map((key) => [key, axis])),
  input_dim: (size) => size >= 1 && size <= MAX_ROWS,
  height: (size) => size >= 1 && size <= MAX_SIDE,
  width: (size) => size >= 1 && size <= MAX_SIDE,
  num_tokens: (size) => size >= 1 && size <= MAX_TOKENS,
  target_shape: (size) => size === -1 || natural(size),
  padding: natural,
  output_padding: natural,
  cropping: natural,
};

/**
 * Refuses sizes that no layer can have: units of -1, a stride of 0, half a filter, a window of 2^32.
 * @param name of the layer, for the sentence
 * @throws UserError
 */
export function requireSizes(name: string, type: string, config: Config): void {
  for (const [key, value] of Object.entries(config)) {
    // -1 groups mean one group for each channel.
    if (key === 'groups' && type === 'GroupNormalization') continue;
    const rule = Object.hasOwn(RULES, key) ? RULES[key] : undefined;
    if (!rule) continue;
    const wrong = numbersIn(value).find((size) => !Number.isInteger(size) || !rule(size));
    if (wrong !== undefined) throw damaged(`the layer "${name}" has the size ${wrong} as its ${key}`);
    if (holdsOther(value, OPEN.has(key)) && !(key === 'padding' && typeof value === 'string'))
      throw damaged(`the layer "${name}" has no size as its ${key}`);
  }
  const inside = LayerJson.safeParse(config['layer'] ?? config['cell']).data;
  if (inside?.config && !Array.isArray(inside.config)) requireSizes(name, inside.class_name, inside.config);
}

/** Settings that are shapes: single sizes may be open. Other settings are complete or absent. */
const OPEN: ReadonlySet<string> = new Set(['batch_input_shape', 'batch_shape', 'build_input_shape', 'target_shape']);

/** Tells whether a setting holds anything else than sizes, or open sizes. Does not look into Python tuples. */
const holdsOther = (value: unknown, isOpen: boolean): boolean =>
  Array.isArray(value)
    ? value.some((one) => (one === null && !isOpen) || holdsOther(one, isOpen))
    : typeof value === 'string' || typeof value === 'boolean';

/** Collects numbers; words such as `same`, and open sizes, are not numbers. */
const numbersIn = (value: unknown): number[] =>
  typeof value === 'number' ? [value] : Array.isArray(value) ? value.flatMap(numbersIn) : [];
