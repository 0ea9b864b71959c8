import { UserError } from '../../../protocol/errors';
import type { RemovalTotals, RemovedLayer } from '../../../protocol/removal';
import type { RemoveStep } from '../../../protocol/steps/remove';
import type { ModelContent } from '../../checkpoint/types';
import { protectedLayers } from '../prune/protect';
import { countFor, saving } from './amount';
import { channelGroups, type ChannelGroups } from './channels';
import { describeLayers, totalsOf } from './describe';
import { families, type Family } from './families';
import { maskChannels } from './mask';
import { bundles, mergeRankings, rankFamily } from './ranking';
import { channelScores } from './scores';
import type { GroupScores } from './scores/score';
import { removeChannels } from './shrink';
import { Widths } from './widths';
import { deadChannels } from './zeros';

/** A family with those of its groups that may go. */
interface FreeFamily extends Family {
  /** All of its groups, those that stay too. */
  readonly width: number;
}

/** What a remove step would do to a model. */
export interface RemovePlan {
  /** The model with all its channels, and the groups of them that go. */
  readonly groups: ChannelGroups;
  readonly removed: ReadonlySet<number>;
  readonly free: readonly FreeFamily[];
  /** The smaller model. */
  readonly model: ModelContent;
  /** The model with all its channels whose outputs the smaller one must have. */
  readonly expected: () => ModelContent;
  /** Every layer, with the reason for each that keeps its channels. */
  readonly layers: readonly RemovedLayer[];
  readonly totals: RemovalTotals;
}

/**
 * Plans which channels go, and removes them from a copy.
 * @param scores of the model's groups, by the step's score
 * @throws UserError for layers that do not exist or make no channels that may go, and for amounts that cannot be reached
 */
export function planRemove(model: ModelContent, step: RemoveStep, scores: GroupScores): RemovePlan {
  const groups = channelGroups(model);
  const names = groups.layers.map(({ name }) => name);
  const guarded = protectedLayers(names, step.protect);
  const all = families(groups);
  const guardedGroups = new Set(groups.layers.flatMap(({ name, outputs }) => (guarded.has(name) ? outputs : [])));
  const free = all
    .map((family) => ({
      ...family,
      width: family.groups.length,
      groups: family.groups.filter((group) => !groups.fixed.has(group) && !guardedGroups.has(group)),
    }))
    .filter((family) => family.groups.length > 0);
  if (free.length === 0) throw new UserError(nothingToRemove(groups));
  const zeros = step.amount !== undefined && 'zeros' in step.amount;
  if (!zeros && free.every((family) => family.groups.every((group) => !scores.has(group))))
    throw new UserError(
      `The score ${step.score} says nothing of any channel of the model${step.score === 'bn-scale' ? ', because none is scaled by batch normalisation' : ''}: choose another score.`,
    );
  const widths = new Widths(all);
  const removed = new Set<number>();
  const byHand = new Set<Family>();
  for (const [name, share] of Object.entries(step.layers ?? {})) {
    const family = familyOf(name, free, groups, guarded);
    if (byHand.has(family))
      throw new UserError(`The channels of "${name}" hang together with those of another layer in "layers": name one.`);
    byHand.add(family);
    const asked = Math.round(share * family.groups.length);
    let taken = 0;
    for (const bundle of bundles(rankFamily(family, scores), family.width, step.multipleOf)) {
      taken += bundle.groups.length;
      if (taken > asked) break;
      if (widths.take(bundle.groups)) for (const group of bundle.groups) removed.add(group);
    }
  }
  const dead = zeros
    ? deadChannels(model, groups, new Set(free.flatMap((family) => family.groups)), widths)
    : undefined;
  if (dead) for (const group of dead.removed) removed.add(group);
  else if (step.amount) {
    const { amount } = step;
    const { comparable } = channelScores[step.score];
    const ranked = free
      .filter((family) => !byHand.has(family))
      .map((family) => {
        const comparison = comparable ? { savedBy: saving(model, groups, family, amount) } : undefined;
        return { width: family.width, order: rankFamily(family, scores, comparison) };
      });
    const total = ranked.reduce((sum, { order }) => sum + order.length, 0);
    const order = mergeRankings(
      ranked.map(({ order, width }) => bundles(order, width, step.multipleOf)),
      step.scope,
    ).filter((bundle) => widths.take(bundle.groups));
    const without = (some: readonly number[]) => removeChannels(model, groups, new Set([...removed, ...some]));
    for (const bundle of order.slice(0, countFor(amount, order, total, without, model)))
      for (const group of bundle.groups) removed.add(group);
  }
  const smaller = removed.size === 0 ? model : removeChannels(dead?.folded ?? model, groups, removed);
  return {
    groups,
    removed,
    free,
    model: smaller,
    expected: () => (dead ? model : maskChannels(model, groups, removed)),
    layers: describeLayers({ model, smaller, groups, guarded, scores, dead }),
    totals: totalsOf(model, smaller),
  };
}

function familyOf(
  name: string,
  free: readonly FreeFamily[],
  groups: ChannelGroups,
  guarded: ReadonlyMap<string, string>,
): FreeFamily {
  const index = groups.layers.findIndex((layer) => layer.name === name);
  const family = free.find(({ makers }) => makers.includes(index));
  if (family) return family;
  const pattern = guarded.get(name);
  if (pattern !== undefined)
    throw new UserError(
      `The layer "${name}" has an amount, but "${pattern}" in "protect" leaves it alone: take out one of them.`,
    );
  const possible = free.flatMap(({ makers }) => makers.map((maker) => `"${groups.layers[maker]!.name}"`));
  const choices = [...new Set(possible)].join(', ');
  if (index < 0)
    throw new UserError(`The model has no layer "${name}": layers whose channels can be removed are ${choices}.`);
  const reason = groups.layers[index]!.outputs.map((one) => groups.fixed.get(one)).find((one) => one !== undefined);
  throw new UserError(
    `The channels of the layer "${name}" cannot be removed (${reason ?? 'it makes none of its own'}): take one of ${choices}.`,
  );
}

function nothingToRemove({ fixed }: ChannelGroups): string {
  const [reason] = fixed.values();
  return `The model has no channels that can be removed${reason === undefined ? '' : ` (${reason})`}: choose another model, or protect fewer layers.`;
}
