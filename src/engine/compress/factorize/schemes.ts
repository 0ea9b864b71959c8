import type { FactorScheme } from '../../../protocol/steps/factorize';
import { eigenWithin, MOST_WHOLE } from './top-eigen';
import type { Problem } from './problem';
import type { Scheme } from './scheme';
import { SpatialScheme } from './spatial';
import { SvdScheme } from './svd';
import { TuckerScheme } from './tucker';

/**
 * Makes the schemes that a layer allows.
 * @param only the one that a person wants for convolutions with a window
 */
export async function schemesOf(problem: Problem, only?: FactorScheme): Promise<Scheme[]> {
  const { outputs, window, op, covariance } = problem;
  const svd = new SvdScheme(problem, await eigenWithin(outputs));
  const wide = op.kind === 'conv' && window.some((size) => size > 1);
  if (!wide || !covariance || outputs.rows > MOST_WHOLE) return [svd];
  const schemes: Scheme[] = [svd];
  if (only !== 'svd' && only !== 'spatial') schemes.push(new TuckerScheme(problem, covariance, svd.eigen.values));
  if (only !== 'svd' && only !== 'tucker' && window.length === 2 && window.every((size) => size > 1))
    schemes.push(new SpatialScheme(problem, covariance));
  return schemes.filter(({ name }) => only === undefined || name === only);
}
