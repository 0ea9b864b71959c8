import { tf } from '../../tf';
import { TensorSums } from '../calibration/inputs';
import { eachBatch, type Subject } from '../calibration/subject';
import type { Convolution } from './convolution';

/** Examples in one forward pass. */
const BATCH_SIZE = 100;
/** Most multiply-accumulates for the second moments of one layer: some ten seconds. */
const MOST_MACS = 4e11;
const FEWEST = 32;

/** Returns the number of examples on which a layer is measured: fewer where its inputs are large. */
export function samplesFor(
  { taps, inputs, positions }: Pick<Convolution, 'taps' | 'inputs' | 'positions'>,
  most: number,
): number {
  const each = positions.after * (taps * inputs) ** 2;
  return Math.min(most, Math.max(FEWEST, Math.floor(MOST_MACS / each)));
}

/**
 * Sums x^T x over the rows x of inputs that the kernel of a convolution multiplies, about their mean where the layer has a
 * bias, which absorbs it.
 * @returns row by row; undefined where the inputs cannot be watched
 * @throws CancelledError
 */
export async function secondMoments(
  subject: Subject,
  { kernel, bias }: Convolution,
): Promise<Float32Array | undefined> {
  const [product] = subject.tasked.network.products([kernel.tensor.name]);
  if (!product) return undefined;
  const sums = new TensorSums();
  let rows = 0;
  const unwatch = product.watch((x) => {
    rows += x.shape[0];
    sums.add('xx', tf.matMul(x, x, true));
    sums.add('x', tf.sum(x, 0, true));
  });
  try {
    await eachBatch(subject, BATCH_SIZE, async (batch) => {
      tf.tidy(() => void subject.tasked.scores(batch));
      // Later layers are not computed, since their results were disposed of.
      await sums.get('x')?.data();
    });
    const [xx, x] = [sums.get('xx') as tf.Tensor2D | undefined, sums.get('x') as tf.Tensor2D | undefined];
    if (!xx || !x) return undefined;
    const about = tf.tidy(() => (bias === undefined ? tf.clone(xx) : tf.sub(xx, tf.div(tf.matMul(x, x, true), rows))));
    const values = (await about.data<'float32'>()).slice();
    about.dispose();
    return values;
  } finally {
    unwatch();
    sums.dispose();
  }
}
