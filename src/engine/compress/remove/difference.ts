import { CancelledError, UserError } from '../../../protocol/errors';
import type { OutputDifference } from '../../../protocol/difference';
import { tf } from '../../tf';
import type { ModelContent } from '../../checkpoint/types';
import type { Examples } from '../../dataset/examples';
import { inputShape } from '../../measure/input-shape';
import { INFERENCE, type Network } from '../../model/network';
import { toNetwork, whyNotRunnable } from '../../model/runnable';
import { readGraph } from '../../model/graph';
import { withInputShape } from '../../model/input-shapes';
import { breathe } from '../../pause';
import { withoutLastActivations } from './last-activations';
import { noiseFor, picturesFor, type Batch } from './noise';
import { RelativeDifference } from './relative-difference';

/**
 * Limit of the difference, as a share of the spread of an output, up to which two outputs count as equal. Sums of
 * float32 in another order differ by some millionths of the spread. One channel too many, or one in the wrong place,
 * differs by some hundredths.
 */
export const LARGEST_DIFFERENCE = 1e-3;
const SAMPLES = 200;
const BATCH_SIZE = 50;

/** The result of a comparison, or one sentence that says why outputs were not compared. */
export interface OutputCheck {
  readonly difference: OutputDifference | null;
  readonly notCompared?: string;
}

/** The examples for a comparison, and a signal that cancels it. */
export interface CheckOptions {
  /** Validation images; without them, seeded noise is used. */
  readonly images?: Examples | undefined;
  /** Size of the noise, see `closeInputs`. */
  readonly inputShape?: readonly number[] | undefined;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Computes the largest difference between the outputs of two models with the same inputs. Uses the first validation
 * images, or else seeded noise.
 * @param expected the reference model; the spread of its outputs is the unit
 * @throws UserError where the difference exceeds `LARGEST_DIFFERENCE`, CancelledError
 */
export async function checkDifference(
  expected: ModelContent,
  got: ModelContent,
  { images, inputShape, signal }: CheckOptions = {},
): Promise<OutputCheck> {
  const onImages = images !== undefined && readGraph(expected).inputs.length === 1;
  // Images have a size of their own.
  const sized = (model: ModelContent): ModelContent => (onImages ? model : withInputShape(model, inputShape));
  const why = whyNotRunnable(sized(expected));
  if (why !== undefined) return { difference: null, notCompared: why };
  const large = await toNetwork(withoutLastActivations(sized(expected)));
  try {
    const small = await toNetwork(withoutLastActivations(sized(got)));
    try {
      const inputs = onImages ? imagesFor(large, images) : noiseFor(large);
      const first = await compare(large, small, inputs, onImages ? 'validation' : 'noise', signal);
      // Where the answers hardly vary, the difference is that of rounding.
      const pictures =
        onImages || !first.steady || !(first.difference.largest > LARGEST_DIFFERENCE) ? null : picturesFor(large);
      const { difference } = pictures ? await compare(large, small, pictures, 'noise', signal) : first;
      if (!Number.isFinite(difference.largest))
        throw new UserError(
          'The outputs of the model are NaN or infinite, so they cannot be compared and nothing was written: use another checkpoint.',
        );
      if (!(difference.largest <= LARGEST_DIFFERENCE))
        throw new UserError(
          `Without the removed channels the outputs differ by ${(100 * difference.largest).toPrecision(2)}% of their spread, more than ${100 * LARGEST_DIFFERENCE}%, so nothing was written: protect layers until they agree, or remove fewer channels.`,
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
  large: Network,
  small: Network,
  batches: Iterable<Batch>,
  on: OutputDifference['on'],
  signal?: AbortSignal,
): Promise<{ readonly difference: OutputDifference; readonly steady: boolean }> {
  const spreads = large.outputs.map(({ shape }) => new RelativeDifference(shape.at(-1) ?? 1));
  let samples = 0;
  for (const { count, inputs } of batches) {
    if (signal?.aborted) throw new CancelledError();
    const [a, b] = [await outputsOf(large, inputs), await outputsOf(small, inputs)];
    spreads.forEach((spread, i) => spread.add(a[i]!, b[i]!, count));
    samples += count;
    await breathe();
  }
  const { share: largest, steady } = spreads
    .map((spread) => spread.largest())
    .reduce((all, one) => (one.share <= all.share ? all : one), { share: 0, steady: false });
  return { difference: { largest, relativeTo: 'spread', samples, on }, steady };
}

/** Yields the first images, batch by batch. */
function* imagesFor(network: Network, images: Examples): Generator<Batch> {
  const form = inputShape(network.inputs[0]!.shape, images.shape);
  for (let from = 0; from < Math.min(SAMPLES, images.length); from += BATCH_SIZE) {
    const { values, count } = images.batch(from, Math.min(BATCH_SIZE, SAMPLES - from));
    yield { count, inputs: [{ data: values, shape: [count, ...form] }] };
  }
}

async function outputsOf(network: Network, inputs: Batch['inputs']): Promise<Float32Array[]> {
  const outputs = tf.tidy(() => {
    const given = inputs.map(({ data, shape }) => tf.tensor(data, [...shape]));
    return network.forward(given, INFERENCE);
  });
  try {
    return await Promise.all(outputs.map((output) => output.data<'float32'>()));
  } finally {
    tf.dispose(outputs);
  }
}
