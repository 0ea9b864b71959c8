import { shapeSize } from '../../checkpoint/dtype';
import type { FactorAmount, FactorScheme } from '../../../protocol/steps/factorize';
import type { Window } from '../../model/op/attributes';
import { CpScheme } from './cp';
import { MOST_WHOLE } from './top-eigen';
import type { Candidate, Problem } from './problem';
import type { Scheme } from './scheme';
import { SpatialScheme } from './spatial';
import { SvdScheme } from './svd';
import { TuckerScheme } from './tucker';

/** True for a convolution whose window has more than a single position. */
export const hasWindow = ({ op, kernel: { tensor } }: Candidate): boolean =>
  op.kind === 'conv' && tensor.shape.slice(0, -2).some((size) => size > 1);

/** Explains why a convolution with a window allows no scheme, in words that go on after `it`; undefined where it allows it. */
export function whyNot(scheme: FactorScheme, { op, kernel: { tensor } }: Candidate): string | undefined {
  if (op.kind !== 'conv') return undefined;
  const window = tensor.shape.slice(0, -2);
  if (scheme === 'spatial' && !(window.length === 2 && window.every((size) => size > 1)))
    return 'has no window of two sides, which "spatial" takes apart';
  if (scheme !== 'cp') return undefined;
  if (window.length !== 2)
    return 'is no convolution over two axes, and TensorFlow.js has no other depthwise convolutions';
  if (!isPlain(op.window))
    return 'has a dilation, or strides that differ, which TensorFlow.js does not do for depthwise convolutions';
  return undefined;
}

const isPlain = ({ strides, dilation }: Window): boolean =>
  dilation?.some((step) => step !== 1) !== true && strides?.some((step) => step !== strides[0]) !== true;

/** Weights of a kernel that `cp` is tried for unasked: its factors are found by rounds of fits, which take long for large ones. */
const MOST_FITTED = 2 ** 18;

/** Tells whether an amount chooses from "cp" too: its rank means less than the same one of another scheme. */
export const triesCp = (candidate: Candidate, amount: FactorAmount | undefined): boolean =>
  amount !== undefined &&
  ('params' in amount || 'macs' in amount) &&
  shapeSize(candidate.kernel.tensor.shape) <= MOST_FITTED &&
  whyNot('cp', candidate) === undefined;

/**
 * Makes the schemes that a layer allows.
 * @param only the one that a person wants for convolutions with a window
 * @param amount the amount that they are chosen by
 */
export async function schemesOf(problem: Problem, only?: FactorScheme, amount?: FactorAmount): Promise<Scheme[]> {
  const { covariance, columns } = problem;
  // Others need not keep what they do not look at.
  if (!hasWindow(problem) || !covariance || columns > MOST_WHOLE)
    return [new SvdScheme({ ...problem, covariance: null, outputs: null })];
  const allowed = (scheme: FactorScheme): boolean =>
    (only === undefined || only === scheme) && whyNot(scheme, problem) === undefined;
  const schemes: Scheme[] = allowed('svd') ? [new SvdScheme(problem)] : [];
  if (allowed('tucker')) schemes.push(await TuckerScheme.of(problem, covariance));
  if (allowed('spatial')) schemes.push(await SpatialScheme.of(problem, covariance));
  if (allowed('cp') && (only === 'cp' || triesCp(problem, amount)))
    schemes.push(await CpScheme.of(problem, covariance));
  return schemes;
}
