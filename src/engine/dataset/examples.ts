import type { Split } from '../../protocol/dataset';
import { ofChannel, type Normalization } from '../../protocol/normalization';
import { changeImage, type Change } from './change';
import { numbersIn } from './numbers-in';
import { PixelFile, readingRows } from './pictures/pixel-file';
import { shuffled, type Random } from './random';
import type { NumericTargets, Target } from './sources/source';
import { copyNumbers, numbersOf, rowsOf, type Targets } from './targets';

/** Values of a byte. */
const BYTES = 256;

/** A batch ready for a network: `values` is count x the shape of one example, row-major. */
export interface Batch {
  count: number;
  values: Float32Array<ArrayBuffer>;
  /** Class numbers; empty where the targets are no classes. */
  labels: Int32Array;
  /** Targets that are numbers, as stored, count x their shape; empty where they are none. */
  numbers: Float32Array;
  /** The arrays of the data by their names, as stored, count x their shapes. */
  named: ReadonlyMap<string, Float32Array>;
  /** Numbers of the examples in the dataset; they are the same in any order and split. */
  members: Uint32Array;
  /** Change of each example, in an augmented batch. */
  changes?: readonly Change[];
}

/** The stored values, and the examples that belong to the set, in order. */
export interface ExampleStore {
  /** All examples, row-major: bytes of pixels, or numbers. */
  values: Uint8Array | Float32Array | PixelFile;
  target: Target;
  members: Uint32Array;
  /** Shape of one example: height, width and channels of an image, or the number of features. */
  shape: readonly number[];
  /** The value of each byte in each channel, 256 entries for one; null for numbers, which enter unchanged. */
  lookup: Float32Array | null;
  targets: Targets;
  /** Other arrays of the data by their names. */
  named?: ReadonlyMap<string, NumericTargets> | undefined;
  /** The normalization that `lookup` holds. */
  normalization: Normalization;
}

/** The examples of one split. They stay as stored; only the current batch is float32. */
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

  /** The word for examples in progress and reports. */
  get noun(): 'images' | 'examples' {
    return this.store.lookup && this.shape.length === 3 ? 'images' : 'examples';
  }

  get targets(): Targets {
    return this.store.targets;
  }

  /** The normalization of the examples; null for numbers that enter unchanged. */
  get normalization(): Normalization | null {
    return this.store.lookup && this.store.normalization;
  }

  /** Numbers of the examples in the dataset, in order. */
  get members(): Uint32Array {
    return this.store.members;
  }

  /** Returns the first `count` examples, or all if there are fewer. */
  first(count: number): Examples {
    return new Examples(this.split, { ...this.store, members: this.store.members.subarray(0, count) });
  }

  /** Returns the same examples without their values: only targets are read. */
  get targetsAlone(): Examples {
    return new Examples(this.split, {
      ...this.store,
      values: new Uint8Array(0),
      lookup: new Float32Array(BYTES),
      shape: [0],
    });
  }

  /** Returns the examples at these places, from 0. */
  at(places: Uint32Array): Examples {
    const members = places.map((place) => this.store.members[place]!);
    return new Examples(this.split, { ...this.store, members });
  }

  /** Makes one batch of these examples of the dataset, by their numbers. */
  batchOf(members: Uint32Array): Batch {
    return new Examples(this.split, { ...this.store, members }).batch(0, members.length);
  }

  /** Shuffles the examples. */
  shuffled(random: Random): Examples {
    return new Examples(this.split, { ...this.store, members: shuffled(this.store.members, random) });
  }

  /**
   * Changes each example of a batch, and reuses the memory of the given batch.
   * @throws Error where the examples are not images of pixels
   */
  changed(batch: Batch, changes: readonly Change[]): Batch {
    const { lookup, shape } = this.store;
    const [height, width, channels] = shape;
    if (!lookup || height === undefined || width === undefined || channels === undefined || shape.length !== 3)
      throw new Error('examples that are no images were to be changed');
    const of = (byte: number) =>
      Array.from({ length: channels }, (_, channel) => lookup[((channel * BYTES) % lookup.length) + byte]!);
    const form = { shape: [height, width, channels], black: of(0), white: of(BYTES - 1) } as const;
    const size = numbersIn(shape);
    for (const [i, change] of changes.entries())
      changeImage(batch.values.subarray(i * size, (i + 1) * size), form, change);
    return { ...batch, changes };
  }

  /** Makes a batch of the examples from `from` up to, but not including, `from + count`; fewer at the end. */
  batch(from: number, count: number): Batch {
    const { values, target, members, shape, lookup } = this.store;
    const chosen = members.subarray(from, from + count);
    const labels = target.kind === 'class' ? target.labels : undefined;
    const numbers = numbersOf(target);
    const named = new Map<string, Float32Array>();
    for (const [name, array] of this.store.named ?? []) named.set(name, rowsOf(array, chosen));
    const size = numbersIn(shape);
    const out = {
      count: chosen.length,
      values: new Float32Array(chosen.length * size),
      labels: new Int32Array(labels ? chosen.length : 0),
      numbers: new Float32Array(numbers ? chosen.length * numbersIn(numbers.shape) : 0),
      named,
      members: chosen,
    };
    for (let i = 0; i < chosen.length; i++) {
      const member = chosen[i]!;
      if (labels) out.labels[i] = labels[member]!;
      if (numbers) copyNumbers(numbers, member, out.numbers, i);
    }
    if (values instanceof Float32Array || !lookup)
      chosen.forEach((member, i) => {
        if (values instanceof PixelFile) throw new Error('pictures were to enter as they are stored');
        out.values.set(values.subarray(member * size, (member + 1) * size), i * size);
      });
    else
      readingRows(values, size, (row) => {
        let at = 0;
        for (const member of chosen) {
          const bytes = row(member);
          if (lookup.length === BYTES) for (let p = 0; p < size; p++) out.values[at++] = lookup[bytes[p]!]!;
          else
            for (let p = 0, table = 0; p < size; p++, table = (table + BYTES) % lookup.length)
              out.values[at++] = lookup[table + bytes[p]!]!;
        }
      });
    return out;
  }
}

/**
 * Fills the numbers of `count` examples up to `size` with blank ones: a batch of its own size would need a compiled graph of
 * its own.
 */
export function padded(values: Float32Array, count: number, size: number): Float32Array {
  if (count === size) return values;
  const filled = new Float32Array((values.length / count) * size);
  filled.set(values);
  return filled;
}

/** Maps each byte x to its normalized float32: (x / 255 - mean) / std. It has a part for each channel that differs. */
export function normalizationTable({ mean, std }: Normalization): Float32Array {
  const channels = Math.max(...[mean, std].map((values) => (typeof values === 'number' ? 1 : values.length)));
  return Float32Array.from({ length: channels * BYTES }, (_, i) => {
    const channel = Math.floor(i / BYTES);
    return ((i % BYTES) / 255 - ofChannel(mean, channel)) / ofChannel(std, channel);
  });
}
