import type { Topology } from '../topology';
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
  const begun = new Set<string>();
  // A stack of our own: layers may be listed in any order, and a chain of them may be longer than the program's stack.
  const stack = topology.layers.map(({ id }) => id).reverse();
  while (stack.length > 0) {
    const id = stack.at(-1)!;
    const layer = byId.get(id);
    // What has begun but is not done lies on a cycle, which no sound model has: it stays unknown.
    const feeds = layer && !layer.inputShape && !done.has(id) ? layer.inputs : [];
    const waiting = feeds.filter((feed) => byId.has(feed) && !begun.has(feed));
    begun.add(id);
    if (waiting.length > 0) {
      stack.push(...waiting);
      continue;
    }
    stack.pop();
    if (!layer || done.has(id)) continue;
    const fed = layer.inputShape ? [layer.inputShape] : feeds.map((feed) => done.get(feed)?.shape ?? null);
    const inputs = fed.filter((shape) => shape !== null);
    const known = inputs.length === fed.length;
    done.set(id, known ? inferLayer(layer.type, { config: layer.config, inputs }) : UNKNOWN);
  }
  return done;
}
