import { tf } from '../tf';
import { Random } from '../dataset/random';
import { INFERENCE, type Network } from '../model/network';

const STREAM = 0x0b5e;
/** Inputs that are looked at. */
const EXAMPLES = 16;
/** By this much the probabilities of all classes may miss 1. */
const TOLERANCE = 1e-3;

const known = new WeakMap<Network, boolean>();

/**
 * Whether a network puts out probabilities, and not logits: by what it computes, or, where that leaves it open, by what it
 * answers to seeded noise, which is the same for all data. Decided once for each network.
 * @param shape in which one example enters
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
