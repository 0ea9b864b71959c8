import { sumMacs } from '../../../protocol/figures';
import type { RemovalTotals, RemovedLayer } from '../../../protocol/removal';
import type { ModelContent } from '../../checkpoint/types';
import { readGraph } from '../../model/graph';
import type { GraphLayer } from '../../model/model-graph';
import { macsForOf, withInputShape } from '../../model/input-shapes';
import { makesChannels } from '../../model/op/channels';
import type { ChannelGroups } from './channel-groups';
import { madeBy, widthOf } from './axes';
import { whyFixed } from './fixed';
import type { GroupScores } from './scores/score';
import type { DeadChannels } from './zeros';

/** The input of a description: a plan and the facts that led to it. */
interface Planned {
  /** Before and after, both with the input sizes that the step gives. */
  readonly model: ModelContent;
  readonly smaller: ModelContent;
  readonly groups: ChannelGroups;
  readonly removed: ReadonlySet<number>;
  /** Protected layers with the pattern that names them. */
  readonly guarded: ReadonlyMap<string, string>;
  readonly scores: GroupScores;
  /** Set where the step looked for channels that are all zero. */
  readonly dead?: DeadChannels | undefined;
}

/** Describes every layer before and after, with the reason where it keeps its channels. */
export function describeLayers(planned: Planned): RemovedLayer[] {
  const [before, after] = [readGraph(planned.model).layers, readGraph(planned.smaller).layers];
  return planned.groups.layers.map(({ name, type }, i): RemovedLayer => {
    const sizes = { before: sizeOf(before[i]!), after: sizeOf(after[i]!) };
    const narrower = sizes.before.params !== sizes.after.params || sizes.before.width !== sizes.after.width;
    const reported = { name, type, ...judge(planned, i, narrower), ...sizes };
    requireTrue(reported, before[i]!, after[i]!);
    return reported;
  });
}

/**
 * Counts parameters and dense MACs of a whole model before and after.
 * @param inputShape size of the inputs for MACs, see `closeInputs`
 */
export function totalsOf(before: ModelContent, after: ModelContent, inputShape?: readonly number[]): RemovalTotals {
  const macsFor = macsForOf(before, inputShape);
  const sizeOf = (model: ModelContent) => ({
    ...modelSize(inputShape ? withInputShape(model, inputShape) : model),
    ...(macsFor ? { macsFor } : {}),
  });
  return { before: sizeOf(before), after: sizeOf(after) };
}

/** Counts parameters and dense MACs of a model; MACs are null where they cannot be inferred. */
export function modelSize(model: ModelContent): { params: number; macs: number | null } {
  const { layers } = readGraph(model);
  return {
    params: layers.reduce((sum, { params }) => sum + params, 0),
    macs: sumMacs(layers.map(({ macs }) => macs)),
  };
}

const sizeOf = (layer: GraphLayer) => ({
  width: widthOf(layer),
  params: layer.params,
  macs: layer.macs,
});

/**
 * Checks the report on a layer against its tensors.
 * @throws Error where they disagree: an internal error, after which nothing may be reported or written
 */
function requireTrue({ name, state }: RemovedLayer, before: GraphLayer, after: GraphLayer): void {
  const [had, has] = [madeBy(before), madeBy(after)];
  const lost = had !== null && has !== null && has < had;
  const false_ =
    (state === 'removed') !== lost ||
    (state === 'skipped' && before.params !== after.params) ||
    (had !== null && typeof after.outputShape?.at(-1) === 'number' && after.outputShape.at(-1) !== has);
  if (false_) throw new Error(`the layer ${name} is reported as ${state}, but has ${has} of ${had} channels`);
}

function judge(
  { groups, removed, guarded, scores, dead }: Planned,
  i: number,
  narrower: boolean,
): Pick<RemovedLayer, 'state' | 'reason'> {
  const { name, op, outputs } = groups.layers[i]!;
  const pattern = guarded.get(name);
  const idle = groups.calls.every(({ node }) => node !== i);
  if (pattern !== undefined) return { state: 'protected', reason: `it is protected by "${pattern}"` };
  const left = narrower ? 'follows' : 'skipped';
  if (idle) return { state: left, reason: 'no output of the model depends on it' };
  const stop = groups.stops.find(({ layer }) => layer === name);
  if (!makesChannels(op)) {
    if (stop) return { state: left, reason: `it stops the removal: ${stop.why}` };
    return narrower ? { state: left } : { state: left, reason: 'it makes no channels of its own' };
  }
  const staying = dead && stayingOf(outputs, dead);
  const kept = outputs.filter((one) => !removed.has(one));
  const fix = kept.map((one) => groups.fixed.get(one)).find((one) => one !== undefined);
  const fixed = fix && whyFixed(fix, name);
  if (kept.length < outputs.length) {
    const why = staying ?? (kept.length === 1 ? 'it keeps its last channel' : fixed && `it keeps others: ${fixed}`);
    return { state: 'removed', ...(why === undefined ? {} : { reason: why }) };
  }
  if (fixed !== undefined) return { state: left, reason: fixed };
  const partner = groups.layers.find(
    (other) => guarded.has(other.name) && other.outputs.some((one) => outputs.includes(one)),
  );
  if (partner)
    return {
      state: 'protected',
      reason: `its channels are coupled with those of "${partner.name}", which is protected`,
    };
  if (outputs.length === 0) return { state: left, reason: stop?.why ?? 'the number of its channels is unknown' };
  if (dead) return { state: left, reason: staying ?? 'none of its channels is all zero' };
  if (outputs.every((one) => !scores.has(one))) return { state: left, reason: 'the score cannot rate it' };
  if (outputs.length === 1) return { state: left, reason: 'it keeps its last channel' };
  return { state: left, reason: 'all its channels score higher, or no amount is given for it' };
}

/** Explains how many channels of a layer stay although they never change, and why. */
function stayingOf(outputs: readonly number[], { staying }: DeadChannels): string | undefined {
  const reasons = outputs.flatMap((group) => staying.get(group) ?? []);
  const [first] = reasons;
  if (first === undefined) return undefined;
  return reasons.length === 1
    ? `one channel stays: ${first}`
    : `${reasons.length} channels stay, each for a reason such as: ${first}`;
}
