import type { Split } from '../../protocol/dataset';
import type { Normalization } from '../../protocol/normalization';
import { shuffled, type Random } from './random';

/** A batch ready for a network: `pixels` is count x height x width x channels, normalised; `labels` are class numbers. */
export interface Batch {
  count: number;
  pixels: Float32Array<ArrayBuffer>;
  labels: Uint8Array;
  /** Which images of the dataset they are: numbers that stay the same in any order and split. */
  members: Uint32Array;
}

/** Where a set of images lies: bytes as stored, and which of them belong to the set, in order. */
export interface ImageStore {
  pixels: Uint8Array;
  labels: Uint8Array;
  members: Uint32Array;
  /** Height, width, channels. */
  shape: readonly [number, number, number];
  /** The normalised value of each byte, 256 entries. */
  lookup: Float32Array;
}

/** The images of one split. They stay bytes; only the batch in hand is float32. */
export class Images {
  constructor(
    readonly split: Split,
    private readonly store: ImageStore,
  ) {}

  get length(): number {
    return this.store.members.length;
  }

  /** Height, width, channels of one image. */
  get shape(): readonly [number, number, number] {
    return this.store.shape;
  }

  /** Which images of the dataset they are, in order. */
  get members(): Uint32Array {
    return this.store.members;
  }

  /** The first `count` images, or all if there are fewer. */
  first(count: number): Images {
    return new Images(this.split, { ...this.store, members: this.store.members.subarray(0, count) });
  }

  /** These images of the dataset, by their numbers, in one batch. */
  batchOf(members: Uint32Array): Batch {
    return new Images(this.split, { ...this.store, members }).batch(0, members.length);
  }

  /** The same images in random order. */
  shuffled(random: Random): Images {
    return new Images(this.split, { ...this.store, members: shuffled(this.store.members, random) });
  }

  /** Images `from` up to, not including, `from + count`; fewer at the end. */
  batch(from: number, count: number): Batch {
    const { pixels, labels, members, shape, lookup } = this.store;
    const chosen = members.subarray(from, from + count);
    const size = shape[0] * shape[1] * shape[2];
    const out = {
      count: chosen.length,
      pixels: new Float32Array(chosen.length * size),
      labels: new Uint8Array(chosen.length),
      members: chosen,
    };
    let at = 0;
    for (let i = 0; i < chosen.length; i++) {
      const member = chosen[i]!;
      out.labels[i] = labels[member]!;
      for (let p = member * size, end = p + size; p < end; p++) out.pixels[at++] = lookup[pixels[p]!]!;
    }
    return out;
  }
}

/** Fills a batch up to `size` with blank images: a batch of its own size would need a compiled graph of its own. */
export function padded(batch: Batch, size: number): Batch {
  if (batch.count === size) return batch;
  const pixels = new Float32Array((batch.pixels.length / batch.count) * size);
  pixels.set(batch.pixels);
  return { ...batch, count: size, pixels };
}

/** The normalised float32 of each byte x: (x / 255 - mean) / std. */
export function normalizationTable({ mean, std }: Normalization): Float32Array {
  return Float32Array.from({ length: 256 }, (_, x) => (x / 255 - mean) / std);
}
