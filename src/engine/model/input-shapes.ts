import { UserError } from '../../protocol/errors';
import type { MacsFor } from '../../protocol/model';
import type { ModelContent } from '../checkpoint/types';
import { closeInputs } from './close-inputs';
import { applyEdits } from './edit/apply';
import { readGraph } from './graph';
import type { ModelGraph } from './model-graph';
import type { Shape } from './shape';
import { inferCalls } from './shapes';

/**
 * Sets the input sizes of a model, so that shapes and MACs are known and it can run on noise. Returns the same model
 * where no size is open.
 * @param given see `closeInputs`; without it open sizes are `DEFAULT_SIZES`
 * @throws UserError where it fits no input, or is too small
 */
export function withInputShape<M extends ModelContent>(model: M, given?: readonly number[]): M {
  const graph = readGraph(model);
  const inputs = closeInputs(graph, given);
  const closed = inputs.filter(({ open }) => open);
  if (closed.length === 0) return model;
  if (given) refuseEmptied(graph, new Map(inputs.map(({ call, shape }) => [call, shape])), given);
  return applyEdits(
    model,
    closed.map(({ call, shape }) => ({ edit: 'input-shape', at: graph.nodes[graph.calls[call]!.node]!.path, shape })),
  );
}

/**
 * Returns the input sizes for which MACs are counted; undefined where the model leaves no size open.
 * @param given see `closeInputs`
 * @throws UserError where it fits no input
 */
export function macsForOf(model: ModelContent, given?: readonly number[]): MacsFor | undefined {
  const closed = closeInputs(readGraph(model), given);
  if (!closed.some(({ open }) => open)) return undefined;
  return { shapes: closed.map(({ shape }) => shape.slice(1)), assumed: given === undefined };
}

/** Refuses inputs that are so small that a layer's output is empty. @throws UserError */
function refuseEmptied(graph: ModelGraph, inputs: ReadonlyMap<number, Shape>, given: readonly number[]): void {
  const open = inferCalls(graph);
  const closed = inferCalls(graph, inputs);
  const emptied = graph.calls.find((_, i) => {
    const { shape } = closed[i]!;
    return open[i]!.shape !== null && (shape === null || shape.some((size) => size !== null && size < 1));
  });
  if (!emptied) return;
  throw new UserError(
    `The input shape ${given.join(',')} does not fit the model, because it is too small for the layer "${graph.nodes[emptied.node]!.name}": give a larger one.`,
  );
}
