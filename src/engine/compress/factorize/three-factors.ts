import { tf } from '../../tf';
import { computed, onBackend, product } from '../backend-matrix';
import { matrix, solved, transposed, transposedTimes, type Matrix } from '../matrix';

/** A kernel as a sum of products: of a window, of weights of the inputs, and of weights of the outputs, a column for each. */
export interface ThreeFactors {
  /** Positions of the window x rank. */
  readonly places: Matrix;
  /** Input channels x rank. */
  readonly inputs: Matrix;
  /** Output channels x rank. */
  readonly outputs: Matrix;
}

/**
 * Share of the size of the kernel that large factors cost: without a price, terms that nearly cancel out grow without end
 * (Phan et al. 2020).
 */
const PRICE = 1e-5;

/**
 * Fits three factors to a kernel by alternating least squares (Lebedev et al. 2015).
 * @param kernel positions and inputs x outputs
 * @param rounds updates of each factor
 * @returns the factors, and the squares of the kernel that they lose
 */
export async function fitted(
  kernel: Matrix,
  start: ThreeFactors,
  rounds: number,
): Promise<{ factors: ThreeFactors; lost: number }> {
  let { places, inputs, outputs } = start;
  const total = kernel.data.reduce((sum, one) => sum + one * one, 0);
  let lost = total;
  const whole = onBackend(kernel);
  try {
    for (let round = 0; round < rounds; round++) {
      const from = outputs;
      const seen = await computed(() => tf.matMul(whole, onBackend(from)));
      const ofOutputs = transposedTimes(outputs, outputs);
      places = shareOf(together(transposedTimes(inputs, inputs), ofOutputs), overInputs(seen, inputs));
      inputs = shareOf(together(transposedTimes(places, places), ofOutputs), overPlaces(seen, places));
      const both = joined(places, inputs);
      const wanted = await computed(() => tf.matMul(whole, onBackend(both), true));
      const gram = together(transposedTimes(places, places), transposedTimes(inputs, inputs));
      outputs = shareOf(gram, wanted);
      const own = together(gram, transposedTimes(outputs, outputs));
      lost = Math.max(0, total - 2 * dot(wanted, outputs) + own.data.reduce((sum, one) => sum + one, 0));
      evenOut({ places, inputs, outputs });
    }
  } finally {
    whole.dispose();
  }
  return { factors: { places, inputs, outputs }, lost };
}

/** Multiplies windows and inputs: positions and inputs x rank. */
export function joined(places: Matrix, inputs: Matrix): Matrix {
  const { columns } = places;
  const both = matrix(places.rows * inputs.rows, columns);
  for (let p = 0; p < places.rows; p++)
    for (let c = 0; c < inputs.rows; c++)
      for (let r = 0; r < columns; r++)
        both.data[(p * inputs.rows + c) * columns + r] = places.data[p * columns + r]! * inputs.data[c * columns + r]!;
  return both;
}

/** Makes the columns of all factors equally long. */
export function evenOut(factors: ThreeFactors): void {
  const all = [factors.places, factors.inputs, factors.outputs];
  const rank = factors.places.columns;
  for (let r = 0; r < rank; r++) {
    const lengths = all.map(({ data }) => {
      let sum = 0;
      for (let i = r; i < data.length; i += rank) sum += data[i]! ** 2;
      return Math.sqrt(sum);
    });
    if (!lengths.every((length) => length > 0)) continue;
    const even = Math.cbrt(lengths.reduce((product, length) => product * length, 1));
    for (const [i, { data }] of all.entries())
      for (let k = r; k < data.length; k += rank) data[k]! *= even / lengths[i]!;
  }
}

/** Solves `X * gram = wanted` for X, with a price on large values. */
function shareOf(gram: Matrix, wanted: Matrix): Matrix {
  const priced = { ...gram, data: gram.data.slice() };
  let mean = 0;
  for (let i = 0; i < gram.rows; i++) mean += gram.data[i * gram.rows + i]! / gram.rows;
  for (let i = 0; i < gram.rows; i++) priced.data[i * gram.rows + i]! += PRICE * mean;
  return transposed(solved(priced, transposed(wanted)));
}

/** Multiplies two matrices number by number. */
const together = (a: Matrix, b: Matrix): Matrix => ({ ...a, data: a.data.map((one, i) => one * b.data[i]!) });

const dot = (a: Matrix, b: Matrix): number => a.data.reduce((sum, one, i) => sum + one * b.data[i]!, 0);

