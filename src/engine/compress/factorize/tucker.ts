import { backSolved, choleskyOf, eigenOf, firstColumns, matrix, solved, times, transposed, transposedTimes, type Eigen, type Matrix } from '../matrix'; // prettier-ignore
import { product } from '../backend-matrix';
import type { Problem } from './problem';
import { balanced, lostBy, lostBeyond, movedBy, single, spectrumOf, type Factors, type Option, type Scheme, type Spectrum } from './scheme'; // prettier-ignore

/**
 * Tucker-2 (Kim et al. 2016): a convolution of single positions to few channels, the window between few channels, and one of
 * single positions to all outputs. The first basis spans the inputs that matter most for the outputs, and the rest is fitted
 * to the outputs of the layer by least squares.
 */
export class TuckerScheme implements Scheme {
  readonly name = 'tucker';
  readonly spectra: readonly Spectrum[];
  readonly #problem: Problem;
  readonly #covariance: Matrix;
  readonly #inputs: Eigen;
  /** The lower triangle of the covariance of channels, averaged over the window. */
  readonly #lower: Matrix;

  private constructor(problem: Problem, covariance: Matrix, lower: Matrix, inputs: Eigen) {
    this.#problem = problem;
    this.#covariance = covariance;
    const { channels, total } = problem;
    this.#lower = lower;
    this.#inputs = inputs;
    const places = problem.rows / channels[0];
    this.spectra = [
      spectrumOf(this.#inputs.values, channels[0], places * channels[1]),
      { ...spectrumOf(problem.eigen.values, problem.rows, channels[1]), total },
    ];
  }

  /** Decomposes the covariance of the outputs by channels of the input. */
  static async of(problem: Problem, covariance: Matrix): Promise<TuckerScheme> {
    const [channels] = problem.channels;
    const lower = choleskyOf(channelCovariance(covariance, channels));
    const gram = await channelGram(problem.matrix(), channels);
    const inputs = eigenOf(await product(lower, await product(gram, lower), true));
    return new TuckerScheme(problem, covariance, lower, inputs);
  }

  readonly weights = async (): Promise<Spectrum[]> => {
    const { channels } = this.#problem;
    const kernel = this.#problem.matrix();
    const places = kernel.rows / channels[0];
    return [
      spectrumOf(eigenOf(await channelGram(kernel, channels[0])).values, channels[0], places * channels[1]),
      spectrumOf(eigenOf(transposedTimes(kernel, kernel)).values, kernel.rows, channels[1]),
    ];
  };

  option([first = 1, second = 1]: readonly number[]): Option {
    const { channels, rows, positions } = this.#problem;
    const places = rows / channels[0];
    const [before, core, after] = [channels[0] * first, places * first * second, second * channels[1]];
    const { inputs, outputs } = positions;
    return {
      ...{ scheme: 'tucker', ranks: [first, second], params: before + core + after },
      macs: before * inputs + (core + after) * outputs,
      moved: movedBy(channels[0] * inputs, first * inputs, second * outputs, channels[1] * outputs),
      error: lostBeyond(this.spectra[0]!, first) + lostBeyond(this.spectra[1]!, second),
    };
  }

  async build([first = 1, second = 1]: readonly number[]): Promise<Factors> {
    const { channels, op, window } = this.#problem;
    const kernel = this.#problem.matrix();
    if (op.kind !== 'conv') throw new Error('only convolutions have a window');
    const basis = backSolved(this.#lower, firstColumns(this.#inputs.vectors, first));
    const spread = spreadOver(kernel.rows / channels[0], basis);
    const image = await product(this.#covariance, spread);
    const moments = await product(spread, image, true);
    const fitted = solved(moments, await product(image, kernel, true));
    // The outputs of the fitted kernel, and the directions in which they vary most.
    const outputs = eigenOf(await product(fitted, await product(moments, fitted), true));
    const right = transposed(firstColumns(outputs.vectors, second));
    const core = times(fitted, transposed(right));
    const whole = await product(spread, times(core, right));
    balanced(basis, core);
    balanced(core, right);
    return {
      factors: [
        { part: 'in', op: { ...op, filters: first, activation: 'linear', window: single(op.rank) }, shape: [...window.map(() => 1), channels[0], first], data: basis.data }, // prettier-ignore
        { part: 'core', op: { ...op, filters: second, activation: 'linear' }, shape: [...window, first, second], data: core.data }, // prettier-ignore
        { part: 'out', op: { ...op, window: single(op.rank) }, shape: [...window.map(() => 1), second, channels[1]], data: right.data }, // prettier-ignore
      ],
      ...(await lostBy(this.#problem, this.#covariance, whole)),
    };
  }
}

/** Averages the covariance of the channels over the positions of the window. */
function channelCovariance(covariance: Matrix, channels: number): Matrix {
  const places = covariance.rows / channels;
  const mean = matrix(channels, channels);
  for (let p = 0; p < places; p++)
    for (let i = 0; i < channels; i++)
      for (let j = 0; j < channels; j++)
        mean.data[i * channels + j]! += covariance.data[(p * channels + i) * covariance.columns + p * channels + j]! / places; // prettier-ignore
  return mean;
}

/** Sums the products of the weights of two input channels. */
function channelGram({ rows, columns, data }: Matrix, channels: number): Promise<Matrix> {
  const places = rows / channels;
  const byChannel = matrix(channels, places * columns);
  for (let p = 0; p < places; p++)
    for (let i = 0; i < channels; i++) {
      const from = (p * channels + i) * columns;
      byChannel.data.set(data.subarray(from, from + columns), (i * places + p) * columns);
    }
  return product(byChannel, transposed(byChannel));
}

/** Repeats a basis of the channels at each position of the window. */
function spreadOver(places: number, basis: Matrix): Matrix {
  const spread = matrix(places * basis.rows, places * basis.columns);
  for (let p = 0; p < places; p++)
    for (let i = 0; i < basis.rows; i++)
      spread.data.set(
        basis.data.subarray(i * basis.columns, (i + 1) * basis.columns),
        (p * basis.rows + i) * spread.columns + p * basis.columns,
      );
  return spread;
}
