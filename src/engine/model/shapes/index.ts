import type { Shape, Topology } from '../topology';
import { convolutions } from './convolution';
import { denses } from './dense';
import { UNKNOWN, type Infer, type LayerCall, type LayerFigures } from './infer';
import { mergings } from './merging';
import { poolings } from './pooling';
import { bidirectional, recurrents, timeDistributed } from './recurrent';
import { reshapings } from './reshaping';

const inferences = new Map<string, Infer>(
  Object.entries({
    ...denses,
    ...convolutions,
    ...poolings,
    ...reshapings,
    ...mergings,
    ...recurrents,
    Bidirectional: bidirectional(inferLayer),
    TimeDistributed: timeDistributed(inferLayer),
  }),
);

function inferLayer(type: string, call: LayerCall): LayerFigures {
  const figures = inferences.get(type)?.(call) ?? UNKNOWN;
  const sound = figures.shape?.every((size) => size === null || (Number.isInteger(size) && size >= 0)) ?? false;
  const counted = figures.macs !== null && Number.isSafeInteger(figures.macs) && figures.macs >= 0;
  return { shape: sound ? figures.shape : null, macs: counted ? figures.macs : null };
}

/** Is this a type of layer whose figures can be worked out? */
export function isKnownType(type: string): boolean {
  return inferences.has(type);
}

/** Output shape and MACs of every layer, by its id; follows the edges from the inputs' declared shapes. */
export function inferFigures(topology: Topology): Map<string, LayerFigures> {
  const byId = new Map(topology.layers.map((layer) => [layer.id, layer]));
  const done = new Map<string, LayerFigures>();
  const visit = (id: string): Shape | null => {
    const known = done.get(id);
    if (known) return known.shape;
    const layer = byId.get(id);
    if (!layer) return null;
    done.set(id, UNKNOWN); // A cycle, which no sound model has, ends here.
    const fed = layer.inputShape ? [layer.inputShape] : layer.inputs.map(visit);
    const inputs = fed.filter((shape) => shape !== null);
    if (inputs.length === fed.length) done.set(id, inferLayer(layer.type, { config: layer.config, inputs }));
    return done.get(id)?.shape ?? null;
  };
  for (const { id } of topology.layers) visit(id);
  return done;
}
