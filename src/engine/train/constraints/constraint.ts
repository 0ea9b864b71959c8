import type { Quantization } from '../../../protocol/checkpoint';

/** One number for each channel of a kernel, or one for all: `shape` broadcasts to the kernel. */
export interface ChannelNumbers {
  readonly shape: readonly number[];
  readonly values: Float32Array;
}

/**
 * Every weight has one of a few values. Each keeps its value's number, and the values are trained; or a shadow of the weight
 * is trained, which has the nearest value, and each value is the mean of its shadows.
 */
export interface Codebook {
  readonly kind: 'codebook';
  /** At most 256 values, none of which is 0. */
  readonly values: Float32Array;
  /** Index into `values` for each weight; any index where the weight is masked. */
  readonly assignments: Uint8Array;
  /** Weights may change to another value. */
  readonly moves: boolean;
}

/** Every weight is a whole number of steps, from `least` to `most`: `level * step`, a single product in float32. */
export interface Levels {
  readonly kind: 'levels';
  /** Above 0. */
  readonly step: ChannelNumbers;
  readonly least: ChannelNumbers;
  readonly most: ChannelNumbers;
}

/**
 * Every weight is -a, 0 or +a. Weights nearer to 0 than 0.7 times their mean size are 0, and `a` is the mean size of the
 * others (ternary weight networks, Li and Liu 2016); or both values are trained (Zhu et al. 2017).
 */
export interface Ternary {
  readonly kind: 'ternary';
  /** The axes over which each scale is computed: all for one scale, or all but those of the output channels. */
  readonly over: readonly number[];
  /** Trains the values above and below 0, each by the summed gradients of its weights. */
  readonly trainedScales: boolean;
}

/** Every weight is -a or +a, with `a` the mean size of the weights (XNOR-Net, Rastegari et al. 2016). */
export interface Binary {
  readonly kind: 'binary';
  /** The axes over which each scale is computed. */
  readonly over: readonly number[];
}

/** The values that the weights of a tensor may have. */
export type Form = Codebook | Levels | Ternary | Binary;

/**
 * A property of a weight tensor that training keeps, beside its mask: the values that weights may have, and the numbers in
 * which they are stored.
 */
export interface Constraint {
  readonly form?: Form | undefined;
  /** Values are rounded to the grid of these stored numbers. */
  readonly stored?: Quantization | undefined;
  /** Weights of full precision from which training starts, where they are known; by default the present ones. */
  readonly shadow?: Float32Array | undefined;
}

/** Constraints by the name of the weight. */
export type Constraints = ReadonlyMap<string, Constraint>;
