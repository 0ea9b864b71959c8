import { UserError } from '../../../protocol/errors';
import { needsImages } from '../../../protocol/steps/prune';
import type { Gradual } from '../../../protocol/steps/gradual';
import type { ModelContent } from '../../checkpoint/types';
import { calibrate } from '../../compress/prune/calibrate';
import { graduallyPruned, initialSparsity, prunedTo } from '../../compress/prune/gradual';
import type { GradualPruning } from '../../train/loop';
import { sparsitySchedule } from '../../train/sparsity-schedule';
import type { RunContext } from '../run-context';

/** The epoch at whose end full sparsity is reached, fractions allowed. */
export const fullSparsityAt = ({ to }: Gradual, epochs: number): number => to ?? Math.ceil(epochs / 2);

/** Checks a schedule by the step alone. @throws UserError */
export function checkGradual(gradual: Gradual, epochs: number, where: string): void {
  const { from, granularity = '' } = gradual;
  const to = fullSparsityAt(gradual, epochs);
  if (to < from)
    throw new UserError(
      `${where} has a schedule of sparsity that ends (after epoch ${to}) before it begins (after epoch ${from}): give "gradual" a later "to" or an earlier "from".`,
    );
  if (to > epochs)
    throw new UserError(
      `${where} has a schedule of sparsity that ends after epoch ${to}, but only ${epochs} epochs: give "gradual" an earlier "to", or the step more epochs.`,
    );
  if (gradual.regrow && needsImages(gradual.score))
    throw new UserError(
      `${where} cannot regrow weights by the score ${gradual.score}, because it is computed from a network in which they are 0: choose magnitude, or leave "regrow" out.`,
    );
  if (gradual.shareOf === 'start' && gradual.scope === 'layer')
    throw new UserError(
      `${where} counts its sparsity over the model at the start of the run, which may have other layers: rank all layers together, or count over the model of the step.`,
    );
  if (granularity.includes(':'))
    throw new UserError(
      `${where} cannot prune by ${granularity} gradually, because N:M is a pattern of fixed sparsity: prune by it first, then fine-tune.`,
    );
}

/**
 * Prepares gradual pruning of `model`, which the step starts from.
 * @throws UserError where the schedule does not fit the model
 */
export function gradualPruning(
  model: ModelContent,
  gradual: Gradual,
  epochs: number,
  { prepared, listener }: Pick<RunContext, 'prepared' | 'listener'>,
): GradualPruning & { readonly open: ReadonlyMap<string, number> } {
  const { seed } = prepared.recipe;
  const initial = initialSparsity(model, gradual);
  const pruned = graduallyPruned(model, gradual);
  const open = new Map(pruned.map(({ name, data }) => [name, data.length]));
  return {
    open,
    ...(gradual.regrow ? { regrown: new Set(open.keys()) } : {}),
    schedule: (stepsPerEpoch) =>
      sparsitySchedule({ ...gradual, to: fullSparsityAt(gradual, epochs) }, initial, stepsPerEpoch),
    mask: async (values, sparsity) => {
      const tensors = new Map(
        [...model.tensors.values()].map((tensor) => {
          const data = values.get(tensor.name);
          return [tensor.name, data ? { ...tensor, data } : tensor];
        }),
      );
      const now = { ...model, tensors };
      const statistics =
        prepared.data && (await calibrate(now, gradual, prepared.data, { seed, signal: listener.signal }));
      const { plan, tensors: after } = prunedTo(now, gradual, sparsity, seed, statistics ?? undefined);
      const masks = new Map<string, Uint8Array>();
      for (const { name } of pruned) {
        const { data } = after.get(name)!;
        const mask = new Uint8Array(data.length);
        for (let i = 0; i < data.length; i++) mask[i] = data[i] === 0 ? 0 : 1;
        masks.set(name, mask);
      }
      return { masks, sparsity: plan.totals.sparsity };
    },
  };
}
