import { shapeSize } from './dtype';
import type { Tensor } from './types';
import { fieldsAlone, PIECE, tensorOf, valuesOf, type Values } from './values';

/**
 * Makes a tensor with some of the indices along an axis; its values are read from those of another when they are asked for.
 * @param tensor of floats, whose values are elsewhere
 * @param keep indices, ascending
 */
export function keptAlong(tensor: Tensor, axis: number, keep: readonly number[]): Tensor {
  const values = valuesOf(tensor);
  const inner = shapeSize(tensor.shape.slice(axis + 1));
  const length = tensor.shape[axis]!;
  const row = keep.length * inner;
  const kept: Values = {
    length: shapeSize(tensor.shape.slice(0, axis)) * row,
    range(start, end, room) {
      const target = floatsIn(end - start, room);
      let outer = Math.floor(start / row);
      let place = Math.floor((start - outer * row) / inner);
      let within = start - outer * row - place * inner;
      const source = (): number => (outer * length + keep[place]!) * inner + within;
      const read = new Uint8Array(4 * Math.min(PIECE, values.length));
      for (let at = 0; at < target.length;) {
        const from = source();
        const to = Math.min(values.length, from + PIECE);
        const block = values.range(from, to, read);
        for (let next = from; next < to && at < target.length; next = source()) {
          const count = Math.min(inner - within, to - next, target.length - at);
          if (count === 1) target[at] = block[next - from]!;
          else target.set(block.subarray(next - from, next - from + count), at);
          at += count;
          within += count;
          if (within < inner) continue;
          within = 0;
          if (++place < keep.length) continue;
          place = 0;
          outer++;
        }
      }
      return target;
    },
  };
  const shape = tensor.shape.map((size, i) => (i === axis ? keep.length : size));
  return tensorOf({ ...fieldsAlone(tensor), shape }, kept);
}

/**
 * Makes a tensor in which the values at some indices along an axis are 0, read as above.
 * @param tensor of floats, whose values are elsewhere
 */
export function zeroedAlong(tensor: Tensor, axis: number, zeroed: readonly boolean[]): Tensor {
  const values = valuesOf(tensor);
  const inner = shapeSize(tensor.shape.slice(axis + 1));
  const masked: Values = {
    length: values.length,
    range(start, end, room) {
      // Values that are elsewhere are read into memory of their own.
      const data = values.range(start, end, room);
      for (let at = start; at < end;) {
        const slice = Math.floor(at / inner);
        const next = Math.min(end, (slice + 1) * inner);
        if (zeroed[slice % zeroed.length]) data.fill(0, at - start, next - start);
        at = next;
      }
      return data;
    },
  };
  return tensorOf(fieldsAlone(tensor), masked);
}

const floatsIn = (count: number, room?: Uint8Array): Float32Array =>
  room && room.byteLength >= 4 * count && room.byteOffset % 4 === 0
    ? new Float32Array(room.buffer, room.byteOffset, count)
    : new Float32Array(count);
