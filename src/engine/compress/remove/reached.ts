import type { AskedRemoval, ReachedRemoval, RemovalStop, RemovalTotals } from '../../../protocol/removal';
import type { RemoveStep } from '../../../protocol/steps/remove';
import { percent } from '../../../protocol/format';
import { makesChannels } from '../../model/op/channels';
import type { Op } from '../../model/op/op';
import type { ChannelGroups } from './channel-groups';
import type { Stop } from './fixed';

/** The requested amount, the removed amount, and the layers that stopped the rest. */
export interface Outcome {
  readonly asked: AskedRemoval | null;
  readonly reached: ReachedRemoval;
  readonly stoppedBy: RemovalStop[];
  readonly shortfall?: string;
}

/** A layer with a share of its own, with the numbers of its channels that were requested and removed. */
export interface AskedLayer {
  readonly name: string;
  readonly share: number;
  readonly went: number;
  readonly of: number;
}

/**
 * Describes how far a removal came.
 * @param guarded names of protected layers
 * @param byHand layers with shares of their own; the step's amount is for all others
 */
export function outcomeOf(
  step: Pick<RemoveStep, 'amount' | 'multipleOf' | 'score'>,
  groups: ChannelGroups,
  removed: ReadonlySet<number>,
  totals: RemovalTotals,
  guarded: ReadonlySet<string>,
  byHand: readonly AskedLayer[],
): Outcome {
  const meant = meantGroups(groups, guarded);
  const asked = askedOf(step.amount);
  const reached = {
    channels: removed.size / Math.max(1, meant.size),
    params: 1 - totals.after.params / Math.max(1, totals.before.params),
    macs: shareGone(totals.before.macs, totals.after.macs),
  };
  const stoppedBy = stopsOf(groups, meant);
  const handed = new Set(byHand.flatMap(({ name }) => groups.layers.find((layer) => layer.name === name)!.outputs));
  const rest = [...meant].filter((one) => !handed.has(one));
  const went = rest.filter((one) => removed.has(one)).length;
  const short = [
    ...(asked?.of === 'channels' && went < Math.round(asked.share * rest.length)
      ? [`asked for ${rough(asked.share)} of the channels, ${rough(went / rest.length)} removed`]
      : []),
    ...byHand
      .filter((one) => one.went < Math.round(one.share * one.of))
      .map(({ name, share, went, of }) => `asked for ${rough(share)} of the channels of "${name}", ${rough(went / of)} removed`), // prettier-ignore
  ];
  if (short.length === 0) return { asked, reached, stoppedBy };
  const why = stopSentence(stoppedBy) ?? restWhy(step);
  return { asked, reached, stoppedBy, shortfall: `${short.join('; ')}: ${why}` };
}

/** Names the layer that stops a removal most, and counts the others; undefined where none does. */
export function stopSentence([most, ...others]: readonly RemovalStop[]): string | undefined {
  if (!most) return undefined;
  const more = others.length === 0 ? '' : ` (${others.length} more ${others.length === 1 ? 'layer stops' : 'layers stop'} it elsewhere)`; // prettier-ignore
  return `the layer "${most.layer}" (type ${most.type}) stops the removal in ${most.layers} ${most.layers === 1 ? 'layer' : 'layers'}, because ${most.why}${more}`;
}

const restWhy = ({ multipleOf, score }: Pick<RemoveStep, 'multipleOf' | 'score'>): string =>
  multipleOf > 1
    ? `widths stay multiples of ${multipleOf}, and every layer keeps a channel`
    : `every layer keeps a channel, and channels that the score ${score} cannot rate stay`;

/** Layers that make channels too, but keep all of them. */
const WHOLE: ReadonlySet<Op['kind']> = new Set([
  'recurrent',
  'cells',
  'conv-lstm',
  'bidirectional',
  'time-distributed',
  'embedding',
]);

const makes = (op: Op): boolean => makesChannels(op) || WHOLE.has(op.kind);

/** Collects the channels that layers make, except those of protected layers and those that leave the model. */
function meantGroups({ layers, fixed }: ChannelGroups, guarded: ReadonlySet<string>): Set<number> {
  const staying = new Set(layers.flatMap(({ name, outputs }) => (guarded.has(name) ? outputs : [])));
  const made = layers.flatMap(({ op, outputs }) => (makes(op) ? outputs : []));
  return new Set(made.filter((one) => !staying.has(one) && fixed.get(one)?.kind !== 'output'));
}

/** Lists the layers that stop the removal of channels, the one that stops most layers first. */
export function stopsOf(groups: ChannelGroups, meant = meantGroups(groups, new Set())): RemovalStop[] {
  const found = new Map<string, { by: Stop; layers: Set<string>; channels: Set<number> }>();
  for (const { name, op, outputs } of groups.layers) {
    if (!makes(op)) continue;
    for (const one of outputs) {
      const fix = groups.fixed.get(one);
      if (fix?.kind !== 'stopped' || !meant.has(one)) continue;
      const known = found.get(fix.by.layer) ?? { by: fix.by, layers: new Set(), channels: new Set() };
      found.set(fix.by.layer, known);
      known.layers.add(name);
      known.channels.add(one);
    }
  }
  return [...found.values()]
    .map(({ by, layers, channels }) => ({ ...by, layers: layers.size, channels: channels.size }))
    .sort((a, b) => b.layers - a.layers || b.channels - a.channels);
}

function askedOf(amount: RemoveStep['amount']): AskedRemoval | null {
  if (amount === undefined || 'zeros' in amount) return null;
  if ('channels' in amount) return { of: 'channels', share: amount.channels };
  return 'macs' in amount ? { of: 'macs', share: amount.macs } : { of: 'params', share: amount.params };
}

const shareGone = (before: number | null, after: number | null): number | null =>
  before === null || after === null ? null : before === 0 ? 0 : 1 - after / before;

/** `30%`, and one digit more below 10. */
const rough = (share: number): string => percent(share, share < 0.1 ? 1 : 0);
