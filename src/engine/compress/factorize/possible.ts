import type { FactorizeStep } from '../../../protocol/steps/factorize';
import { shapeSize } from '../../checkpoint/dtype';
import type { ModelContent } from '../../checkpoint/types';
import type { Sketched } from '../reshape/sketch';
import { pathKey } from '../reshape/layered';
import { chosenBy } from './candidates';
import type { Candidate } from './problem';
import type { Factor } from './scheme';
import { hasWindow, triesCp } from './schemes';

/**
 * Lists the layers that a step is about, with all that may come of them: the scheme, and whether a layer stays, often depend
 * on what it loses on examples.
 * @throws UserError where the step does not fit the model
 */
export function possibleFactors(model: ModelContent, step: FactorizeStep): Sketched[] {
  const { candidates, ranks } = chosenBy(model, step);
  return candidates.map((candidate): Sketched => {
    const own = ranks.get(pathKey(candidate.node));
    const amount = own === undefined ? step.amount : { rank: own };
    const rank = amount && 'rank' in amount ? amount.rank : undefined;
    const parts = partsOf(candidate, { ...step, amount });
    return { ...candidate, parts, mayStay: rank === undefined || !saves(candidate, rank, step), rank };
  });
}

function partsOf(candidate: Candidate, { scheme, amount }: FactorizeStep): Factor['part'][] {
  if (!hasWindow(candidate) || scheme === 'svd' || scheme === 'spatial') return ['in', 'out'];
  if (scheme === 'tucker') return ['in', 'core', 'out'];
  if (scheme === 'cp') return ['in', 'depthwise', 'out'];
  return triesCp(candidate, amount) ? ['in', 'core', 'depthwise', 'out'] : ['in', 'core', 'out'];
}

function saves(candidate: Candidate, rank: number, { scheme }: FactorizeStep): boolean {
  const { shape } = candidate.kernel.tensor;
  const [inputs, outputs] = [shape.at(-2)!, shape.at(-1)!];
  const rows = shapeSize(shape.slice(0, -1));
  const each = scheme === 'cp' && hasWindow(candidate) ? rows / inputs + inputs + outputs : rows + outputs;
  return rank * each < rows * outputs;
}
