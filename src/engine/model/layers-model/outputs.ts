import { UserError } from '../../../protocol/errors';
import type { OpenShape } from '../network';
import { MAX_EXAMPLE_BYTES } from './validate/memory';
import { layers, type LayersModel } from './tfjs-layers';

const BYTES_A_NUMBER = 4;

/**
 * Checks what the layers of a running model say they answer, after TensorFlow.js has worked it out: settings of the wrong kind
 * make sizes that are no numbers.
 * @throws UserError naming the layer whose output has no size, or one too large to be computed
 */
export function requireShapes(model: LayersModel): void {
  for (const { layer, sizes } of outputsOf(model)) {
    if (sizes.some((size) => size !== null && !(Number.isInteger(size) && size >= 0)))
      throw new UserError(
        `The layer "${layer}" is set to sizes that give no output, so the model cannot be evaluated or trained: convert it again.`,
      );
    if (numbersIn(sizes) * BYTES_A_NUMBER > MAX_EXAMPLE_BYTES)
      throw new UserError(
        `The output of the layer "${layer}" alone takes more than 4 GiB for one example, so the model can be inspected and pruned but not evaluated or trained.`,
      );
  }
}

/** How many numbers the largest output of a layer has for one example, 1 or more; sizes left open count as 1. */
export const largestOutput = (model: LayersModel): number =>
  outputsOf(model).reduce((max, { sizes }) => Math.max(max, numbersIn(sizes)), 1);

interface Output {
  readonly layer: string;
  /** Of one example. */
  readonly sizes: readonly (number | null)[];
}

/** All that the layers of a model answer, those within models too. */
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

/** Sizes left open count as 1. */
const numbersIn = (sizes: OpenShape): number => sizes.reduce<number>((all, size) => all * (size ?? 1), 1);
