import { count, plural } from '../../protocol/format';
import type { ModelTopology } from '../../protocol/topology';

/** The layers that share channels with a layer, with the reason of each, and a sentence about them. */
export interface Coupled {
  readonly layers: ReadonlyMap<string, string>;
  readonly sentence: string | null;
}

/** Finds the channels that a layer makes, or else passes on, and all layers that have to do with them. */
export function coupledWith(topology: ModelTopology | null, layer: string | null): Coupled {
  const layers = new Map<string, string>();
  if (layer === null || !topology) return { layers, sentence: null };
  if (topology.coupled === null) return { layers, sentence: topology.notCoupled ?? null };
  const made = topology.coupled.filter(({ makers }) => makers.includes(layer));
  const sets = made.length > 0 ? made : topology.coupled.filter(({ along }) => along.includes(layer));
  if (sets.length === 0) return { layers, sentence: null };
  for (const { makers, along } of sets) {
    for (const name of along) layers.set(name, `its channels change with those of ${makers.join(', ')}`);
    for (const name of makers) layers.set(name, makers.length > 1 ? 'loses the same channels' : 'makes these channels');
  }
  layers.delete(layer);
  const [first] = sets;
  const others = first!.makers.filter((name) => name !== layer);
  const fixed = sets.reduce((sum, set) => sum + set.fixed, 0);
  const channels = sets.reduce((sum, set) => sum + set.channels, 0);
  const reason = sets.find((set) => set.reason !== undefined)?.reason;
  const subject = made.length > 0 ? `${layer} makes ${plural(channels, 'channel')}` : `${layer} passes on ${plural(channels, 'channel')} of ${first!.makers.join(', ')}`; // prettier-ignore
  const together = made.length > 0 && others.length > 0 ? `, which go only together with those of ${others.join(', ')}` : ''; // prettier-ignore
  const stays = fixed === 0 ? '' : ` ${fixed === channels ? 'They stay' : `${count(fixed)} stay`}${reason === undefined ? '' : `: ${reason}`}.`; // prettier-ignore
  return { layers, sentence: `${subject}${together}.${stays}` };
}
