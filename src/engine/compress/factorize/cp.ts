import { product } from '../backend-matrix';
import { transposed, type Matrix } from '../matrix';
import { nearestKronecker, Whitening } from './kronecker';
import { NestedTerms } from './nested-terms';
import type { Problem } from './problem';
import { lostBy, lostBeyond, movedBy, single, type Factors, type Option, type Scheme, type Spectrum } from './scheme'; // prettier-ignore
import { fitted, joined, refined, type ThreeFactors } from './three-factors';

/** Ranks at which the error is measured; between them it is interpolated. */
const MEASURED = 5;
/** Rounds of the fit, without and with the covariance of the inputs in view, where an error is only estimated. */
const QUICK = { alike: 6, weighted: 1 };
/** The same where the factors are kept. */
const WHOLE = { alike: 20, weighted: 8 };
/** Rounds where inputs are alike, so that nothing else follows. */
const WITHOUT_DATA = 40;

/**
 * The canonical polyadic decomposition (Lebedev et al. 2015): a convolution of single positions to some channels, a window for
 * each of these, and a convolution of single positions to all outputs. The window stays whole, since a column and a row of
 * it would move more numbers than they save products, and TensorFlow.js has no strides of one axis for them.
 */
export class CpScheme implements Scheme {
  readonly name = 'cp';
  readonly #problem: Problem;
  readonly #covariance: Matrix;
  readonly #white: White;
  readonly spectra: readonly Spectrum[];

  private constructor(problem: Problem, covariance: Matrix, white: White, spectrum: Spectrum) {
    this.#problem = problem;
    this.#covariance = covariance;
    this.#white = white;
    this.spectra = [spectrum];
  }

  /** Measures what some ranks lose. */
  static async of(problem: Problem, covariance: Matrix): Promise<CpScheme> {
    const white = await whitened(problem, covariance);
    return new CpScheme(problem, covariance, white, await measured(problem, white));
  }

  readonly weights = (): Promise<Spectrum[]> => {
    throw new Error('"cp" takes no matrix apart, so nothing finds its rank by the noise of one');
  };

  option([rank = 1]: readonly number[]): Option {
    const { channels, rows, positions } = this.#problem;
    const places = rows / channels[0];
    const { inputs, outputs } = positions;
    return {
      ...{ scheme: 'cp', ranks: [rank], params: rank * (channels[0] + places + channels[1]) },
      macs: rank * (channels[0] * inputs + (places + channels[1]) * outputs),
      moved: movedBy(channels[0] * inputs, rank * inputs, rank * outputs, channels[1] * outputs),
      error: lostBeyond(this.spectra[0]!, rank),
    };
  }

  async build([rank = 1]: readonly number[]): Promise<Factors> {
    const { channels, op, window } = this.#problem;
    if (op.kind !== 'conv') throw new Error('only convolutions have a window');
    const { factors } = await fit(this.#white, rank, WHOLE);
    const { places, inputs } = this.#white.whitening.back(factors);
    const right = transposed(factors.outputs);
    const whole = await product(joined(places, inputs), right);
    return {
      factors: [
        { part: 'in', op: { ...op, filters: rank, activation: 'linear', window: single(op.rank) }, shape: [1, 1, channels[0], rank], data: inputs.data }, // prettier-ignore
        { part: 'depthwise', op: { kind: 'depthwise-conv', rank: op.rank, window: op.window, multiplier: 1, activation: 'linear' }, shape: [...window, rank, 1], data: places.data }, // prettier-ignore
        { part: 'out', op: { ...op, window: single(op.rank) }, shape: [1, 1, rank, channels[1]], data: right.data }, // prettier-ignore
      ],
      ...(await lostBy(this.#problem, this.#covariance, whole)),
    };
  }
}

/** The problem in coordinates in which its inputs are about alike. */
interface White {
  readonly kernel: Matrix;
  /** Null where they are alike. */
  readonly covariance: Matrix | null;
  readonly whitening: Whitening;
  readonly terms: NestedTerms;
}

async function whitened(problem: Problem, covariance: Matrix): Promise<White> {
  const [channels] = problem.channels;
  const whitening = new Whitening(nearestKronecker(covariance, channels));
  const kernel = await whitening.kernel(problem.matrix());
  const terms = await NestedTerms.of(kernel, problem.rows / channels, problem.eigen.vectors);
  return {
    kernel,
    covariance: isIdentity(covariance) ? null : await whitening.covariance(covariance),
    whitening,
    terms,
  };
}

function isIdentity({ rows, data }: Matrix): boolean {
  return data.every((value, i) => value === (i % (rows + 1) === 0 ? 1 : 0));
}

/** Fits so many terms to the kernel. */
async function fit(
  { kernel, covariance, terms }: White,
  rank: number,
  rounds: typeof QUICK,
): Promise<{ factors: ThreeFactors; lost: number }> {
  const start = terms.first(rank);
  if (!covariance) return fitted(kernel, start, rounds === WHOLE ? WITHOUT_DATA : rounds.alike);
  const { factors } = await fitted(kernel, start, rounds.alike);
  return refined(kernel, covariance, factors, rounds.weighted);
}

/** Measures the error at some ranks; between them the share of it that nested terms leave is interpolated. */
async function measured({ channels, rows, columns, total }: Problem, white: White): Promise<Spectrum> {
  const places = rows / channels[0];
  const { squares } = white.terms;
  const most = Math.min(squares.length, Math.max(...channels));
  const ranks = [...new Set(Array.from({ length: MEASURED }, (_, i) => Math.max(1, Math.round(most / 2 ** i))))].reverse(); // prettier-ignore
  const left = leftBeyond(squares);
  const shares: number[] = [];
  for (const rank of ranks) {
    const { lost } = await fit(white, rank, QUICK);
    // A kernel of zeros loses nothing.
    shares.push(lost === 0 ? 0 : lost / Math.max(left[rank]!, 1e-12 * left[0]!));
  }
  const errors = Float64Array.from(left, (square, rank) => square * between(ranks, shares, rank));
  const scale = Math.max(total, 1e-30);
  let least = 1;
  const kept = Float64Array.from(squares, (_, i) => {
    const before = least;
    least = Math.min(least, errors[i + 1]! / scale);
    return before - least;
  });
  return { squares: kept, total: 1, rows: places * channels[0], columns };
}

/** Squares that the terms beyond each rank add up to, from no term on. */
function leftBeyond(squares: Float64Array): Float64Array {
  const left = new Float64Array(squares.length + 1);
  for (let i = squares.length - 1; i >= 0; i--) left[i] = left[i + 1]! + squares[i]!;
  return left;
}

/** Interpolates values given at some places in ascending order; beyond the ends it takes those there. */
function between(places: readonly number[], values: readonly number[], at: number): number {
  const next = places.findIndex((place) => place >= at);
  if (next <= 0) return values.at(next)!;
  const [from, to] = [places[next - 1]!, places[next]!];
  const share = (at - from) / (to - from);
  return values[next - 1]! * (1 - share) + values[next]! * share;
}
