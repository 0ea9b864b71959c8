import { UserError } from '../../protocol/errors';
import { DEFAULT_SIZES, type MacsFor } from '../../protocol/model';
import type { ModelContent } from '../checkpoint/types';
import { applyEdits } from './edit/apply';
import { inferCalls } from './shapes';
import type { Shape } from './shape';
import { readTopology, type Topology } from './topology';

/** So many shapes of inputs are told where one does not fit. */
const NAMED_SHAPES = 5;

/** An input of a model whose sizes are known. */
export interface ClosedInput {
  /** The layer that takes it. */
  readonly id: string;
  /** Batch first; a size stays null where it could be anything, as a number of channels could. */
  readonly shape: Shape;
  /** Whether the model leaves a size open. */
  readonly open: boolean;
}

/**
 * A shape with its open sizes taken as `DEFAULT_SIZES`: the axes of an image, a volume or a series, never its channels.
 * @param shape batch first
 */
export function closeShape([batch = null, ...sizes]: Shape): Shape {
  const size = { 1: DEFAULT_SIZES.steps, 2: DEFAULT_SIZES.steps, 3: DEFAULT_SIZES.image, 4: DEFAULT_SIZES.volume }[
    sizes.length
  ];
  if (size === undefined) return [batch, ...sizes];
  const [first, ...others] = sizes;
  const channelsFirst = sizes.length > 2 && first !== null && others.every((one) => one === null);
  if (sizes.length > 1 && !channelsFirst && sizes.at(-1) === null) return [batch, ...sizes];
  return [batch, ...sizes.map((one) => one ?? size)];
}

/**
 * The inputs of a model with known sizes.
 * @param given one example's shape, without the batch, for each input that it fits; others are closed by `closeShape`
 * @throws UserError where it fits no input
 */
export function closeInputs({ layers, calls, inputCalls }: Topology, given?: readonly number[]): ClosedInput[] {
  let fitted = given === undefined;
  const closed = inputCalls.flatMap((call): ClosedInput[] => {
    const { id, inputShape } = layers[calls[call]!.layer]!;
    if (!inputShape) return [];
    const open = inputShape.slice(1).includes(null);
    if (given && fits(inputShape, given)) {
      fitted = true;
      return [{ id, shape: [inputShape[0] ?? null, ...given], open }];
    }
    return [{ id, shape: closeShape(inputShape), open }];
  });
  if (given && !fitted) {
    const declared = inputCalls.flatMap((call) => {
      const { inputShape } = layers[calls[call]!.layer]!;
      return inputShape
        ? [
            inputShape
              .slice(1)
              .map((size) => size ?? 'any')
              .join(','),
          ]
        : [];
    });
    const takes = [...new Set(declared)];
    const more = takes.length > NAMED_SHAPES ? ` and ${takes.length - NAMED_SHAPES} more` : '';
    throw new UserError(
      `The input shape ${given.join(',')} does not fit the model, which takes ${takes.slice(0, NAMED_SHAPES).join(' and ')}${more}: give one number for each size.`,
    );
  }
  return closed;
}

const fits = ([, ...sizes]: Shape, given: readonly number[]): boolean =>
  sizes.length === given.length && sizes.every((size, axis) => size === null || size === given[axis]);

/**
 * The model with the sizes of its inputs set, so that whatever works on it knows them: shapes, MACs, a running network on
 * noise. The same model where it leaves no size open.
 * @param given see `closeInputs`; without it open sizes are `DEFAULT_SIZES`
 * @throws UserError where it fits no input, or is too small
 */
export function withInputShape<M extends ModelContent>(model: M, given?: readonly number[]): M {
  const topology = readTopology(model.modelTopology);
  if (!topology) return model;
  const inputs = closeInputs(topology, given);
  const closed = inputs.filter(({ open }) => open);
  if (closed.length === 0) return model;
  if (given) refuseEmptied(topology, new Map(inputs.map(({ id, shape }) => [id, shape])), given);
  const byId = new Map(topology.layers.map((layer) => [layer.id, layer]));
  return applyEdits(
    model,
    closed.map(({ id, shape }) => ({ edit: 'input-shape', at: byId.get(id)!.path, shape })),
  );
}

/**
 * The inputs that MACs are counted for; undefined where the model leaves no size of them open.
 * @param given see `closeInputs`
 * @throws UserError where it fits no input
 */
export function macsForOf({ modelTopology }: ModelContent, given?: readonly number[]): MacsFor | undefined {
  const topology = readTopology(modelTopology);
  const closed = topology ? closeInputs(topology, given) : [];
  if (!closed.some(({ open }) => open)) return undefined;
  return { shapes: closed.map(({ shape }) => shape.slice(1)), assumed: given === undefined };
}

/** Refuses inputs so small that nothing is left of them within the model. @throws UserError */
function refuseEmptied(topology: Topology, inputs: ReadonlyMap<string, Shape>, given: readonly number[]): void {
  const open = inferCalls(topology);
  const closed = inferCalls(topology, inputs);
  const emptied = topology.calls.find((_, i) => {
    const { shape } = closed[i]!;
    return open[i]!.shape !== null && (shape === null || shape.some((size) => size !== null && size < 1));
  });
  if (!emptied) return;
  throw new UserError(
    `The input shape ${given.join(',')} does not fit the model, because it leaves nothing for the layer "${topology.layers[emptied.layer]!.name}" to answer: give a larger one.`,
  );
}
