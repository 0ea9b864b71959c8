import { tf } from '../tf';
import { Random } from '../dataset/random';
import { INFERENCE, type Network } from '../model/network';

const STREAM = 0x0b5e;
/** Number of noise inputs. */
const EXAMPLES = 16;
/** Largest deviation of the sum of all probabilities from 1. */
const TOLERANCE = 1e-3;

const known = new WeakMap<Network, Map<number, boolean>>();

/**
 * Returns true for a network that outputs probabilities instead of logits: by its operations or, where these leave it
 * open, by its outputs for seeded noise, which is the same for all data. Decided once per network.
 * @param index of the output
 * @param shapes of one example of each input
 */
export function answersProbabilities(network: Network, index: number, shapes: readonly (readonly number[])[]): boolean {
  const outputs = known.get(network) ?? new Map<number, boolean>();
  known.set(network, outputs);
  const before = outputs.get(index);
  if (before !== undefined) return before;
  const kind = network.outputs[index]?.kind ?? 'open';
  const found = kind === 'open' ? sumToOne(network, index, shapes) : kind === 'probabilities';
  outputs.set(index, found);
  return found;
}

function sumToOne(network: Network, index: number, shapes: readonly (readonly number[])[]): boolean {
  const stream = new Random(STREAM);
  const noise = shapes.map((shape) => {
    const length = shape.reduce((all, size) => all * size, EXAMPLES);
    return Float32Array.from({ length }, () => stream.uint32() / 2 ** 32);
  });
  return tf.tidy(() => {
    const inputs = noise.map((values, i) => tf.tensor(values, [EXAMPLES, ...shapes[i]!]));
    const output = network.forward(inputs, INFERENCE)[index]!;
    const classes = output.shape.at(-1)!;
    const values = output.dataSync<'float32'>();
    return Array.from({ length: EXAMPLES }, (_, i) => values.subarray(i * classes, (i + 1) * classes)).every((row) => {
      const sum = row.reduce((total, value) => total + value, 0);
      return row.every((value) => value >= 0 && value <= 1) && Math.abs(sum - 1) <= TOLERANCE;
    });
  });
}
