import type { StoredTensor } from './stored-place';
import type { Tensor, TensorData } from './types';

/** The values of a tensor, which need not be in memory together. */
export interface Values {
  /** Number of elements of `data`. */
  readonly length: number;
  /**
   * Returns the values from `start` up to `end`.
   * @param room memory that they may be put in, aligned for any number; they are then valid until it is used again
   */
  range(start: number, end: number, room?: Uint8Array): TensorData;
  /** Reads the first of each `step` values alone, in order, where that is possible. */
  readonly strided?: (step: number) => Iterable<number>;
  /** Their place in shards, where they are as stored there: threads read them there. */
  readonly stored?: StoredTensor;
}

/** Most elements of a piece: 1 MiB of floats, which stay in the cache of a processor. */
export const PIECE = 256 * 1024;

/** Values of tensors that are read when they are asked for. A copy of such a tensor with other fields has none here. */
const elsewhere = new WeakMap<Tensor, Values>();

/** Returns the values of a tensor; those that are not in memory are read range by range. */
export const valuesOf = (tensor: Tensor): Values =>
  elsewhere.get(tensor) ?? { length: tensor.data.length, range: (start, end) => tensor.data.subarray(start, end) };

/** Returns true for a tensor whose values are read when they are asked for. */
export const isElsewhere = (tensor: Tensor): boolean => elsewhere.has(tensor);

/** A tensor of 32-bit floats. */
export type FloatTensor = Tensor & { readonly data: Float32Array };

/** Returns true for a tensor of floats. Values that are elsewhere are not read for that. */
export const isFloat = (tensor: Tensor): tensor is FloatTensor =>
  isElsewhere(tensor) ? tensor.dtype === 'float32' : tensor.data instanceof Float32Array;

/** Goes through the values of a tensor in order. A piece is valid until the next one. */
export function* piecesOf(tensor: Tensor): Generator<TensorData> {
  const values = valuesOf(tensor);
  const room = elsewhere.has(tensor) ? new Uint8Array(4 * Math.min(PIECE, values.length)) : undefined;
  // Values in memory come in one piece: sums of them are the same as ever.
  const size = room ? PIECE : Math.max(1, values.length);
  for (let start = 0; start < values.length; start += size)
    yield values.range(start, Math.min(values.length, start + size), room);
}

/**
 * Goes through the values of two tensors of the same shape in the same pieces. A pair is valid until the next one.
 */
export function* pairsOf(one: Tensor, other: Tensor): Generator<readonly [TensorData, TensorData]> {
  const [a, b] = [valuesOf(one), valuesOf(other)];
  if (a.length !== b.length) throw new Error(`"${one.name}" has another number of values than "${other.name}"`);
  const rooms = [one, other].map((tensor) => (isElsewhere(tensor) ? new Uint8Array(4 * PIECE) : undefined));
  for (let start = 0; start < a.length; start += PIECE) {
    const end = Math.min(a.length, start + PIECE);
    yield [a.range(start, end, rooms[0]), b.range(start, end, rooms[1])];
  }
}

/** Most bytes of values that are kept in memory after they were asked for, beside those of the last tensor. */
const KEPT_BYTES = 64 * 1024 * 1024;

/** Forgets the values of a tensor. The first was read first. */
const kept = new Map<() => void, number>();

function keep(forget: () => void, bytes: number): void {
  kept.set(forget, bytes);
  let held = [...kept.values()].reduce((sum, one) => sum + one, 0);
  for (const [oldest, size] of kept) {
    if (held <= KEPT_BYTES || oldest === forget) break;
    kept.delete(oldest);
    oldest();
    held -= size;
  }
}

/** Makes a tensor whose values are read when they are asked for, and forgotten when others take the memory. */
export function tensorOf(fields: Omit<Tensor, 'data'>, values: Values): Tensor {
  let held: TensorData | undefined;
  const forget = (): void => {
    held = undefined;
  };
  const tensor: Tensor = {
    ...fields,
    // An own property, so that a copy of the tensor has its values.
    get data() {
      if (!held) {
        const read = values.range(0, values.length);
        held = read;
        keep(forget, read.byteLength);
      }
      return held;
    },
  };
  elsewhere.set(tensor, values);
  return tensor;
}

/** Returns all of a tensor but its values, without reading these. */
export function fieldsAlone({ name, shape, dtype, quantization, extra, group, weight }: Tensor): Omit<Tensor, 'data'> {
  return {
    ...{ name, shape, dtype },
    ...(quantization ? { quantization } : {}),
    ...(extra ? { extra } : {}),
    ...(group === undefined ? {} : { group }),
    ...(weight === undefined ? {} : { weight }),
  };
}

/** Returns a tensor with the same values and other fields, without reading its values. */
export function withFields(tensor: Tensor, fields: Partial<Omit<Tensor, 'data'>>): Tensor {
  const values = elsewhere.get(tensor);
  return values ? tensorOf({ ...fieldsAlone(tensor), ...fields }, values) : { ...tensor, ...fields };
}
