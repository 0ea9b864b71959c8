import type { ModelBuilder, ValueName } from '../encoding/model-builder';
import { sameShape, sizeOf } from '../graph/native-types';
import type { NativeValue, Value } from '../graph/value';
import type { Rewrites } from '../passes/rewrites';
import { type Affine, affineOfImage, type Channels, materialize } from './normalization/affine';
import { type Numbers, vectorOf } from './normalization/channel-numbers';
import { roundUp } from './convolution/filters';
import type { InternalOperators } from './internal-operators';

/** The names of two images in blocks. */
export type Pair = readonly [ValueName, ValueName];

/**
 * The space-to-depth phases of an image: the even and the odd columns of its even rows, then those of its odd rows.
 * Each phase is `[n, c, h / 2, w / 2]`.
 */
export type Phases = readonly [Pair, Pair];

/** An image in blocks, `[n, c, h, w]`, that was computed in parts. Some readers do not need the whole image. */
export interface Parts {
  /** Joins the parts. */
  readonly join: () => ValueName;
  /** The even rows and the odd rows, each `[n, c, h / 2, w]`. */
  readonly rows: (() => Pair) | null;
  readonly phases: Phases | null;
  /** A smaller image with the same sum over each channel, `[n, c, h / 2, w / 2]`. */
  readonly condensed: ValueName | null;
}

/** The forms of one value in the model: row-major, blocked, in parts, and under reshaped views. */
interface Forms {
  flat: ValueName | null;
  /** The value in whole blocks. The last block ends in zeros if the channels do not fill it. */
  blocked: ValueName | null;
  readonly parts: Parts | null;
  /** The sum of images from which the blocked form is computed on demand. */
  readonly affine: Affine | null;
  /** The product from which a vector is computed on demand. */
  readonly numbers: Numbers | null;
  readonly views: Map<string, ValueName>;
}

const NO_FORM = { flat: null, blocked: null, parts: null, affine: null, numbers: null } as const;

/**
 * Writes one graph. Each value has a row-major form, a blocked form (NCHWc, the layout of the fast convolutions of ONNX
 * Runtime), or both. The emitter of an operation sets one form; the other one is computed once on demand.
 */
export class Emission {
  readonly #forms = new Map<Value, Forms>();

  /**
   * @param operators internal operators that the graph may use
   * @param threads number of threads that compute the graph
   * @param reduced values that the workers all-reduce
   * @param leafName names a graph input or constant on first use
   */
  constructor(
    readonly builder: ModelBuilder,
    readonly rewrites: Rewrites,
    readonly operators: InternalOperators,
    readonly threads: number,
    readonly reduced: ReadonlySet<Value>,
    readonly leafName: (leaf: Value) => ValueName,
  ) {}

  /** Channels per block; 0 if the blocked layout is not available. */
  get block(): number {
    return this.operators.block;
  }

  /** True if this number of channels fills whole blocks. */
  canBlock(channels: number): boolean {
    return this.block > 0 && channels > 0 && channels % this.block === 0;
  }

  /** The channels of an image, and the channels of its blocks with their filling. */
  channelsOf(channels: number): Channels {
    return { count: channels, filled: this.block === 0 ? channels : roundUp(channels, this.block) };
  }

  /** Returns the value in row-major order under a shape. */
  flat(value: Value, shape: readonly number[] = value.shape): ValueName {
    const forms = this.#formsOf(value);
    forms.flat ??= this.#computed(value, forms);
    if (sameShape(shape, value.shape)) return forms.flat;
    const key = shape.join();
    const view = forms.views.get(key) ?? this.builder.reshape(forms.flat, shape);
    forms.views.set(key, view);
    return view;
  }

  /** Returns a value of NHWC shape in blocks. */
  blocked(value: Value): ValueName {
    const forms = this.#formsOf(value);
    if (forms.blocked === null && forms.affine !== null && forms.affine.terms.size > 0) {
      forms.blocked = materialize(this.builder, forms.affine);
    }
    forms.blocked ??= forms.parts ? forms.parts.join() : this.#reordered(value);
    return forms.blocked;
  }

  /** Returns the parts of a value of NHWC shape; null if it was not computed in parts. */
  parts(value: Value): Parts | null {
    return this.#formsOf(value).parts;
  }

  /** Returns a value of NHWC shape as a sum of images. */
  affine(value: Value): Affine {
    const { affine } = this.#formsOf(value);
    return affine ?? affineOfImage(this.blocked(value), this.channelsOf(value.shape[3]!));
  }

  /** Returns a vector as a product of factors, if it is known as one. */
  numbers(value: Value): Numbers | undefined {
    return this.#formsOf(value).numbers ?? undefined;
  }

  /** True if the value is a symbolic sum of images, which may not have been computed yet. */
  isAffine(value: Value): boolean {
    return this.#formsOf(value).affine !== null;
  }

