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

/**
 * What every call makes, by its place in `calls`: the shape of its first result and its MACs, followed from the shapes
 * that the inputs declare.
 * @param given other shapes of inputs, by the ids of the layers that take them
 */
export function inferCalls({ layers, calls }: Topology, given?: ReadonlyMap<string, Shape>): LayerFigures[] {
  const done: LayerFigures[] = [];
  for (const { layer, inputs } of calls) {
    const { id, type, config, inputShape: declared } = layers[layer]!;
    const inputShape = given?.get(id) ?? declared;
    const placed = inputs.filter(({ keyword }) => keyword === undefined);
    // What a layer makes beside its first result is not worked out.
    const fed = placed.length
      ? placed.map(({ call, output }) => (output === 0 ? done[call]!.shape : null))
      : [inputShape];
    const shapes = fed.filter((shape) => shape !== null);
    done.push(shapes.length === fed.length ? inferLayer(type, { config, inputs: shapes }) : UNKNOWN);
  }
  return done;
}

/**
 * Output shape and MACs of every layer, by its id: the shape that its first call makes, and the MACs of all its calls
 * together. A layer that leads to no output has no shape and takes none.
 * @param given see `inferCalls`
 */
export function inferFigures(topology: Topology, given?: ReadonlyMap<string, Shape>): Map<string, LayerFigures> {
  const figures = inferCalls(topology, given);
  return new Map(
    topology.layers.map(({ id, calls }): [string, LayerFigures] => {
      const [first] = calls;
      const macs = calls.reduce<number | null>((sum, call) => add(sum, figures[call]!.macs), 0);
      return [id, { shape: first === undefined ? null : figures[first]!.shape, macs }];
    }),
  );
}

const add = (a: number | null, b: number | null): number | null => (a === null || b === null ? null : a + b);
