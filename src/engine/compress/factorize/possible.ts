import type { FactorizeStep } from '../../../protocol/steps/factorize';
import type { ModelContent } from '../../checkpoint/types';
import type { Sketched } from '../reshape/sketch';
import { pathKey } from '../reshape/layered';
import { chosenBy } from './candidates';
import type { Candidate } from './problem';
import type { Factor } from './scheme';

/**
 * Lists the layers that a step is about, with all that may come of them: the scheme, and whether a layer stays, often depend
 * on what it loses on examples.
 * @throws UserError where the step does not fit the model
 */
export function possibleFactors(model: ModelContent, step: FactorizeStep): Sketched[] {
  const { candidates, ranks } = chosenBy(model, step);
  return candidates.map((candidate): Sketched => {
    const rank =
      ranks.get(pathKey(candidate.node)) ?? (step.amount && 'rank' in step.amount ? step.amount.rank : undefined);
    const mayStay = rank === undefined || !saves(candidate, rank);
    return { ...candidate, parts: partsOf(candidate, step), mayStay, rank };
  });
}

function partsOf({ op, kernel }: Candidate, { scheme }: FactorizeStep): Factor['part'][] {
  const hasWindow = op.kind === 'conv' && kernel.tensor.shape.slice(0, -2).some((size) => size > 1);
  return hasWindow && (scheme === undefined || scheme === 'tucker') ? ['in', 'core', 'out'] : ['in', 'out'];
}

function saves({ kernel: { tensor } }: Candidate, rank: number): boolean {
  const outputs = tensor.shape.at(-1)!;
  return rank * (tensor.data.length / outputs + outputs) < tensor.data.length;
}
