import { createHash } from 'node:crypto';
import type { WeightEntry } from '../../protocol/checkpoint';
import { encodeTensor } from './encode-tensor';
import type { Tensor, TensorData } from './types';
import { isElsewhere, valuesOf } from './values';

/** A tensor in the joined bytes. */
interface Part {
  readonly entry: WeightEntry;
  readonly start: number;
  readonly end: number;
  /** Bytes of a value. */
  readonly width: number;
  range(start: number, end: number, room: Uint8Array): TensorData;
}

/** Bytes that are hashed at a time. */
const HASHED = 4 * 1024 * 1024;

/** The joined bytes of tensors, of which only those that are asked for are in memory. */
export class JoinedValues {
  readonly entries: readonly WeightEntry[];
  readonly byteLength: number;
  readonly #parts: readonly Part[];
  #room = new Uint8Array(0);

  constructor(tensors: readonly Tensor[]) {
    let start = 0;
    this.#parts = tensors.map((tensor) => {
      const part = partOf(tensor, start);
      start = part.end;
      return part;
    });
    this.byteLength = start;
    this.entries = this.#parts.map(({ entry }) => entry);
  }

  /** Returns a part of the bytes. */
  read(offset: number, length: number): Uint8Array {
    return this.fill(offset, new Uint8Array(length));
  }

  /** Fills `target` with the bytes from an offset on, and returns it. */
  fill(offset: number, target: Uint8Array): Uint8Array {
    const end = offset + target.byteLength;
    for (const part of this.#parts) {
      const [from, to] = [Math.max(offset, part.start), Math.min(end, part.end)];
      if (from >= to) continue;
      // Whole values are read, of which the first and the last may stick out.
      const first = Math.floor((from - part.start) / part.width);
      const last = Math.ceil((to - part.start) / part.width);
      const skipped = from - part.start - first * part.width;
      const own = target.subarray(from - offset, to - offset);
      const fits = own.byteOffset % 4 === 0 && (last - first) * part.width === own.byteLength;
      const data = part.range(first, last, fits ? own : this.#roomOf(own.byteLength + 8));
      if (data.buffer !== own.buffer || data.byteOffset !== own.byteOffset)
        own.set(new Uint8Array(data.buffer, data.byteOffset + skipped, own.byteLength));
    }
    return target;
  }

  #roomOf(bytes: number): Uint8Array {
    if (this.#room.byteLength < bytes) this.#room = new Uint8Array(bytes);
    return this.#room;
  }

  /** Returns their SHA-256, hex. */
  hash(): string {
    const hash = createHash('sha256');
    const room = new Uint8Array(HASHED);
    for (let offset = 0; offset < this.byteLength; offset += HASHED)
      hash.update(this.fill(offset, room.subarray(0, Math.min(HASHED, this.byteLength - offset))));
    return hash.digest('hex');
  }
}

function partOf(tensor: Tensor, start: number): Part {
  if (isElsewhere(tensor) && !tensor.quantization) {
    const { name, shape, dtype, group, extra } = tensor;
    const entry = { name, shape: [...shape], dtype, ...(group === undefined ? {} : { group }), ...extra };
    const values = valuesOf(tensor);
    const width = dtype === 'bool' ? 1 : 4;
    const range = (from: number, to: number, room: Uint8Array): TensorData => values.range(from, to, room);
    return { entry, start, end: start + values.length * width, width, range };
  }
  // Whether a quantized tensor is still on its grid depends on all its values.
  const { entry, bytes } = encodeTensor(tensor);
  return { entry, start, end: start + bytes.byteLength, width: 1, range: (from, to) => bytes.subarray(from, to) };
}
