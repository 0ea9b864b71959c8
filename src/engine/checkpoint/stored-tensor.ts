import * as z from 'zod';
import { WeightEntry, type WeightGroup } from '../../protocol/checkpoint';
import { Shard, ShardReader } from './shard-reader';
import { storedValues } from './stored-values';
import { fieldsOf } from './decode';
import { storedBytes } from './dtype';
import { PIECE, tensorOf } from './values';
import type { Tensor, TensorData } from './types';

/** A tensor by its place in shards, as threads hear of it. */
export const StoredTensor = z.object({ shards: z.array(Shard), entry: WeightEntry, offset: z.number() });
export type StoredTensor = z.infer<typeof StoredTensor>;

/**
 * Reads a stored tensor in pieces, in order; each is valid until the next one.
 * @param advance hears the number of values after each piece
 * @throws UserError where a file has changed
 */
export function* storedPieces(
  { shards, entry, offset }: StoredTensor,
  advance: (values: number) => void,
): Generator<TensorData> {
  const values = storedValues(new ShardReader(shards), entry, offset);
  const room = new Uint8Array(4 * Math.min(PIECE, values.length));
  for (let start = 0; start < values.length; start += PIECE) {
    const end = Math.min(values.length, start + PIECE);
    yield values.range(start, end, room);
    advance(end - start);
  }
}

/** Finds the tensors of a group in its shards, without reading them. No tensor may be of strings. */
export function tensorsIn(
  { weights }: WeightGroup,
  shards: readonly Shard[],
): { readonly tensor: Tensor; readonly stored: StoredTensor }[] {
  const reader = new ShardReader(shards);
  let next = 0;
  return weights.map((entry) => {
    const offset = next;
    next += storedBytes(entry);
    const tensor = tensorOf(fieldsOf(entry), storedValues(reader, entry, offset));
    return { tensor, stored: { shards: [...shards], entry, offset } };
  });
}
