import { tf } from '../../tf';
import { computed, onBackend } from '../backend-matrix';
import { backSolved, choleskyOf, identity, matrix, type Matrix } from '../matrix';

/** Rounds of the alternation that finds the nearest product; the largest part is found after two. */
const ROUNDS = 4;

/** A covariance of positions by channels, about the product of one of positions and one of channels. */
export interface Kronecker {
  readonly places: Matrix;
  readonly channels: Matrix;
}

/** Finds the two covariances whose Kronecker product comes nearest to one (Van Loan and Pitsianis 1993). */
export function nearestKronecker(covariance: Matrix, channels: number): Kronecker {
  const places = covariance.rows / channels;
  let found: Kronecker = { places: identity(places), channels: identity(channels) };
  for (let round = 0; round < ROUNDS; round++) {
    const ofChannels = matrix(channels, channels);
    const ofPlaces = matrix(places, places);
    const byPlaces = 1 / squareOf(found.places);
    eachOf(covariance, channels, (a, i, b, j, value) => {
      ofChannels.data[i * channels + j]! += value * found.places.data[a * places + b]! * byPlaces;
    });
    const byChannels = 1 / squareOf(ofChannels);
    eachOf(covariance, channels, (a, i, b, j, value) => {
      ofPlaces.data[a * places + b]! += value * ofChannels.data[i * channels + j]! * byChannels;
    });
    found = { places: ofPlaces, channels: ofChannels };
  }
  return found;
}

/** A change of coordinates in which the inputs of a kernel vary about alike and about independently. */
export class Whitening {
  readonly #places: Matrix;
  readonly #channels: Matrix;

  constructor({ places, channels }: Kronecker) {
    this.#places = choleskyOf(places);
    this.#channels = choleskyOf(channels);
  }

  /** The kernel in these coordinates. */
  kernel(kernel: Matrix): Promise<Matrix> {
    return computed(() => turned(onBackend(kernel), onBackend(this.#places), onBackend(this.#channels)));
  }

  /** The covariance of the inputs in these coordinates. */
  covariance(covariance: Matrix): Promise<Matrix> {
    const [places, channels] = [this.#places, this.#channels].map((one) => backSolved(one, identity(one.rows)));
    return computed(() => {
      const [p, c] = [onBackend(places!), onBackend(channels!)];
      return turned(tf.transpose(turned(onBackend(covariance), p, c)), p, c);
    });
  }

  /** Windows and weights of inputs, from these coordinates to those of the kernel. */
  back(factors: { places: Matrix; inputs: Matrix }): { places: Matrix; inputs: Matrix } {
    return { places: backSolved(this.#places, factors.places), inputs: backSolved(this.#channels, factors.inputs) };
  }
}

/** Multiplies rows, which are positions by channels, with the transpose of a Kronecker product. */
function turned(rows: tf.Tensor2D, places: tf.Tensor2D, channels: tf.Tensor2D): tf.Tensor2D {
  const [p, c, n] = [places.shape[0], channels.shape[0], rows.shape[1]];
  const byPlaces = tf.matMul(places, tf.reshape(rows, [p, c * n]), true);
  // Channels in front, so that one product does for all positions.
  const front = tf.reshape(tf.transpose(tf.reshape(byPlaces, [p, c, n]), [1, 0, 2]), [c, p * n]);
  const byChannels = tf.reshape(tf.matMul(channels, front, true), [c, p, n]);
  return tf.reshape(tf.transpose(byChannels, [1, 0, 2]), [p * c, n]);
}

const squareOf = ({ data }: Matrix): number => data.reduce((sum, one) => sum + one * one, 0) || 1;

function eachOf(
  { rows, data }: Matrix,
  channels: number,
  visit: (a: number, i: number, b: number, j: number, value: number) => void,
): void {
  for (let row = 0; row < rows; row++) {
    const [a, i] = [Math.floor(row / channels), row % channels];
    for (let column = 0; column < rows; column++)
      visit(a, i, Math.floor(column / channels), column % channels, data[row * rows + column]!);
  }
}
