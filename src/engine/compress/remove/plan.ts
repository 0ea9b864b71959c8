import { UserError } from '../../../protocol/errors';
import type { RemovalTotals, RemovedLayer } from '../../../protocol/removal';
import type { RemoveStep } from '../../../protocol/steps/remove';
import type { ModelContent } from '../../checkpoint/types';
import { withInputShape } from '../../model/input-shapes';
import { amountsByLayer, protectedLayers } from '../layer-names';
import { countFor, saving } from './amount';
import { channelGroups } from './channels';
import type { ChannelGroups } from './channel-groups';
import { describeLayers, totalsOf } from './describe';
import { coupledLayers, type CoupledLayers } from './coupled-layers';
import { whyFixed } from './fixed';
import { maskChannels } from './mask';
import { bundles, mergeRankings, rankGroups } from './ranking';
import { outcomeOf, stopSentence, stopsOf, type AskedLayer, type Outcome } from './reached';
import { channelScores } from './scores';
import type { GroupScores } from './scores/score';
import { removeChannels } from './shrink';
import { Widths } from './widths';
import { deadChannels } from './zeros';

/** Coupled layers with those of their channel groups that may be removed. */
interface FreeChannels extends CoupledLayers {
  /** Number of all their groups, including those that stay. */
  readonly width: number;
}

/** The effect of a remove step on a model. */
export interface RemovePlan {
  /** The model with all its channels, and the groups of them that go. */
  readonly groups: ChannelGroups;
  readonly removed: ReadonlySet<number>;
  readonly free: readonly FreeChannels[];
  /** The smaller model. */
  readonly model: ModelContent;
  /** Makes the reference model: it has all channels, and the smaller one must give the same outputs. */
  readonly expected: () => ModelContent;
  /** Every layer, with the reason for each that keeps its channels. */
  readonly layers: readonly RemovedLayer[];
  readonly totals: RemovalTotals;
  /** The removed amount, and the layers that stopped the rest. */
  readonly outcome: Outcome;
}

/**
 * Plans which channels go, and removes them from a copy.
 * @param scores of the model's groups, by the step's score
 * @throws UserError for layers that do not exist or make no channels that may go, for amounts that cannot be reached,
 * and for an input shape that does not fit
 */
