import { tensorBytes } from '../checkpoint/tensor-bytes';
import { countsOf } from '../checkpoint/survey';
import type { Tensor, TensorData } from '../checkpoint/types';
import { isElsewhere, piecesOf, valuesOf } from '../checkpoint/values';
import { entropyBits } from '../entropy';
import { hasMany, hasMoreWords } from '../train/constraints/many-values';

/** Most values that are counted apart: with more, a table of them saves nothing that counts. */
const MOST_VALUES = 65_536;

/** The kinds of values in a tensor, and the bits that they take at best. */
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
  const { shape, dtype } = tensor;
  if (dtype === 'string') return { bits: tensor.data.byteLength * 8, values: undefined };
  const { length } = valuesOf(tensor);
  const width = length === 0 ? 0 : (tensorBytes(tensor) * 8) / length;
  const { nonzero, times } = timesOf(tensor);
  const places = entropyBits([nonzero, length - nonzero]);
  const table = times ? entropyBits(times.values()) + times.size * width : Infinity;
  const channels = shape.at(-1) ?? 1;
  const hasTables = channels > 1 && !(isElsewhere(tensor) && hasMany(tensor, { count: channels, inner: 1 }));
  return {
    bits:
      places +
      Math.min(table, nonzero * width, hasTables ? byChannel(wordsOf(tensor.data), channels, width) : Infinity),
    values: times?.size,
  };
}

/** Patterns of bits, so that each NaN and both zeros count apart. */
const wordsOf = (data: TensorData): Int32Array | Uint8Array =>
  data instanceof Uint8Array ? data : new Int32Array(data.buffer, data.byteOffset, data.length);

/** Counts how often each pattern but that of 0 occurs; undefined where there are more than can be counted apart. */
function timesOf(tensor: Tensor): { nonzero: number; times: ReadonlyMap<number, number> | undefined } {
  const times = new Map<number, number>();
  if (isElsewhere(tensor) && tensor.dtype === 'float32' && hasMoreWords(tensor, MOST_VALUES)) {
    const { nonzero, negativeZeros } = countsOf(tensor);
    return { nonzero: nonzero + negativeZeros, times: undefined };
  }
  let nonzero = 0;
  for (const piece of piecesOf(tensor)) {
    const words = wordsOf(piece);
    for (let i = 0; i < words.length; i++) {
      const word = words[i]!;
      if (word === 0) continue;
      nonzero++;
      if (times.size <= MOST_VALUES) times.set(word, (times.get(word) ?? 0) + 1);
    }
  }
  return { nonzero, times: times.size > MOST_VALUES ? undefined : times };
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
