import { tf, type layers } from '../tf';
import { Random } from '../dataset/random';
import { outputKind } from '../model/output';
import { answersOf, descriptionOf } from '../model/runnable';
import { readTopology } from '../model/topology';

const STREAM = 0x0b5e;
/** Inputs that are looked at. */
const EXAMPLES = 16;
/** By this much the probabilities of all classes may miss 1. */
const TOLERANCE = 1e-3;

const known = new WeakMap<layers.LayersModel, boolean>();

/**
 * Whether a model puts out probabilities, and not logits: by what it computes, or, where that leaves it open, by what it
 * answers to seeded noise, which is the same for all data. Decided once for each model.
 * @param shape in which one example enters
 */
export function answersProbabilities(model: layers.LayersModel, shape: readonly number[]): boolean {
  const before = known.get(model);
  if (before !== undefined) return before;
  const kind = outputKind(readTopology(descriptionOf(model)));
  const found = kind === 'open' ? sumToOne(model, shape) : kind === 'probabilities';
  known.set(model, found);
  return found;
}

function sumToOne(model: layers.LayersModel, shape: readonly number[]): boolean {
  const stream = new Random(STREAM);
  const length = shape.reduce((all, size) => all * size, EXAMPLES);
  const noise = Float32Array.from({ length }, () => stream.uint32() / 2 ** 32);
  return tf.tidy(() => {
    const output = answersOf(model, tf.tensor(noise, [EXAMPLES, ...shape]), false)[0]!;
    const classes = output.shape.at(-1)!;
    const values = output.dataSync<'float32'>();
    return Array.from({ length: EXAMPLES }, (_, i) => values.subarray(i * classes, (i + 1) * classes)).every((row) => {
      const sum = row.reduce((total, value) => total + value, 0);
      return row.every((value) => value >= 0 && value <= 1) && Math.abs(sum - 1) <= TOLERANCE;
    });
  });
}
