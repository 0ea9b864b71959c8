import type { WeightEntry } from '../../protocol/checkpoint';
import { decode } from './decode';
import { shapeSize, storedBytes } from './dtype';
import type { ShardReader } from './shard-reader';
import type { Values } from './values';

/**
 * The values of a tensor in its shards; strings have no such values, since their lengths are among them.
 * @param offset of its first byte in the joined shards
 */
export function storedValues(reader: ShardReader, entry: WeightEntry, offset: number): Values {
  const length = shapeSize(entry.shape) * (entry.dtype === 'complex64' ? 2 : 1);
  const width = length === 0 ? 0 : storedBytes(entry) / length;
  return {
    length,
    range(start, end, room) {
      const bytes = (end - start) * width;
      const target = room && room.byteLength >= bytes ? room.subarray(0, bytes) : new Uint8Array(bytes);
      reader.read(offset + start * width, target);
      return decode(target, entry);
    },
  };
}
