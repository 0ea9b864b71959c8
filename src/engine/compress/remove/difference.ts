import { CancelledError, UserError } from '../../../protocol/errors';
import type { OutputDifference } from '../../../protocol/difference';
import { tf } from '../../backend/tf';
import type { ModelContent } from '../../checkpoint/types';
import type { Images } from '../../dataset/images';
import { Random } from '../../dataset/random';
import { inputShape } from '../../measure/classifier';
import { closeShape } from '../../model/input-shapes';
import { toLayersModel, whyNotRunnable, type LayersModel } from '../../model/runnable';
import { breathe } from '../../pause';
import { withoutLastActivations } from './last-activations';
import { Spread } from './spread';

/**
 * The largest difference, as a share of the spread of an output, at which two outputs count as the same. Sums of float32 in
 * another order differ by some millionths of it; one channel too many or at the wrong place by some hundredths.
 */
export const LARGEST_DIFFERENCE = 1e-3;
const SAMPLES = 200;
const NOISE_SAMPLES = 32;
const BATCH_SIZE = 50;
const STREAM = 0x5eca7e;

/** How outputs compare, or one sentence that says why they were not compared. */
export interface OutputCheck {
  readonly difference: OutputDifference | null;
  readonly notCompared?: string;
}

/**
 * The largest difference between the outputs of two models of the same inputs, on the first validation images, or without
 * these on seeded noise.
 * @param expected the model whose outputs, and their spread, are those that count
 * @throws UserError where it is larger than `LARGEST_DIFFERENCE`, CancelledError
 */
export async function checkDifference(
  expected: ModelContent,
  got: ModelContent,
  images: Images | undefined,
  signal?: AbortSignal,
): Promise<OutputCheck> {
  const why = whyNotRunnable(expected);
  if (why !== undefined) return { difference: null, notCompared: why };
  const large = await toLayersModel(withoutLastActivations(expected));
  try {
    const small = await toLayersModel(withoutLastActivations(got));
    try {
      const difference = await compare(large, small, images, signal);
      if (!difference) return { difference, notCompared: 'the size of its input is open.' };
      if (!(difference.largest <= LARGEST_DIFFERENCE))
        throw new UserError(
          `Without the removed channels the outputs differ by ${(100 * difference.largest).toPrecision(2)} % of their spread, more than ${100 * LARGEST_DIFFERENCE} %, so nothing was written: protect layers until they agree, or remove fewer channels.`,
        );
      return { difference };
    } finally {
      small.dispose();
    }
  } finally {
    large.dispose();
  }
}

async function compare(
  large: LayersModel,
  small: LayersModel,
  images: Images | undefined,
  signal?: AbortSignal,
): Promise<OutputDifference | null> {
  const spreads = large.outputs.map(({ shape }) => new Spread(shape.at(-1) ?? 1));
  let samples = 0;
  for (const { pixels, shape } of batches(large, images)) {
    if (signal?.aborted) throw new CancelledError();
    const [a, b] = [await outputsOf(large, pixels, shape), await outputsOf(small, pixels, shape)];
    spreads.forEach((spread, i) => spread.add(a[i]!, b[i]!, shape[0]!));
    samples += shape[0]!;
    await breathe();
  }
  if (samples === 0) return null;
  const largest = spreads.map((spread) => spread.largest()).reduce((all, one) => (one <= all ? all : one), 0);
  return { largest, relativeTo: 'spread', samples, on: images ? 'validation' : 'noise' };
}

function* batches(
  model: LayersModel,
  images: Images | undefined,
): Generator<{ pixels: Float32Array; shape: number[] }> {
  const wanted = model.inputs[0]!.shape;
  if (!images) {
    const shape = [
      NOISE_SAMPLES,
      ...closeShape(wanted)
        .slice(1)
        .map((size) => size ?? NaN),
    ];
    if (shape.some(Number.isNaN)) return;
    const stream = new Random(STREAM);
    const pixels = new Float32Array(shape.reduce((all, size) => all * size, 1));
    yield { pixels: pixels.map(() => stream.uint32() / 2 ** 31 - 1), shape };
    return;
  }
  const form = inputShape(wanted, images.shape);
  for (let from = 0; from < Math.min(SAMPLES, images.length); from += BATCH_SIZE) {
    const { pixels, count } = images.batch(from, Math.min(BATCH_SIZE, SAMPLES - from));
    yield { pixels, shape: [count, ...form] };
  }
}

async function outputsOf(model: LayersModel, pixels: Float32Array, shape: number[]): Promise<Float32Array[]> {
  const outputs = tf.tidy(() => {
    const made = model.apply(tf.tensor(pixels, shape), { training: false }) as tf.Tensor | tf.Tensor[];
    return Array.isArray(made) ? made : [made];
  });
  try {
    return await Promise.all(outputs.map((output) => output.data<'float32'>()));
  } finally {
    tf.dispose(outputs);
  }
}
