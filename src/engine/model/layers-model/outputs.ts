import { UserError } from '../../../protocol/errors';
import type { OpenShape } from '../network';
import { MAX_EXAMPLE_BYTES } from './validate/memory';
import { layers, type LayersModel } from './tfjs-layers';

const BYTES_A_NUMBER = 4;

/**
 * Checks the output shapes that TensorFlow.js computed for the layers of a running model: settings of a wrong type give
 * sizes that are not numbers.
 * @throws UserError naming the layer whose output has no size, or one too large to be computed
 */
export function requireShapes(model: LayersModel): void {
  for (const { layer, sizes } of outputsOf(model)) {
    if (sizes.some((size) => size !== null && !(Number.isInteger(size) && size >= 0)))
      throw new UserError(
        `The layer "${layer}" has settings that give no output, so the model cannot be evaluated or trained: convert it again.`,
      );
    if (numbersIn(sizes) * BYTES_A_NUMBER > MAX_EXAMPLE_BYTES)
      throw new UserError(
        `The output of the layer "${layer}" alone takes more than 4 GiB for one example, so the model can be inspected and pruned but not evaluated or trained.`,
      );
  }
}

/** Counts the elements of the largest layer output for one example, 1 or more. Open sizes count as 1. */
export const largestOutput = (model: LayersModel): number =>
  outputsOf(model).reduce((max, { sizes }) => Math.max(max, numbersIn(sizes)), 1);

interface Output {
  readonly layer: string;
  /** For one example. */
  readonly sizes: readonly (number | null)[];
}

/** Lists the outputs of all layers of a model, nested models included. */
function outputsOf(model: LayersModel): Output[] {
  return model.layers.flatMap((layer) => [
    ...layer.inboundNodes.flatMap(({ outputShapes }) =>
      shapesIn(outputShapes).map(([, ...sizes]) => ({ layer: layer.name, sizes })),
    ),
    ...(layer instanceof layers.LayersModel ? outputsOf(layer) : []),
  ]);
}

const shapesIn = (given: OpenShape | readonly OpenShape[]): readonly OpenShape[] =>
  given.some((one) => Array.isArray(one)) ? (given as readonly OpenShape[]) : [given as OpenShape];

/** Counts elements; open sizes count as 1. */
const numbersIn = (sizes: OpenShape): number => sizes.reduce<number>((all, size) => all * (size ?? 1), 1);
