import { piecesOf } from './values';
import type { Tensor, TensorData } from './types';

/** Numbers about the values of a tensor. */
export interface Survey {
  /** Values other than 0; NaN counts, and a complex number counts once. */
  readonly nonzero: number;
  /** For float32 alone. */
  readonly floats?: FloatSurvey;
}

/** Numbers about float32 values; range, mean and squares are those of the finite ones. */
export interface FloatSurvey {
  readonly count: number;
  readonly zeros: number;
  /** Zeros with a sign. */
  readonly negativeZeros: number;
  readonly nan: number;
  readonly infinite: number;
  readonly min: number;
  readonly max: number;
  readonly mean: number;
  /** Sum of squared distances from the mean. */
  readonly squares: number;
  /** How many absolute values have each pattern of their upper 16 bits, sign left out, so in rising order. */
  readonly sizes: Uint32Array;
}

/** Shift that leaves the place of an absolute value in `sizes`. */
export const SIZE_SHIFT = 15;
export const SIZES = 65_536;
/** First place in `sizes` of numbers that are infinite, or none. */
export const FIRST_INFINITE = 0x7f80_0000 >>> SIZE_SHIFT;

const surveys = new WeakMap<Tensor, Survey>();

/** Keeps what is known about a tensor, for `surveyOf`. */
export const keepSurvey = (tensor: Tensor, survey: Survey): void => void surveys.set(tensor, survey);

/** Surveys a tensor. Tensors are never changed in place, so each is surveyed once. */
export function surveyOf(tensor: Tensor): Survey {
  let survey = surveys.get(tensor);
  if (!survey) surveys.set(tensor, (survey = surveyPieces(tensor.dtype, piecesOf(tensor))));
  return survey;
}

/** Counts that need no survey where they are known otherwise. */
export type Counts = Pick<Survey, 'nonzero'> & Pick<FloatSurvey, 'negativeZeros'>;

const counts = new WeakMap<Tensor, Counts>();

/** Keeps the counts of a tensor that was just made, so that its values are not read for them. */
export const keepCounts = (tensor: Tensor, known: Counts): void => void counts.set(tensor, known);

/** Counts the values of a tensor; surveys it where that is not known. */
export function countsOf(tensor: Tensor): Counts {
  const known = counts.get(tensor);
  if (known) return known;
  const { nonzero, floats } = surveyOf(tensor);
  return { nonzero, negativeZeros: floats?.negativeZeros ?? 0 };
}

/** Surveys the values of a tensor, piece by piece. Strings are not surveyed. */
export function surveyPieces(dtype: Tensor['dtype'], pieces: Iterable<TensorData>): Survey {
  if (dtype !== 'float32') {
    let nonzero = 0;
    for (const piece of pieces) nonzero += countIn(dtype, piece);
    return { nonzero };
  }
  const made = new FloatCounter();
  for (const piece of pieces) if (piece instanceof Float32Array) made.add(piece);
  const floats = made.survey();
  return { nonzero: floats.count - floats.zeros, floats };
}

/** Returns the survey of a tensor from those of its parts, in their order; there is at least one. */
export const joinSurveys = (parts: readonly Survey[]): Survey =>
  parts.reduce((one, other) => ({
    nonzero: one.nonzero + other.nonzero,
    ...(one.floats && other.floats ? { floats: together(one.floats, other.floats) } : {}),
  }));

/** Counts the values other than 0. */
export function countIn(dtype: Tensor['dtype'], data: TensorData): number {
  let nonzero = 0;
  if (dtype === 'complex64') {
    for (let i = 0; i < data.length; i += 2) if (data[i] !== 0 || data[i + 1] !== 0) nonzero++;
  } else {
    for (let i = 0; i < data.length; i++) if (data[i] !== 0) nonzero++;
  }
  return nonzero;
}

class FloatCounter {
  /** Sizes at even places, and at odd ones: after many zeros, two tables do not wait for one another. */
  readonly #sizes = new Uint32Array(SIZES);
  readonly #others = new Uint32Array(SIZES);
  #count = 0;
  #zeros = 0;
  #negativeZeros = 0;
  #nan = 0;
  #infinite = 0;
  #min = Infinity;
  #max = -Infinity;
  #mean = 0;
  #squares = 0;

