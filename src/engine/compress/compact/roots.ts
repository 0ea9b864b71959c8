import { eigenOf, times, transposed, type Matrix } from '../matrix';

/** The share of the mean square of inputs that is added to each: float32 cannot tell smaller ones from nothing. */
const DAMPING = 0.01;
/** Inputs that are all 0 get this, so that roots are numbers. */
const SMALLEST = 1e-20;

/** Returns what is added to the second moments of inputs with this mean square. */
export const dampingOf = (mean: number): number => Math.max(SMALLEST, DAMPING * mean);

/** Returns the symmetric root of second moments, and the inverse of the root; both are damped. */
export function rootsOf(moments: Matrix): { readonly root: Matrix; readonly inverse: Matrix } {
  const { values, vectors } = eigenOf(moments);
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const damping = dampingOf(mean);
  const made = (power: number): Matrix => {
    const sizes = values.map((value) => (value + damping) ** power);
    const scaled = { ...vectors, data: vectors.data.map((value, i) => value * sizes[i % vectors.columns]!) };
    return times(scaled, transposed(vectors));
  };
  return { root: made(0.5), inverse: made(-0.5) };
}
