import { backSolved, choleskyOf, eigenOf, firstColumns, matrix, solved, times, transposed, type Eigen, type Matrix } from '../matrix'; // prettier-ignore
import type { Window } from '../../model/op/attributes';
import { product } from '../backend-matrix';
import type { Problem } from './problem';
import { balanced, lostBy, lostBeyond, movedBy, spectrumOf, type Factors, type Option, type Scheme, type Spectrum } from './scheme'; // prettier-ignore

/**
 * A convolution over the height and one over the width behind it (Jaderberg et al. 2014). The first spans the columns that
 * matter most for the outputs, and the second is fitted to the outputs of the layer by least squares.
 */
export class SpatialScheme implements Scheme {
  readonly name = 'spatial';
  readonly spectra: readonly Spectrum[];
  readonly #problem: Problem;
  readonly #covariance: Matrix;
  readonly #lower: Matrix;
  readonly #columns: Eigen;

  private constructor(problem: Problem, covariance: Matrix, lower: Matrix, columns: Eigen) {
    this.#problem = problem;
    this.#covariance = covariance;
    this.#lower = lower;
    this.#columns = columns;
    const { channels, window } = problem;
    this.spectra = [spectrumOf(columns.values, window[0]! * channels[0], window[1]! * channels[1])];
  }

  /** Decomposes the covariance of the outputs by columns of the input. */
  static async of(problem: Problem, covariance: Matrix): Promise<SpatialScheme> {
    const unfolded = unfold(problem);
    const lower = choleskyOf(columnCovariance(problem, covariance));
    const gram = await product(unfolded, transposed(unfolded));
    const columns = eigenOf(await product(lower, await product(gram, lower), true));
    return new SpatialScheme(problem, covariance, lower, columns);
  }

  readonly weights = (): Promise<Spectrum[]> => {
    const unfolded = unfold(this.#problem);
    return Promise.resolve([
      spectrumOf(eigenOf(times(unfolded, transposed(unfolded))).values, unfolded.rows, unfolded.columns),
    ]);
  };

  option([rank = 1]: readonly number[]): Option {
    const { channels, window, positions } = this.#problem;
    const [before, after] = [window[0]! * channels[0] * rank, window[1]! * rank * channels[1]];
    const { inputs, outputs } = positions;
    const between = outputs * positions.each[1]!;
    return {
      ...{ scheme: 'spatial', ranks: [rank], params: before + after },
      macs: before * between + after * outputs,
      moved: movedBy(channels[0] * inputs, rank * between, channels[1] * outputs),
      error: lostBeyond(this.spectra[0]!, rank),
    };
  }

  async build([rank = 1]: readonly number[]): Promise<Factors> {
    const { channels, op, window } = this.#problem;
    const kernel = this.#problem.matrix();
    if (op.kind !== 'conv') throw new Error('only convolutions have a window');
    const [height, width] = [window[0]!, window[1]!];
    const basis = backSolved(this.#lower, firstColumns(this.#columns.vectors, rank));
    // Rows are height, width, channel; columns are width, rank.
    const spread = matrix(kernel.rows, width * rank);
    for (let h = 0; h < height; h++)
      for (let w = 0; w < width; w++)
        for (let c = 0; c < channels[0]; c++)
          spread.data.set(
            basis.data.subarray((h * channels[0] + c) * rank, (h * channels[0] + c + 1) * rank),
            ((h * width + w) * channels[0] + c) * spread.columns + w * rank,
          );
    const image = await product(this.#covariance, spread);
    const fitted = solved(await product(spread, image, true), await product(image, kernel, true));
    const whole = await product(spread, fitted);
    balanced(basis, fitted);
    const along = ({ size, strides, dilation, padding }: Window, axis: 0 | 1): Window => {
      const only = (sizes: Window['size']) => [axis === 0 ? sizes![0]! : 1, axis === 1 ? sizes![1]! : 1];
      return { size: only(size), strides: only(strides), dilation: only(dilation), padding };
    };
    return {
      factors: [
        { part: 'in', op: { ...op, filters: rank, activation: 'linear', window: along(op.window, 0) }, shape: [height, 1, channels[0], rank], data: basis.data }, // prettier-ignore
        { part: 'out', op: { ...op, window: along(op.window, 1) }, shape: [1, width, rank, channels[1]], data: fitted.data }, // prettier-ignore
      ],
      ...(await lostBy(this.#problem, this.#covariance, whole)),
    };
  }
}

/** The kernel as (height, channel in) x (width, channel out). */
function unfold({ matrix: of, window, channels }: Problem): Matrix {
  const kernel = of();
  const [height, width] = [window[0]!, window[1]!];
  const [inputs, outputs] = channels;
  const unfolded = matrix(height * inputs, width * outputs);
  for (let h = 0; h < height; h++)
    for (let w = 0; w < width; w++)
      for (let c = 0; c < inputs; c++) {
        const from = ((h * width + w) * inputs + c) * outputs;
        unfolded.data.set(
          kernel.data.subarray(from, from + outputs),
          (h * inputs + c) * unfolded.columns + w * outputs,
        );
      }
  return unfolded;
}

/** Averages the covariance of (height, channel) over the width of the window. */
function columnCovariance({ window, channels }: Problem, covariance: Matrix): Matrix {
  const [height, width] = [window[0]!, window[1]!];
  const inputs = channels[0];
  const rows = height * inputs;
  const mean = matrix(rows, rows);
  for (let w = 0; w < width; w++) {
    const places = Int32Array.from({ length: rows }, (_, one) => (Math.floor(one / inputs) * width + w) * inputs + (one % inputs)); // prettier-ignore
    for (let a = 0; a < rows; a++) {
      const from = places[a]! * covariance.columns;
      for (let b = 0; b < rows; b++) mean.data[a * rows + b]! += covariance.data[from + places[b]!]! / width;
    }
  }
  return mean;
}
