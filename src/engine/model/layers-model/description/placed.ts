import type { CallInput } from '../../edges';

/** Arguments that are tensors, in their order, by types that are often called with their names. */
const ORDER: ReadonlyMap<string, readonly string[]> = new Map([['MultiHeadAttention', ['query', 'value', 'key']]]);

/** Returns the inputs of a call; arguments passed by name take their positions where these are known. */
export function inPlaces(type: string, inputs: readonly CallInput[]): readonly CallInput[] {
  const order = ORDER.get(type);
  if (!order) return inputs;
  const placed = inputs
    .map((input, i) => ({ input, place: input.keyword === undefined ? i : order.indexOf(input.keyword) }))
    .toSorted((a, b) => a.place - b.place);
  if (placed.some(({ place }, i) => place !== i)) return inputs;
  return placed.map(({ input: { call, output } }) => ({ call, output }));
}
