import { UserError } from '../../protocol/errors';
import { layers } from '../tf';
import { MAX_EXAMPLE_BYTES } from './validate/memory';

type LayersModel = layers.LayersModel;

const BYTES_A_NUMBER = 4;
/** What the outputs of one batch may take while a model runs: 512 MiB. */
const BATCH_BYTES = 2 ** 29;
/** A layer's output lives beside what it reads and a copy for another layout. */
const BESIDE = 3;

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

/**
 * How many examples may go through a model at once, so that the largest outputs take no more than 512 MiB together.
 * @param most examples that are wanted
 * @returns 1 or more
 */
export function batchWithin(model: LayersModel, most: number): number {
  const widest = outputsOf(model).reduce((max, { sizes }) => Math.max(max, numbersIn(sizes)), 1);
  return Math.max(1, Math.min(most, Math.floor(BATCH_BYTES / (BESIDE * BYTES_A_NUMBER * widest))));
}

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

type Shape = readonly (number | null)[];
const shapesIn = (given: Shape | readonly Shape[]): readonly Shape[] =>
  given.some((one) => Array.isArray(one)) ? (given as readonly Shape[]) : [given as Shape];

/** Sizes left open count as 1. */
const numbersIn = (sizes: Shape): number => sizes.reduce<number>((all, size) => all * (size ?? 1), 1);
