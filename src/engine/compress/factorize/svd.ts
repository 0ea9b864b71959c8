import { computed, onBackend } from '../backend-matrix';
import { tf } from '../../tf';
import { firstColumns, matrix, times, transposed } from '../matrix';
import { eigenWithin } from './top-eigen';
import type { NewOp } from '../../model/edit/new-layer';
import { gramOf, type Problem } from './problem';
import {
  balanced,
  lostBeyond,
  movedBy,
  single,
  spectrumOf,
  type Factors,
  type Option,
  type Scheme,
  type Spectrum,
} from './scheme';

/**
 * The truncated singular value decomposition of the outputs: a layer of few outputs, and one of single positions behind it. Of
 * all kernels of that rank its product has the smallest error of outputs.
 */
export class SvdScheme implements Scheme {
  readonly name = 'svd';
  readonly #problem: Problem;
  readonly spectra: readonly Spectrum[];

  constructor(problem: Problem) {
    this.#problem = problem;
    const { rows, columns, total, eigen } = problem;
    this.spectra = [{ ...spectrumOf(eigen.values, rows, columns), total }];
  }

  readonly weights = async (): Promise<Spectrum[]> => {
    const { kernel, rows, columns } = this.#problem;
    const gram = await gramOf(kernel.tensor, rows < columns ? 'inputs' : 'outputs');
    const { values } = await eigenWithin(gram);
    return [spectrumOf(values, rows, columns)];
  };

  option([rank = 1]: readonly number[]): Option {
    const { rows, columns, channels, positions } = this.#problem;
    const params = rank * (rows + columns);
    return {
      ...{ scheme: 'svd', ranks: [rank], params, macs: params * positions.outputs },
      moved: movedBy(channels[0] * positions.inputs, rank * positions.outputs, columns * positions.outputs),
      error: lostBeyond(this.spectra[0]!, rank),
    };
  }

  async build([rank = 1]: readonly number[]): Promise<Factors> {
    const { kernel, op, window, channels, rows, columns, outputMean, eigen } = this.#problem;
    const basis = firstColumns(eigen.vectors, rank);
    const right = transposed(basis);
    const left = await computed(() => tf.matMul(tf.tensor2d(kernel.tensor.data, [rows, columns]), onBackend(basis)));
    const kept = times(times(matrix(1, columns, outputMean), basis), right).data;
    balanced(left, right);
    const narrow: NewOp =
      op.kind === 'dense'
        ? { ...op, units: rank, activation: 'linear' }
        : { ...op, filters: rank, activation: 'linear' };
    const wide: NewOp = op.kind === 'dense' ? op : { ...op, window: single(op.rank) };
    return {
      factors: [
        { part: 'in', op: narrow, shape: [...window, channels[0], rank], data: left.data },
        { part: 'out', op: wide, shape: [...window.map(() => 1), rank, channels[1]], data: right.data },
      ],
      error: lostBeyond(this.spectra[0]!, rank),
      lostMean: outputMean.map((value, i) => value - kept[i]!),
    };
  }
}
