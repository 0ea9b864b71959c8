import { tf } from '../tf';
import { Random } from '../dataset/random';
import { INFERENCE, type Network } from '../model/network';

const STREAM = 0x0b5e;
/** Number of noise inputs. */
const EXAMPLES = 16;
/** Largest deviation of the sum of all probabilities from 1. */
const TOLERANCE = 1e-3;

const known = new WeakMap<Network, boolean>();

/**
 * Returns true for a network that outputs probabilities instead of logits: by its operations or, where these leave it
 * open, by its outputs for seeded noise, which is the same for all data. Decided once per network.
 * @param shape of one example
 */
export function answersProbabilities(network: Network, shape: readonly number[]): boolean {
  const before = known.get(network);
  if (before !== undefined) return before;
  const kind = network.outputs[0]?.kind ?? 'open';
  const found = kind === 'open' ? sumToOne(network, shape) : kind === 'probabilities';
  known.set(network, found);
  return found;
}

function sumToOne(network: Network, shape: readonly number[]): boolean {
  const stream = new Random(STREAM);
  const length = shape.reduce((all, size) => all * size, EXAMPLES);
  const noise = Float32Array.from({ length }, () => stream.uint32() / 2 ** 32);
  return tf.tidy(() => {
    const output = network.forward([tf.tensor(noise, [EXAMPLES, ...shape])], INFERENCE)[0]!;
    const classes = output.shape.at(-1)!;
    const values = output.dataSync<'float32'>();
    return Array.from({ length: EXAMPLES }, (_, i) => values.subarray(i * classes, (i + 1) * classes)).every((row) => {
      const sum = row.reduce((total, value) => total + value, 0);
      return row.every((value) => value >= 0 && value <= 1) && Math.abs(sum - 1) <= TOLERANCE;
    });
  });
}
