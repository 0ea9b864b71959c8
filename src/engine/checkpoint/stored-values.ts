import type { WeightEntry } from '../../protocol/checkpoint';
import { decode } from './decode';
import { shapeSize, storedBytes } from './dtype';
import type { ShardReader } from './shard-reader';
import type { Values } from './values';

/** Number of values of a tensor; a complex number has two. */
export const storedLength = ({ shape, dtype }: WeightEntry): number =>
  shapeSize(shape) * (dtype === 'complex64' ? 2 : 1);

/** Stored bytes of a value; 0 where there is none. */
export const storedWidth = (entry: WeightEntry): number => storedBytes(entry) / Math.max(1, storedLength(entry));

/**
 * The values of a tensor in its shards; strings have no such values, since their lengths are among them.
 * @param offset of its first byte in the joined shards
 */
export function storedValues(reader: ShardReader, entry: WeightEntry, offset: number): Values {
  const length = storedLength(entry);
  const width = storedWidth(entry);
  return {
    length,
    range(start, end, room) {
      const bytes = (end - start) * width;
      const target = room && room.byteLength >= bytes ? room.subarray(0, bytes) : new Uint8Array(bytes);
      reader.read(offset + start * width, target);
      return decode(target, entry);
    },
    ...(entry.dtype === 'float32' && !entry.quantization
      ? { strided: (step: number) => floatsAt(reader, { offset, length, step }) }
      : {}),
  };
}

function* floatsAt(
  reader: ShardReader,
  { offset, length, step }: { readonly offset: number; readonly length: number; readonly step: number },
): Generator<number> {
  const places = Array.from({ length: Math.ceil(length / step) }, (_, i) => offset + 4 * i * step);
  for (const bytes of reader.readEach(places, 4))
    yield new DataView(bytes.buffer, bytes.byteOffset).getFloat32(0, true);
}
