import type { RemovalTotals, RemovedLayer } from '../../../protocol/removal';
import type { ModelContent } from '../../checkpoint/types';
import { readGraph, type GraphLayer } from '../../model/graph';
import type { ChannelGroups } from './channels';
import { WIDTH_KEYS } from './follow';
import type { GroupScores } from './scores/score';
import type { DeadChannels } from './zeros';

/** What is known of a plan when its layers are described. */
interface Planned {
  readonly model: ModelContent;
  readonly smaller: ModelContent;
  readonly groups: ChannelGroups;
  /** Protected layers with the pattern that names them. */
  readonly guarded: ReadonlyMap<string, string>;
  readonly scores: GroupScores;
  /** Where channels that are all zero were looked for. */
  readonly dead?: DeadChannels | undefined;
}

/** Every layer before and after, with the reason for each that keeps its channels. */
export function describeLayers(planned: Planned): RemovedLayer[] {
  const [before, after] = [readGraph(planned.model).layers, readGraph(planned.smaller).layers];
  return planned.groups.layers.map(({ name, type }, i) => {
    const sizes = { before: sizeOf(before[i]!), after: sizeOf(after[i]!) };
    const { state, reason } = judge(planned, i, sizes.before.params !== sizes.after.params);
    return { name, type, state, ...sizes, ...(reason === undefined ? {} : { reason }) };
  });
}

/** Parameters and dense MACs of a whole model before and after. */
export const totalsOf = (before: ModelContent, after: ModelContent): RemovalTotals => ({
  before: modelSize(before),
  after: modelSize(after),
});

/** Parameters and dense multiply-accumulates of a model; null where these cannot be inferred. */
export function modelSize(model: ModelContent): { params: number; macs: number | null } {
  const { layers } = readGraph(model);
  return {
    params: layers.reduce((sum, { params }) => sum + params, 0),
    macs: layers.reduce<number | null>((sum, { macs }) => (sum === null || macs === null ? null : sum + macs), 0),
  };
}

const sizeOf = ({ outputShape, params, macs }: GraphLayer) => ({ width: outputShape?.at(-1) ?? null, params, macs });

function judge(
  { groups, guarded, scores, smaller, dead }: Planned,
  i: number,
  narrower: boolean,
): Pick<RemovedLayer, 'state' | 'reason'> {
  const { name, type, outputs } = groups.layers[i]!;
  const pattern = guarded.get(name);
  if (pattern !== undefined) return { state: 'protected', reason: `it is protected by "${pattern}"` };
  const width = readGraph(smaller).layers[i]!.outputShape?.at(-1);
  const fewer = width !== outputs.length;
  if (!(type in WIDTH_KEYS)) {
    if (narrower || fewer) return { state: 'follows' };
    return { state: 'skipped', reason: 'it makes no channels of its own' };
  }
  const staying = dead && stayingOf(outputs, dead);
  if (fewer && staying !== undefined) return { state: 'removed', reason: staying };
  if (fewer) return { state: 'removed', ...(width === 1 ? { reason: 'it keeps its last channel' } : {}) };
  const fixed = outputs.map((one) => groups.fixed.get(one)).find((one) => one !== undefined);
  if (fixed !== undefined) return { state: narrower ? 'follows' : 'skipped', reason: fixed };
  const partner = groups.layers.find(
    (other) => guarded.has(other.name) && other.outputs.some((one) => outputs.includes(one)),
  );
  if (partner)
    return {
      state: 'protected',
      reason: `its channels hang together with those of "${partner.name}", which is protected`,
    };
  if (dead) return { state: narrower ? 'follows' : 'skipped', reason: staying ?? 'none of its channels is all zero' };
  if (outputs.every((one) => !scores.has(one)))
    return { state: narrower ? 'follows' : 'skipped', reason: 'the score says nothing of it' };
  return {
    state: narrower ? 'follows' : 'skipped',
    reason: 'all its channels score higher, or no amount is given for it',
  };
}

/** How many channels of a layer stay although they never change, and why. */
function stayingOf(outputs: readonly number[], { staying }: DeadChannels): string | undefined {
  const reasons = outputs.flatMap((group) => staying.get(group) ?? []);
  const [first] = reasons;
  if (first === undefined) return undefined;
  return reasons.length === 1
    ? `one channel stays: ${first}`
    : `${reasons.length} channels stay, each for a reason such as: ${first}`;
}
