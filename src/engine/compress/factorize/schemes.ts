import type { FactorScheme } from '../../../protocol/steps/factorize';
import { MOST_WHOLE } from './top-eigen';
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
  const { window, op, covariance, columns } = problem;
  const wide = op.kind === 'conv' && window.some((size) => size > 1);
  // Others need not keep what they do not look at.
  if (!wide || !covariance || columns > MOST_WHOLE)
    return [new SvdScheme({ ...problem, covariance: null, outputs: null })];
  const schemes: Scheme[] = [new SvdScheme(problem)];
  if (only !== 'svd' && only !== 'spatial') schemes.push(await TuckerScheme.of(problem, covariance));
  if (only !== 'svd' && only !== 'tucker' && window.length === 2 && window.every((size) => size > 1))
    schemes.push(await SpatialScheme.of(problem, covariance));
  return schemes.filter(({ name }) => only === undefined || name === only);
}