export function planRemove(model: ModelContent, step: RemoveStep, scores: GroupScores): RemovePlan {
  const groups = channelGroups(model);
  const { inputShape } = step;
  const sized = (one: ModelContent): ModelContent => (inputShape ? withInputShape(one, inputShape) : one);
  const measured = sized(model);
  const guarded = protectedLayers(groups.layers, step.protect);
  const all = coupledLayers(groups);
  const guardedGroups = new Set(groups.layers.flatMap(({ name, outputs }) => (guarded.has(name) ? outputs : [])));
  const free = all
    .map((coupled) => ({
      ...coupled,
      width: coupled.groups.length,
      groups: coupled.groups.filter((group) => !groups.fixed.has(group) && !guardedGroups.has(group)),
    }))
    .filter((coupled) => coupled.groups.length > 0);
  if (free.length === 0) throw new UserError(nothingToRemove(groups, new Set(guarded.keys())));
  const zeros = step.amount !== undefined && 'zeros' in step.amount;
  if (!zeros && free.every((coupled) => coupled.groups.every((group) => !scores.has(group))))
    throw new UserError(
      `The score ${step.score} cannot rate any channel of the model${step.score === 'bn-scale' ? ', because none is scaled by batch normalization' : ''}: choose another score.`,
    );
  const widths = new Widths(all);
  const removed = new Set<number>();
  const asked = new Map<CoupledLayers, string>();
  const byHand: AskedLayer[] = [];
  const coupledWith = (index: number) => free.filter(({ producers }) => producers.includes(index));
  const shares = amountsByLayer(groups.layers, step.layers ?? {}, {
    possible: () => groups.layers.filter((_, i) => coupledWith(i).length > 0),
    why: (i) => (coupledWith(i).length > 0 ? undefined : whyNotRemoved(groups, i, guarded)),
  });
  for (const [index, share] of shares) {
    const { name } = groups.layers[index]!;
    const own = coupledWith(index).filter((coupled) => !asked.has(coupled));
    if (own.length === 0) {
      // A pattern, or a name in several models, may stand for coupled layers.
      if (step.layers?.[name] === undefined) continue;
      throw new UserError(
        `The channels of "${name}" are coupled with those of another layer in "layers": name only one of them.`,
      );
    }
    for (const coupled of own) asked.set(coupled, name);
    const of = own.reduce((sum, coupled) => sum + coupled.groups.length, 0);
    const order = mergeRankings(
      own.map((coupled) => bundles(rankGroups(coupled, scores), coupled.width, step.multipleOf)),
      'layer',
    );
    let left = Math.round(share * of);
    for (const bundle of order) {
      if (bundle.groups.length > left) break;
      if (!widths.take(bundle.groups)) continue;
      for (const group of bundle.groups) removed.add(group);
      left -= bundle.groups.length;
    }
    byHand.push({ name, share, of, went: Math.round(share * of) - left });
  }
  const dead = zeros
    ? deadChannels(model, groups, new Set(free.flatMap((coupled) => coupled.groups)), widths)
    : undefined;
  if (dead) for (const group of dead.removed) removed.add(group);
  else if (step.amount) {
    const { amount } = step;
    const { comparable } = channelScores[step.score];
    const ranked = free
      .filter((coupled) => !asked.has(coupled))
      .map((coupled) => {
        const comparison = comparable ? { savedBy: saving(measured, groups, coupled, amount) } : undefined;
        return { width: coupled.width, order: rankGroups(coupled, scores, comparison) };
      });
    const total = ranked.reduce((sum, { order }) => sum + order.length, 0);
    const order = mergeRankings(
      ranked.map(({ order, width }) => bundles(order, width, step.multipleOf)),
      step.scope,
    ).filter((bundle) => widths.take(bundle.groups));
    const stopped = stopSentence(stopsOf(groups));
    const without = (some: readonly number[]) => removeChannels(measured, groups, new Set([...removed, ...some]));
    for (const bundle of order.slice(0, countFor(amount, order, total, without, measured, stopped)))
      for (const group of bundle.groups) removed.add(group);
  }
  const smaller = removed.size === 0 ? model : removeChannels(dead?.folded ?? model, groups, removed);
  const totals = totalsOf(model, smaller, inputShape);
  return {
    groups,
    removed,
    free,
    model: smaller,
    expected: () => (dead ? model : maskChannels(model, groups, removed)),
    layers: describeLayers({ model: measured, smaller: sized(smaller), groups, removed, guarded, scores, dead }),
    totals,
    outcome: outcomeOf(step, groups, removed, totals, new Set(guarded.keys()), byHand),
  };
}

/** Explains in one sentence why none of the channels of a layer can be removed. */
function whyNotRemoved(groups: ChannelGroups, index: number, guarded: ReadonlyMap<string, string>): string {
  const { name, outputs } = groups.layers[index]!;
  const pattern = guarded.get(name);
  if (pattern !== undefined)
    return `The layer "${name}" has an amount, but "${pattern}" in "protect" protects it: remove one of them.`;
  const fix = outputs.map((one) => groups.fixed.get(one)).find((one) => one !== undefined);
  const partner = groups.layers.find(
    (other) => guarded.has(other.name) && other.outputs.some((one) => outputs.includes(one)),
  );
  const why = fix
    ? whyFixed(fix, name)
    : partner
      ? `they are coupled with those of "${partner.name}", which is protected`
      : 'it makes none of its own';
  return `The channels of the layer "${name}" cannot be removed (${why}): leave it out.`;
}

function nothingToRemove(groups: ChannelGroups, guarded: ReadonlySet<string>): string {
  const why = [
    ...(guarded.size > 0
      ? [`"protect" keeps the channels of ${guarded.size === 1 ? 'one layer' : `${guarded.size} layers`}`]
      : []),
    stopSentence(stopsOf(groups)) ?? 'the channels of its outputs stay',
  ];
  return `The model has no channels that can be removed: ${why.join(', and ')}; ${guarded.size > 0 ? 'protect fewer layers' : 'prune its weights instead'}.`;
}
