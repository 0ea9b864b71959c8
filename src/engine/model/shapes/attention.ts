import { einsumOf } from '../op/einsum';
import type { OpOf } from '../op/op';
import type { Shape } from '../shape';
import { product, UNKNOWN, type Infer } from './infer';

/** Queries by values: a product of queries and keys, and one of shares and values. */
export const attention: Infer<OpOf<'attention'>> = (_, [query, value, key = value]) => {
  if (!query || !value || !key) return UNKNOWN;
  const pairs = product([placesOf(query), placesOf(key)]);
  const [length, made] = [query.at(-1) ?? null, value.at(-1) ?? null];
  return { shape: [...query.slice(0, -1), made], macs: product([pairs, sum(length, made)]) };
};

/** The same for each head, and four products with kernels. */
export const multiHeadAttention: Infer<OpOf<'multi-head-attention'>> = (op, [query, value, key = value]) => {
  if (!query || !value || !key) return UNKNOWN;
  const { heads, keySize, valueSize } = op;
  const [queries, keys] = [placesOf(query), placesOf(key)];
  const output: Shape = op.output ? [...op.output] : [query.at(-1) ?? null];
  const macs = [
    product([queries, query.at(-1) ?? null, heads, keySize]),
    product([keys, key.at(-1) ?? null, heads, keySize]),
    product([keys, value.at(-1) ?? null, heads, valueSize]),
    product([queries, keys, heads, sum(keySize, valueSize)]),
    product([queries, heads, valueSize, ...output]),
  ];
  return { shape: [...query.slice(0, -1), ...output], macs: macs.reduce(sum) };
};

/** A product with a kernel along any axes. */
export const einsum: Infer<OpOf<'einsum'>> = (op, [input]) => {
  const read = input && einsumOf(op, input);
  return read ? { shape: read.output, macs: read.macs } : UNKNOWN;
};

/** Counts the vectors of one example. */
const placesOf = (shape: Shape): number | null => product(shape.slice(1, -1));

const sum = (a: number | null, b: number | null): number | null => (a === null || b === null ? null : a + b);
