/** Figures that engine and page both need. Each has one definition, exact to the last digit. */

/** The share of weights that are 0, 0 to 1; null without weights. */
export const sparsityOf = (zeros: number, weights: number): number | null => (weights === 0 ? null : zeros / weights);

/** The properties of a layer that decide its nonzero multiply-accumulates. */
interface Counted {
  /** Dense, for one example; null if they cannot be inferred. */
  readonly macs: number | null;
  /** Zeros over its kernel weights, 0 to 1; null without kernel weights. */
  readonly sparsity: number | null;
}

/**
 * The nonzero multiply-accumulates of a layer, a whole number. Every kernel weight of a layer is used equally often, so
 * they shrink with its density. Null if the dense ones cannot be inferred.
 */
export const nonzeroMacsOf = ({ macs, sparsity }: Counted): number | null =>
  macs === null ? null : Math.round(macs * (1 - (sparsity ?? 0)));

/** The sum of the multiply-accumulates of several layers; null if one of them is unknown. */
export const sumMacs = (macs: readonly (number | null)[]): number | null =>
  macs.reduce<number | null>((all, one) => (all === null || one === null ? null : all + one), 0);

/** The nonzero multiply-accumulates of a model; null if those of a layer are unknown. */
export const nonzeroMacs = (layers: readonly Counted[]): number | null => sumMacs(layers.map(nonzeroMacsOf));
