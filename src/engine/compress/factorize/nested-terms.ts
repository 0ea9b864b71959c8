import { product } from '../backend-matrix';
import { eigenOf, matrix, times, transposed, type Matrix } from '../matrix';
import { evenOut, type ThreeFactors } from './three-factors';

/** A product: a direction of the outputs, a window, and the square that it adds. */
interface Term {
  readonly output: number;
  readonly place: Float64Array;
  readonly square: number;
}

/** Products of one orthogonal decomposition within another: a start, and a bound of the error for each rank. */
export class NestedTerms {
  /** Squares that each product adds, in descending order. */
  readonly squares: Float64Array;
  readonly #terms: readonly Term[];
  readonly #filters: Matrix;
  readonly #basis: Matrix;

  private constructor(filters: Matrix, basis: Matrix, terms: readonly Term[]) {
    this.#filters = filters;
    this.#basis = basis;
    this.#terms = terms;
    this.squares = Float64Array.from(terms, ({ square }) => square);
  }

  /**
   * Decomposes a kernel.
   * @param kernel positions and inputs x outputs
   * @param basis orthonormal directions of the outputs, as columns
   */
  static async of(kernel: Matrix, places: number, basis: Matrix): Promise<NestedTerms> {
    const filters = await product(kernel, basis);
    const inputs = kernel.rows / places;
    const terms = Array.from({ length: basis.columns }, (_, output) => {
      const own = matrix(places, inputs);
      for (let i = 0; i < kernel.rows; i++) own.data[i] = filters.data[i * basis.columns + output]!;
      const { values, vectors } = eigenOf(times(own, transposed(own)));
      return Array.from({ length: Math.min(places, inputs) }, (_, term) => ({
        ...{ output, square: values[term]! },
        place: Float64Array.from({ length: places }, (_, p) => vectors.data[p * places + term]!),
      }));
    }).flat();
    return new NestedTerms(filters, basis, terms.toSorted((a, b) => b.square - a.square)); // prettier-ignore
  }

  /** The largest products. */
  first(rank: number): ThreeFactors {
    const [filters, basis] = [this.#filters, this.#basis];
    const positions = this.#terms[0]!.place.length;
    const channels = filters.rows / positions;
    const [places, inputs, outputs] = [matrix(positions, rank), matrix(channels, rank), matrix(basis.rows, rank)];
    for (const [r, { output, place }] of this.#terms.slice(0, rank).entries()) {
      for (let p = 0; p < positions; p++) {
        places.data[p * rank + r] = place[p]!;
        for (let c = 0; c < channels; c++)
          inputs.data[c * rank + r]! += place[p]! * filters.data[(p * channels + c) * filters.columns + output]!;
      }
      for (let o = 0; o < basis.rows; o++) outputs.data[o * rank + r] = basis.data[o * basis.columns + output]!;
    }
    const factors = { places, inputs, outputs };
    evenOut(factors);
    return factors;
  }
}
