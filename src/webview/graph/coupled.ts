import { count, plural } from '../../protocol/format';
import { sentences, t, translated } from '../../protocol/l10n';
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
  if (topology.coupled === null)
    return { layers, sentence: topology.notCoupled === undefined ? null : translated(topology.notCoupled) };
  const made = topology.coupled.filter(({ makers }) => makers.includes(layer));
  const sets = made.length > 0 ? made : topology.coupled.filter(({ along }) => along.includes(layer));
  if (sets.length === 0) return { layers, sentence: null };
  for (const { makers, along } of sets) {
    for (const name of along) layers.set(name, t('its channels change with those of {0}', makers.join(t(', '))));
    for (const name of makers)
      layers.set(name, makers.length > 1 ? t('loses the same channels') : t('makes these channels'));
  }
  layers.delete(layer);
  const [first] = sets;
  const others = first!.makers.filter((name) => name !== layer);
  const fixed = sets.reduce((sum, set) => sum + set.fixed, 0);
  const channels = sets.reduce((sum, set) => sum + set.channels, 0);
  const reason = sets.find((set) => set.reason !== undefined)?.reason;
  const counted = plural(channels, 'channel');
  const together = others.length > 0 ? t(', which go only together with those of {0}', others.join(t(', '))) : '';
  const subject =
    made.length > 0
      ? t('{0} makes {1}{2}.', layer, counted, together)
      : t('{0} passes on {1} of {2}.', layer, counted, first!.makers.join(t(', ')));
  const stay = fixed === channels ? t('They stay') : t('{0} stay', count(fixed));
  const why = reason === undefined ? stay : t('{0}: {1}', stay, translated(reason));
  return { layers, sentence: sentences(subject, fixed === 0 ? '' : t('{0}.', why)) };
}
