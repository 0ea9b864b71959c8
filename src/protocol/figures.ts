/** Figures that engine and page both need: one definition of each, to the last digit. */

/** The share of weights that is 0, 0 to 1; null where there are none. */
export const sparsityOf = (zeros: number, weights: number): number | null => (weights === 0 ? null : zeros / weights);

/** What decides how many multiply-accumulates of a layer count. */
interface Counted {
  /** Dense, for one sample; null where they cannot be inferred. */
  readonly macs: number | null;
  /** Zeros over its kernel weights, 0 to 1; null without kernel weights. */
  readonly sparsity: number | null;
}

/**
 * The multiply-accumulates of a layer whose weight is not 0, a whole number: every kernel weight of a layer is used equally
 * often, so they shrink with its density. Null where the dense ones cannot be inferred.
 */
export const nonzeroMacsOf = ({ macs, sparsity }: Counted): number | null =>
  macs === null ? null : Math.round(macs * (1 - (sparsity ?? 0)));

/** The multiply-accumulates of several layers together; null where those of one are unknown, whatever it is. */
export const sumMacs = (macs: readonly (number | null)[]): number | null =>
  macs.reduce<number | null>((all, one) => (all === null || one === null ? null : all + one), 0);

/** The multiply-accumulates of a model whose weight is not 0; null where those of a layer are unknown. */
export const nonzeroMacs = (layers: readonly Counted[]): number | null => sumMacs(layers.map(nonzeroMacsOf));
