import { tensorBytes } from '../checkpoint/tensor-bytes';
import type { Tensor } from '../checkpoint/types';
import { entropyBits } from '../entropy';

/** Most values that are counted apart: with more, a table of them saves nothing that counts. */
const MOST_VALUES = 65_536;

/** What the values of a tensor are, and what they take at best. */
export interface Ideal {
  /** Entropy of the places of zeros, and of the other values with the table of them, for the tensor or for each channel; both of zero order. */
  readonly bits: number;
  /** Different values other than 0; undefined where there are more than 65,536. */
  readonly values: number | undefined;
}

const known = new WeakMap<Tensor, Ideal>();

/** Returns the ideal bits of a tensor. Tensors are never changed in place, so each is counted once. */
export function idealOf(tensor: Tensor): Ideal {
  let ideal = known.get(tensor);
  if (!ideal) known.set(tensor, (ideal = compute(tensor)));
  return ideal;
}

function compute(tensor: Tensor): Ideal {
  const { shape, dtype, data } = tensor;
  if (dtype === 'string') return { bits: data.byteLength * 8, values: undefined };
  const width = data.length === 0 ? 0 : (tensorBytes(tensor) * 8) / data.length;
  // Patterns of bits, so that each NaN and both zeros count apart.
  const words = data instanceof Uint8Array ? data : new Int32Array(data.buffer, data.byteOffset, data.length);
  const times = new Map<number, number>();
  let nonzero = 0;
  for (let i = 0; i < words.length; i++) {
    const word = words[i]!;
    if (word === 0) continue;
    nonzero++;
    if (times.size <= MOST_VALUES) times.set(word, (times.get(word) ?? 0) + 1);
  }
  const places = entropyBits([nonzero, words.length - nonzero]);
  const isFew = times.size <= MOST_VALUES;
  const table = isFew ? entropyBits(times.values()) + times.size * width : Infinity;
  const channels = shape.at(-1) ?? 1;
  return {
    bits: places + Math.min(table, nonzero * width, channels > 1 ? byChannel(words, channels, width) : Infinity),
    values: isFew ? times.size : undefined,
  };
}

/** Most values of a channel that are counted apart: those of numbers of 8 bits. */
const MOST_IN_CHANNEL = 256;

/** Bits of the values other than 0 where each place of the last axis has a table of its own; infinite where it has many values. */
function byChannel(words: Int32Array | Uint8Array, channels: number, width: number): number {
  let bits = 0;
  for (let channel = 0; channel < channels; channel++) {
    const times = new Map<number, number>();
    for (let i = channel; i < words.length; i += channels) {
      const word = words[i]!;
      if (word !== 0) times.set(word, (times.get(word) ?? 0) + 1);
      if (times.size > MOST_IN_CHANNEL) return Infinity;
    }
    bits += entropyBits(times.values()) + times.size * width;
  }
  return bits;
}
