import { Random } from '../../dataset/random';
import { closeShape } from '../../model/close-inputs';
import type { InputValues, Network } from '../../model/network';

/** Examples for each input of a network. */
export interface Batch {
  readonly count: number;
  readonly inputs: readonly { readonly data: Float32Array; readonly shape: readonly number[] }[];
}

const SAMPLES = 32;
const FEWEST = 4;
/** Large inputs get fewer examples, but not fewer than `FEWEST`: all values together stay below about this number. */
const MOST_NUMBERS = 2 ** 20;
const STREAM = 0x5eca7e;

/**
 * Draws seeded random examples: indices where an input is looked up, pixels where it is scaled first, otherwise values
 * from -1 to 1.
 */
export const noiseFor = (network: Network): Batch[] => drawn(network, (values) => drawing(values));

/** Largest value of a picture that a network takes without the mean. */
const CENTERED = 128;

/**
 * Draws pictures for a network whose answers hardly depend on `noiseFor`: from -128 to 128, as networks take that were
 * trained on pixels without their mean, each around a level of its own. Null where no input is an image of numbers.
 */
export function picturesFor(network: Network): Batch[] | null {
  const isImage = ({ shape, values }: Network['inputs'][number]): boolean =>
    shape.length === 4 && values.kind === 'numbers';
  if (!network.inputs.some(isImage)) return null;
  return drawn(network, (values, i) => {
    if (!isImage(network.inputs[i]!)) return drawing(values);
    return (share, level) => CENTERED * (1.5 * level + 0.5 * share - 1);
  });
}

/** Maps two values from 0 up to, but not including, 1 to a value: one drawn for it, and one drawn for the example. */
type Drawing = (share: number, level: number) => number;

function drawn(network: Network, drawingOf: (values: InputValues, input: number) => Drawing): Batch[] {
  const shapes = network.inputs.map(({ shape }) =>
    closeShape([...shape])
      .slice(1)
      .map((size) => size ?? 1),
  );
  const sizes = shapes.map((shape) => shape.reduce((all, size) => all * size, 1));
  const each = sizes.reduce((sum, size) => sum + size, 0);
  const count = Math.max(FEWEST, Math.min(SAMPLES, Math.floor(MOST_NUMBERS / each)));
  const stream = new Random(STREAM);
  const inputs = shapes.map((shape, i) => {
    const draw = drawingOf(network.inputs[i]!.values, i);
    const level = Array.from({ length: count }, (_, example) => (example + 0.5) / count);
    const data = new Float32Array(count * sizes[i]!).map((_, at) =>
      draw(stream.uint32() / 2 ** 32, level[Math.floor(at / sizes[i]!)]!),
    );
    return { data, shape: [count, ...shape] };
  });
  return [{ count, inputs }];
}

/** Maps a value from 0 up to, but not including, 1 to a value that an input takes. */
function drawing(values: InputValues): Drawing {
  switch (values.kind) {
    case 'rows':
      return (share) => Math.floor(share * values.rows);
    case 'pixels':
      return (share) => 255 * share;
    case 'numbers':
      return (share) => 2 * share - 1;
  }
}
