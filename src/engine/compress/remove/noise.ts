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
export function noiseFor(network: Network): Batch[] {
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
    const draw = drawing(network.inputs[i]!.values);
    const data = new Float32Array(count * sizes[i]!).map(() => draw(stream.uint32() / 2 ** 32));
    return { data, shape: [count, ...shape] };
  });
  return [{ count, inputs }];
}

/** Maps a value from 0 up to, but not including, 1 to a value that an input takes. */
function drawing(values: InputValues): (share: number) => number {
  switch (values.kind) {
    case 'rows':
      return (share) => Math.floor(share * values.rows);
    case 'pixels':
      return (share) => 255 * share;
    case 'numbers':
      return (share) => 2 * share - 1;
  }
}
