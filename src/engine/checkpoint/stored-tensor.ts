import type { WeightGroup } from '../../protocol/checkpoint';
import { ShardReader } from './shard-reader';
import type { Shard, StoredPart, StoredTensor } from './stored-place';
import { storedLength, storedValues } from './stored-values';
import { fieldsOf } from './decode';
import { storedBytes } from './dtype';
import { PIECE, tensorOf } from './values';
import type { Tensor, TensorData } from './types';

/** Values of a part: 32 MiB of floats, so that threads end at about the same time. */
const PART = 32 * PIECE;

/** Divides tensors into parts, in order, and groups these so that each group has about as many values as one large part. */
export function inParts(tensors: readonly StoredTensor[]): StoredPart[][] {
  const groups: StoredPart[][] = [];
  let room = 0;
  for (const tensor of tensors) {
    const length = storedLength(tensor.entry);
    // An empty tensor has one part.
    for (let start = 0; start === 0 || start < length; start += PART) {
      const part = { tensor, start, end: Math.min(length, start + PART) };
      if (room < part.end - start || groups.length === 0) {
        groups.push([]);
        room = PART;
      }
      groups.at(-1)!.push(part);
      room -= part.end - start;
    }
  }
  return groups;
}

/**
 * Reads a part of a stored tensor in pieces, in order; each is valid until the next one.
 * @param advance hears the number of values after each piece
 * @throws UserError where a file has changed
 */
export function* storedPieces(
  { tensor: { shards, entry, offset }, start, end }: StoredPart,
  advance: (values: number) => void,
): Generator<TensorData> {
  const values = storedValues(new ShardReader(shards), entry, offset);
  const room = new Uint8Array(4 * Math.min(PIECE, end - start));
  for (let from = start; from < end; from += PIECE) {
    const to = Math.min(end, from + PIECE);
    yield values.range(from, to, room);
    advance(to - from);
  }
}

/** Finds the tensors of a group in its shards, without reading them. No tensor may be of strings. */
export function tensorsIn(
  { weights }: WeightGroup,
  shards: readonly Shard[],
): { readonly tensor: Tensor; readonly stored: StoredTensor }[] {
  const reader = new ShardReader(shards);
  const own = [...shards];
  let next = 0;
  return weights.map((entry) => {
    const offset = next;
    next += storedBytes(entry);
    const stored = { shards: own, entry, offset };
    return { tensor: tensorOf(fieldsOf(entry), { ...storedValues(reader, entry, offset), stored }), stored };
  });
}
