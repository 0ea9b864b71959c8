import type { Topology } from '../topology';
import type { Shape } from '../topology-json';
import { convolutions } from './convolution';
import { denses } from './dense';
import { UNKNOWN, type Infer, type LayerCall, type LayerFigures } from './infer';
import { mergings } from './merging';
import { poolings } from './pooling';
import { bidirectional, recurrents, timeDistributed } from './recurrent';
import { preprocessings } from './preprocessing';
import { reshapings } from './reshaping';

const inferences = new Map<string, Infer>(
  Object.entries({
    ...denses,
    ...convolutions,
    ...poolings,
    ...reshapings,
    ...mergings,
    ...recurrents,
    ...preprocessings,
    Bidirectional: bidirectional(inferLayer),
    TimeDistributed: timeDistributed(inferLayer, inferModel),
  }),
);

function inferLayer(type: string, call: LayerCall): LayerFigures {
  const figures = inferences.get(type)?.(call) ?? UNKNOWN;
  const sound = (shape: Shape | null): Shape | null =>
    shape?.every((size) => size === null || (Number.isInteger(size) && size >= 0)) ? shape : null;
  const counted = figures.macs !== null && Number.isSafeInteger(figures.macs) && figures.macs >= 0;
  const more = figures.more?.map(sound);
  return { shape: sound(figures.shape), macs: counted ? figures.macs : null, ...(more ? { more } : {}) };
}

/** A whole model with one input and one output as one layer. */
function inferModel(model: Topology, input: Shape): LayerFigures {
  const [taking, ...others] = model.inputs;
  const [result] = model.results;
  if (taking === undefined || others.length > 0 || !result) return UNKNOWN;
  const calls = inferCalls(model, new Map([[taking, input]]));
  const macs = calls.reduce<number | null>((sum, call) => add(sum, call.macs), 0);
  return { shape: resultOf(calls[result.call]!, result.output), macs };
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
export function inferCalls(topology: Topology, given?: ReadonlyMap<string, Shape>): readonly LayerFigures[] {
  const known = given ? undefined : inferred.get(topology);
  if (known) return known;
  const figures = follow(topology, given);
  if (!given) inferred.set(topology, figures);
  return figures;
}

/** What was worked out for the shapes that a model declares: many questions about it begin with them. */
const inferred = new WeakMap<Topology, readonly LayerFigures[]>();

function follow({ layers, calls }: Topology, given: ReadonlyMap<string, Shape> | undefined): LayerFigures[] {
  const done: LayerFigures[] = [];
  for (const { layer, inputs } of calls) {
    const { id, type, config, inputShape: declared } = layers[layer]!;
    const inputShape = given?.get(id) ?? declared;
    const placed = inputs.filter(({ keyword }) => keyword === undefined);
    const fed = placed.length ? placed.map(({ call, output }) => resultOf(done[call]!, output)) : [inputShape];
    const shapes = fed.filter((shape) => shape !== null);
    done.push(shapes.length === fed.length ? inferLayer(type, { config, inputs: shapes }) : UNKNOWN);
  }
  return done;
}

const resultOf = ({ shape, more }: LayerFigures, output: number): Shape | null =>
  output === 0 ? shape : (more?.[output - 1] ?? null);

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
