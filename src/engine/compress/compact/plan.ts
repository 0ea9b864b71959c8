import { typedPercent } from '../../../protocol/format';
import { UserError } from '../../../protocol/errors';
import type { CompactStep } from '../../../protocol/steps/compact';
import type { Progress } from '../../../protocol/measure';
import type { ModelContent } from '../../checkpoint/types';
import type { Dataset } from '../../dataset/open-data';
import { layeredGraph } from '../reshape/layered';
import { withInputShape } from '../../model/input-shapes';
import { candidatesOf, type Candidate } from './candidates';
import { choose, type Choice } from './choose';
import type { ChosenLayer } from './fit';
import { rated, type RatedLayer } from './losses';

export interface CompactOptions {
  /** The recipe's. */
  readonly seed: number;
  /** Its training examples measure what forms lose, and fit them; null where there is none, or the model cannot run. */
  readonly dataset: Dataset | null;
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ((progress: Progress) => void) | undefined;
}

/** The layers that convolve, with the chosen form of each. */
export interface CompactPlan {
  readonly candidates: readonly Candidate[];
  /** By layer name; layers that stay are absent. */
  readonly chosen: ReadonlyMap<string, ChosenLayer>;
  /** Share of the multiply-accumulates of the convolutions that is left. */
  readonly macs: number;
}

/**
 * Plans which convolutions become compact, and how.
 * @throws UserError where the step does not fit the model, or its amount cannot be reached; CancelledError
 */
export async function planCompact(
  model: ModelContent,
  step: CompactStep,
  { dataset, ...options }: CompactOptions,
): Promise<CompactPlan> {
  const candidates = candidatesOf(layeredGraph(withInputShape(model, step.inputShape)), step);
  const about = candidates.filter(({ node, kept }) => node.macs !== null && !isApart(kept));
  const total = about.reduce((sum, { node }) => sum + node.macs!, 0);
  const fixed = about.reduce((sum, { node, open }) => sum + (open ? 0 : node.macs!), 0);
  if ('macs' in step.amount) requireReachable(candidates, { total, fixed, share: step.amount.macs });
  const layers = await rated(model, candidates, dataset, { samples: step.samples, ...options });
  const chosen = new Map<string, ChosenLayer>();
  const names = [...layers.keys()];
  const choices = names.map((name) => choicesOf(layers.get(name)!, step));
  const most = 'macs' in step.amount ? step.amount.macs * total - fixed : Infinity;
  const picked = choose(choices, most);
  if (!picked) throw new Error('an amount was let through that cannot be reached');
  let left = fixed;
  for (const [i, name] of names.entries()) {
    const { options: of, ...layer } = layers.get(name)!;
    const option = of[picked[i]!];
    left += choices[i]![picked[i]!]!.macs;
    if (option) chosen.set(name, { ...layer, option });
  }
  return { candidates, chosen, macs: total > 0 ? left / total : 1 };
}

/** Tells whether the step is not about a layer, so that it does not count. */
const isApart = (kept: Candidate['kept']): boolean =>
  kept !== undefined && (kept.state === 'protected' || kept.reason.includes('"layers"'));

/** Lists the choices of a layer; to stay as it is comes last, where the amount leaves the choice. */
function choicesOf({ convolution, options }: RatedLayer, { amount }: CompactStep): Choice[] {
  const stays = { macs: convolution.macs, loss: 0 };
  return [...options, ...('macs' in amount ? [stays] : [])];
}

/** @throws UserError where even the cheapest forms cost more */
function requireReachable(
  candidates: readonly Candidate[],
  { total, fixed, share }: { readonly total: number; readonly fixed: number; readonly share: number },
): void {
  const least = candidates.reduce((sum, { open }) => sum + (open ? open.options[0]!.macs : 0), fixed);
  if (least <= share * total) return;
  const reachable = Math.ceil((least / total) * 1000) / 1000;
  const stuck = candidates.filter(({ open, kept }) => !open && !isApart(kept));
  const [first] = [...stuck].sort((a, b) => (b.node.macs ?? 0) - (a.node.macs ?? 0));
  const why = first
    ? `, mostly because "${first.node.name}" stays (${first.kept?.reason ?? ''})`
    : ', because no form is cheaper';
  throw new UserError(
    `The convolutions cannot be reduced to ${typedPercent(share)} of their MACs${why}: ask for ${typedPercent(reachable)} or more.`,
  );
}
