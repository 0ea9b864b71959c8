import { tf } from '../../tf';
import type { ModelContent } from '../../checkpoint/types';
import type { Dataset } from '../../dataset/open-data';
import { sumOverInputs } from '../calibration/inputs';
import { withSubject, type CalibrationOptions } from '../calibration/subject';
import { matrix, type Matrix } from '../matrix';
import { fromInputs, withoutData, type Candidate, type InputStatistics } from './problem';

/** The covariance of so many inputs is known; of a layer with more, only that of its outputs. */
export const MOST_INPUTS = 2400;
/** Share of the mean square of the inputs that is added to the variance of each. */
const RIDGE = 1e-5;
/** Numbers in all sums of one pass over the examples: 512 MB. */
const MOST_NUMBERS = 2 ** 27;

/**
 * Measures what enters layers, on training examples; without data nothing is known of it.
 * @param found is called with the statistics of each layer, in order
 * @throws UserError where the model cannot run or does not fit the data, CancelledError
 */
export async function eachStatistics(
  model: ModelContent,
  candidates: readonly Candidate[],
  data: Dataset | null,
  options: CalibrationOptions,
  found: (candidate: Candidate, statistics: InputStatistics | undefined) => Promise<void>,
): Promise<void> {
  if (!data) {
    for (const one of candidates) await found(one, await withoutData(one, MOST_INPUTS));
    return;
  }
  const parts = inPasses(candidates);
  for (const [i, part] of parts.entries()) {
    const stage = parts.length > 1 ? `${options.stage}, ${i + 1} of ${parts.length}` : options.stage;
    const sums = await summed(model, part, data, { ...options, stage });
    for (const one of part) {
      const gram = sums.get(one.kernel.tensor.name);
      await found(one, gram && (await statisticsOf(one, gram)));
    }
  }
}

const inputsOf = ({ kernel: { tensor } }: Candidate): number => tensor.data.length / tensor.shape.at(-1)!;
const sizeOf = (one: Candidate): number => {
  const inputs = inputsOf(one);
  return (inputs > MOST_INPUTS ? one.kernel.tensor.shape.at(-1)! : inputs) + 1;
};

/** Divides layers into passes whose sums fit into memory together. */
function inPasses(candidates: readonly Candidate[]): Candidate[][] {
  const parts: Candidate[][] = [];
  let numbers = Infinity;
  for (const one of candidates) {
    const size = sizeOf(one) ** 2;
    if (numbers + size > MOST_NUMBERS) {
      parts.push([]);
      numbers = 0;
    }
    parts.at(-1)!.push(one);
    numbers += size;
  }
  return parts;
}

/** Sums [x 1]^T [x 1] over all rows, where x is an input of the kernel, or of a large layer an output. */
function summed(
  model: ModelContent,
  part: readonly Candidate[],
  data: Dataset,
  options: CalibrationOptions,
): Promise<Map<string, Float32Array>> {
  const byName = new Map(part.map((one) => [one.kernel.tensor.name, one]));
  return withSubject(model, data, options, (subject) =>
    sumOverInputs(subject, byName.keys(), (columns, name) => {
      const one = byName.get(name)!;
      const inputs = inputsOf(one);
      const { data: weights } = one.kernel.tensor;
      const rows = inputs > MOST_INPUTS ? tf.matMul(columns, tf.tensor2d(weights, [inputs, weights.length / inputs])) : columns; // prettier-ignore
      const extended = tf.concat([rows, tf.ones<tf.Rank.R2>([rows.shape[0], 1])], 1);
      return tf.matMul(extended, extended, true);
    }),
  );
}

async function statisticsOf(one: Candidate, gram: Float32Array): Promise<InputStatistics> {
  const size = sizeOf(one);
  const [known, rows] = [size - 1, gram.at(-1)!];
  // A bias takes up the means.
  const mean = Float64Array.from({ length: known }, (_, i) => (one.bias ? gram[i * size + known]! / rows : 0));
  const covariance: Matrix = matrix(known, known);
  for (let i = 0; i < known; i++)
    for (let j = 0; j < known; j++) covariance.data[i * known + j] = gram[i * size + j]! / rows - mean[i]! * mean[j]!;
  // Sums of float32 are no finer than this share of the mean square: directions below it are as good as none.
  let square = 0;
  for (let i = 0; i < known; i++) square += gram[i * size + i]! / rows / known;
  for (let i = 0; i < known; i++) covariance.data[i * known + i]! += RIDGE * square;
  if (inputsOf(one) <= MOST_INPUTS) return fromInputs(one, mean, covariance);
  return { mean: null, covariance: null, outputs: covariance, outputMean: mean };
}
