import type { Split } from '../../protocol/dataset';
import type { Normalization } from '../../protocol/normalization';
import { changeImage, type Change } from './change';
import { shuffled, type Random } from './random';

/** A batch ready for a network: `values` is count x the shape of one example, row-major; `labels` are class numbers. */
export interface Batch {
  count: number;
  values: Float32Array<ArrayBuffer>;
  labels: Int32Array;
  /** Numbers of the examples in the dataset; they are the same in any order and split. */
  members: Uint32Array;
  /** How each of them was changed, where they were. */
  changes?: readonly Change[];
}

/** The stored values, and the examples that belong to the set, in order. */
export interface ExampleStore {
  /** All examples, row-major: bytes of pixels, or numbers. */
  values: Uint8Array | Float32Array;
  labels: Int32Array;
  members: Uint32Array;
  /** Shape of one example: height, width and channels of an image, or the number of features. */
  shape: readonly number[];
  /** The value of each byte, 256 entries; null for numbers, which enter unchanged. */
  lookup: Float32Array | null;
}

/** The examples of one split. They stay as stored; only the batch in hand is float32. */
export class Examples {
  constructor(
    readonly split: Split,
    private readonly store: ExampleStore,
  ) {}

  get length(): number {
    return this.store.members.length;
  }

  /** The shape of one example. */
  get shape(): readonly number[] {
    return this.store.shape;
  }

  /** Numbers of the examples in the dataset, in order. */
  get members(): Uint32Array {
    return this.store.members;
  }

  /** The first `count` examples, or all if there are fewer. */
  first(count: number): Examples {
    return new Examples(this.split, { ...this.store, members: this.store.members.subarray(0, count) });
  }

  /** These examples of the dataset, by their numbers, in one batch. */
  batchOf(members: Uint32Array): Batch {
    return new Examples(this.split, { ...this.store, members }).batch(0, members.length);
  }

  /** The same examples in random order. */
  shuffled(random: Random): Examples {
    return new Examples(this.split, { ...this.store, members: shuffled(this.store.members, random) });
  }

  /**
   * A batch of these examples, each of them changed; the batch that is given is used up.
   * @throws Error where the examples are no images of pixels
   */
  changed(batch: Batch, changes: readonly Change[]): Batch {
    const { lookup, shape } = this.store;
    const [height, width, channels] = shape;
    if (!lookup || height === undefined || width === undefined || channels === undefined || shape.length !== 3)
      throw new Error('examples that are no images were to be changed');
    const form = { shape: [height, width, channels], black: lookup[0]!, white: lookup[255]! } as const;
    const size = numbersIn(shape);
    for (const [i, change] of changes.entries())
      changeImage(batch.values.subarray(i * size, (i + 1) * size), form, change);
    return { ...batch, changes };
  }

  /** Examples `from` up to, not including, `from + count`; fewer at the end. */
  batch(from: number, count: number): Batch {
    const { values, labels, members, shape, lookup } = this.store;
    const chosen = members.subarray(from, from + count);
    const size = numbersIn(shape);
    const out = {
      count: chosen.length,
      values: new Float32Array(chosen.length * size),
      labels: new Int32Array(chosen.length),
      members: chosen,
    };
    for (let i = 0; i < chosen.length; i++) {
      const member = chosen[i]!;
      out.labels[i] = labels[member]!;
      let at = i * size;
      if (lookup) for (let p = member * size, end = p + size; p < end; p++) out.values[at++] = lookup[values[p]!]!;
      else out.values.set(values.subarray(member * size, (member + 1) * size), at);
    }
    return out;
  }
}

/** Counts the numbers of an example of this shape. */
export const numbersIn = (shape: readonly number[]): number => shape.reduce((product, size) => product * size, 1);

/** Fills a batch up to `size` with blank examples: a batch of its own size would need a compiled graph of its own. */
export function padded(batch: Batch, size: number): Batch {
  if (batch.count === size) return batch;
  const values = new Float32Array((batch.values.length / batch.count) * size);
  values.set(batch.values);
  return { ...batch, count: size, values };
}

/** The normalised float32 of each byte x: (x / 255 - mean) / std. */
export function normalizationTable({ mean, std }: Normalization): Float32Array {
  return Float32Array.from({ length: 256 }, (_, x) => (x / 255 - mean) / std);
}