function overInputs(seen: Matrix, inputs: Matrix): Matrix {
  const { rows: channels, columns: rank } = inputs;
  const sum = matrix(seen.rows / channels, rank);
  for (let i = 0; i < seen.rows; i++) {
    const [place, channel] = [Math.floor(i / channels) * rank, (i % channels) * rank];
    for (let r = 0; r < rank; r++) sum.data[place + r]! += seen.data[i * rank + r]! * inputs.data[channel + r]!;
  }
  return sum;
}

function overPlaces(seen: Matrix, places: Matrix): Matrix {
  const { rows: positions, columns: rank } = places;
  const channels = seen.rows / positions;
  const sum = matrix(channels, rank);
  for (let i = 0; i < seen.rows; i++) {
    const [place, channel] = [Math.floor(i / channels) * rank, (i % channels) * rank];
    for (let r = 0; r < rank; r++) sum.data[channel + r]! += seen.data[i * rank + r]! * places.data[place + r]!;
  }
  return sum;
}

/** Steps of conjugate gradients for each update of a factor. */
const STEPS = 3;

/**
 * Fits three factors further, where the inputs of the kernel are not alike: by alternating least squares weighted by their
 * covariance, which are solved for the outputs, and by some steps of conjugate gradients for windows and inputs.
 * @param covariance of the inputs, positions and channels; the nearer to the identity, the fewer rounds are needed
 * @returns the factors, and the weighted squares of the kernel that they lose
 */
export async function refined(
  kernel: Matrix,
  covariance: Matrix,
  start: ThreeFactors,
  rounds: number,
): Promise<{ factors: ThreeFactors; lost: number }> {
  const weights = onBackend(covariance);
  try {
    const image = (of: Matrix): Promise<Matrix> => computed(() => tf.matMul(weights, onBackend(of)));
    const target = await image(kernel);
    const total = dot(kernel, target);
    let { places, inputs, outputs } = start;
    let lost = total;
    for (let round = 0; round <= rounds; round++) {
      if (round > 0) {
        evenOut({ places, inputs, outputs });
        const square = transposedTimes(outputs, outputs);
        const wanted = await product(target, outputs);
        const ofInputs = inputs;
        places = await descended(places, overInputs(wanted, ofInputs), together(transposedTimes(ofInputs, ofInputs), square), async (one) =>
          overInputs(await product(await image(joined(one, ofInputs)), square), ofInputs),
        ); // prettier-ignore
        const ofPlaces = places;
        inputs = await descended(inputs, overPlaces(wanted, ofPlaces), together(transposedTimes(ofPlaces, ofPlaces), square), async (one) =>
          overPlaces(await product(await image(joined(ofPlaces, one)), square), ofPlaces),
        ); // prettier-ignore
      }
      const both = joined(places, inputs);
      const gram = await product(both, await image(both), true);
      const seen = await product(target, both, true);
      outputs = shareOf(gram, seen);
      lost = Math.max(0, total - 2 * dot(seen, outputs) + dot(gram, transposedTimes(outputs, outputs)));
    }
    const factors = { places, inputs, outputs };
    evenOut(factors);
    return { factors, lost };
  } finally {
    weights.dispose();
  }
}

/**
 * Solves `apply(X) = wanted` for a positive operator by some steps of conjugate gradients.
 * @param near a matrix that multiplies X from the right about as the operator does
 */
async function descended(
  start: Matrix,
  wanted: Matrix,
  near: Matrix,
  apply: (of: Matrix) => Promise<Matrix>,
): Promise<Matrix> {
  const plus = (a: Matrix, b: Matrix, factor: number): Matrix => ({ ...a, data: a.data.map((one, i) => one + factor * b.data[i]!) }); // prettier-ignore
  const back = (of: Matrix): Matrix => shareOf(near, of);
  let x = start;
  let rest = plus(wanted, await apply(x), -1);
  let turned = back(rest);
  let way = turned;
  let size = dot(rest, turned);
  for (let step = 0; step < STEPS && size > 0; step++) {
    const along = await apply(way);
    const curve = dot(way, along);
    if (!(curve > 0)) break;
    x = plus(x, way, size / curve);
    rest = plus(rest, along, -size / curve);
    turned = back(rest);
    const next = dot(rest, turned);
    way = plus(turned, way, next / size);
    size = next;
  }
  return x;
}