  /**
   * True if the value is in blocks and its channels do not fill the last one, which then ends in zeros. Only operations
   * that keep these zeros may read the blocks.
   */
  hasFilledBlocks(value: Value): boolean {
    const { blocked, parts, affine } = this.#formsOf(value);
    const inBlocks = blocked !== null || parts !== null || (affine !== null && affine.terms.size > 0);
    return inBlocks && !this.canBlock(value.shape.at(-1)!);
  }

  /** True if the value is in blocks, including blocks with filling. The reader must keep the zeros of the filling. */
  isInBlocks(value: Value): boolean {
    return this.isBlockedOnly(value) || this.hasFilledBlocks(value);
  }

  /**
   * True if two images of one shape can be combined in blocks without a conversion that the row-major form would save.
   */
  canCombineInBlocks(a: Value, b: Value): boolean {
    if (this.canBlock(a.shape.at(-1)!)) return this.isBlockedOnly(a) || this.isBlockedOnly(b);
    return this.hasFilledBlocks(a) && this.hasFilledBlocks(b);
  }

  /** True if the value exists in blocks only, whole or in parts. Staying in blocks then saves a conversion. */
  isBlockedOnly(value: Value): boolean {
    const { flat, blocked, parts, affine } = this.#formsOf(value);
    const inBlocks = blocked !== null || parts !== null || affine !== null;
    return flat === null && inBlocks && this.canBlock(value.shape.at(-1)!);
  }

  setFlat(value: Value, name: ValueName): void {
    this.#forms.set(value, { ...NO_FORM, flat: name, views: new Map() });
  }

  setBlocked(value: Value, name: ValueName): void {
    this.#forms.set(value, { ...NO_FORM, blocked: name, views: new Map() });
  }

  setAffine(value: Value, affine: Affine): void {
    this.#forms.set(value, { ...NO_FORM, affine, views: new Map() });
  }

  /** Gives a value all forms of another value of the same shape. */
  setAs(value: Value, other: Value): void {
    this.#forms.set(value, this.#formsOf(other));
  }

  /** Sets a vector as a product. The vector may have leading axes of length one. */
  setNumbers(value: Value, numbers: Numbers): void {
    this.#forms.set(value, { ...NO_FORM, numbers, views: new Map() });
  }

  setParts(value: Value, parts: Parts): void {
    this.#forms.set(value, { ...NO_FORM, parts, views: new Map() });
  }

  /** Returns the value in NCHW order. */
  nchw(value: Value, shape: readonly number[]): ValueName {
    const [n, h, w, c] = shape as [number, number, number, number];
    if (c === 1 || h * w === 1) return this.flat(value, [n, c, h, w]);
    return this.builder.transpose(this.flat(value, shape), [0, 3, 1, 2]);
  }

  /** Sets a value that was computed in NCHW order. */
  setNchw(value: NativeValue, name: ValueName): void {
    const [, h, w, c] = value.shape as [number, number, number, number];
    const trivial = c === 1 || h * w === 1;
    this.setFlat(value, trivial ? this.builder.reshape(name, value.shape) : this.builder.transpose(name, [0, 2, 3, 1]));
  }

  #computed(value: Value, { affine, numbers }: Forms): ValueName {
    if (numbers !== null) {
      const vector = vectorOf(this.builder, numbers, sizeOf(value.shape));
      return value.shape.length === 1 ? vector : this.builder.reshape(vector, value.shape);
    }
    if (affine?.terms.size === 0) {
      const vector = vectorOf(this.builder, affine.shift, affine.channels.count);
      return this.builder.op('Expand', [vector, this.builder.ints(...value.shape)]);
    }
    return this.rowMajor(this.blocked(value), value.shape);
  }

  /** Converts an image in blocks to row-major order. A single block is in this order already. */
  rowMajor(blocks: ValueName, shape: readonly number[]): ValueName {
    const channels = shape[3]!;
    if (channels === this.block) return this.builder.reshape(blocks, shape);
    return this.builder.blocked('ReorderOutput', [blocks], { channels, channels_last: 1 });
  }

  #reordered(value: Value): ValueName {
    const [n, h, w, c] = value.shape as [number, number, number, number];
    if (c === this.block) return this.builder.reshape(this.flat(value), [n, c, h, w]);
    return this.builder.blocked('ReorderInput', [this.flat(value)], { channels_last: 1 });
  }

  #formsOf(value: Value): Forms {
    let forms = this.#forms.get(value);
    if (forms === undefined) {
      if (value.node !== null) throw new Error(`No value was emitted for ${value.node.operation.kind}.`);
      forms = { ...NO_FORM, flat: this.leafName(value), views: new Map() };
      this.#forms.set(value, forms);
    }
    return forms;
  }
}