  add(piece: Float32Array): void {
    this.#count += piece.length;
    const bits = new Int32Array(piece.buffer, piece.byteOffset, piece.length);
    const [tiny, strange] = [this.#tiny(), this.#strange()];
    addSizes(bits, this.#sizes, this.#others);
    if (this.#tiny() > tiny) this.#addZeros(bits);
    if (this.#strange() === strange) this.#addFinite(piece, bits);
    else {
      for (const value of piece)
        if (Number.isNaN(value)) this.#nan++;
        else if (!Number.isFinite(value)) this.#infinite++;
      const finite = piece.filter(Number.isFinite);
      this.#addFinite(finite, new Int32Array(finite.buffer));
    }
  }

  /** Counts the values so far that are 0, or nearly so. */
  #tiny(): number {
    return this.#sizes[0]! + this.#others[0]!;
  }

  /** Counts the values so far that are infinite, or none. */
  #strange(): number {
    let strange = 0;
    for (let place = FIRST_INFINITE; place < SIZES; place++) strange += this.#sizes[place]! + this.#others[place]!;
    return strange;
  }

  #addZeros(bits: Int32Array): void {
    let [zeros, negative] = [0, 0];
    for (let i = 0; i < bits.length; i++) {
      if ((bits[i]! & 0x7fff_ffff) !== 0) continue;
      zeros++;
      if (bits[i] !== 0) negative++;
    }
    this.#zeros += zeros;
    this.#negativeZeros += negative;
  }

  /** Adds finite values; sums are of distances from the mean so far, which cancels nothing. */
  #addFinite(piece: Float32Array, bits: Int32Array): void {
    if (piece.length === 0) return;
    const before = this.#count - this.#nan - this.#infinite - piece.length;
    const near = before === 0 ? piece[0]! : this.#mean;
    const { min, max, sum, squares } = momentsFrom(piece, bits, near);
    this.#min = Math.min(this.#min, min);
    this.#max = Math.max(this.#max, max);
    const mean = near + sum / piece.length;
    const own = Math.max(0, squares - (sum * sum) / piece.length);
    const apart = mean - this.#mean;
    const all = before + piece.length;
    this.#squares = before === 0 ? own : this.#squares + own + apart * apart * ((before * piece.length) / all);
    this.#mean = before === 0 ? mean : this.#mean + (apart * piece.length) / all;
  }

  /** Returns all together; nothing is added after that. */
  survey(): FloatSurvey {
    const [sizes, others] = [this.#sizes, this.#others];
    for (let place = 0; place < SIZES; place++) sizes[place]! += others[place]!;
    const finite = this.#count > this.#nan + this.#infinite;
    return {
      ...{ count: this.#count, zeros: this.#zeros, negativeZeros: this.#negativeZeros },
      ...{ nan: this.#nan, infinite: this.#infinite },
      ...{ min: finite ? this.#min : 0, max: finite ? this.#max : 0, mean: this.#mean, squares: this.#squares },
      sizes,
    };
  }
}

/** Counts floats by their upper bits, two at a time. */
function addSizes(bits: Int32Array, even: Uint32Array, odd: Uint32Array): void {
  const pairs = bits.length - (bits.length % 2);
  for (let i = 0; i < pairs; i += 2) {
    even[(bits[i]! & 0x7fff_ffff) >>> SIZE_SHIFT]!++;
    odd[(bits[i + 1]! & 0x7fff_ffff) >>> SIZE_SHIFT]!++;
  }
  if (pairs < bits.length) even[(bits[pairs]! & 0x7fff_ffff) >>> SIZE_SHIFT]!++;
}

/**
 * Returns the range of finite values, and the sums of their distances from a number and of the squares of these, in order.
 * The largest of either sign is found among the bits: comparing floats made the loop twice as slow in many runs.
 * @param bits of the same values
 */
function momentsFrom(piece: Float32Array, bits: Int32Array, near: number) {
  let [positive, negative, sum, squares] = [-1, -1, 0, 0];
  for (let i = 0; i < piece.length; i++) {
    const word = bits[i]!;
    if (word > positive) positive = word;
    const flipped = word ^ -0x8000_0000;
    if (flipped > negative) negative = flipped;
    const distance = piece[i]! - near;
    sum += distance;
    squares += distance * distance;
  }
  const range = positive < 0 || negative < 0 ? rangeOf(piece) : { min: -floatFrom(negative), max: floatFrom(positive) };
  return { ...range, sum, squares };
}

/** Returns the range of values with the same sign. */
function rangeOf(piece: Float32Array): { min: number; max: number } {
  let [min, max] = [Infinity, -Infinity];
  for (const value of piece) {
    if (value < min) min = value;
    if (value > max) max = value;
  }
  return { min, max };
}

const floatFrom = (bits: number): number => new Float32Array(Int32Array.of(bits).buffer)[0]!;

/** All of a survey but the histogram of sizes. */
export type Moments = Omit<FloatSurvey, 'sizes'>;

/** Returns a survey without the histogram. */
export function momentsOf(survey: FloatSurvey): Moments {
  const { sizes: _, ...moments } = survey;
  return moments;
}

/** Returns the survey of two tensors together. */
function together(one: FloatSurvey, other: FloatSurvey): FloatSurvey {
  const sizes = one.sizes.slice();
  // Many times faster than `map`, and there are many parts of large tensors.
  for (let place = 0; place < SIZES; place++) sizes[place]! += other.sizes[place]!;
  return { ...momentsTogether(one, other), sizes };
}

/** Returns the moments of two tensors together. */
export function momentsTogether(one: Moments, other: Moments): Moments {
  const [a, b] = [finiteIn(one), finiteIn(other)];
  const apart = other.mean - one.mean;
  return {
    count: one.count + other.count,
    zeros: one.zeros + other.zeros,
    negativeZeros: one.negativeZeros + other.negativeZeros,
    nan: one.nan + other.nan,
    infinite: one.infinite + other.infinite,
    min: a === 0 ? other.min : b === 0 ? one.min : Math.min(one.min, other.min),
    max: a === 0 ? other.max : b === 0 ? one.max : Math.max(one.max, other.max),
    mean: a === 0 ? other.mean : b === 0 ? one.mean : one.mean + (apart * b) / (a + b),
    squares: one.squares + other.squares + (a + b === 0 ? 0 : apart * apart * ((a * b) / (a + b))),
  };
}

const finiteIn = ({ count, nan, infinite }: Moments): number => count - nan - infinite;
